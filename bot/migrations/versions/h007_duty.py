"""Who is on duty, links that renew an account, and an index for lists of every team."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "h007"
down_revision = "d002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("counsellor", sa.Column("on_duty", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("invitation", sa.Column("renews", sa.String(length=32), nullable=True))
    op.create_index("handover_state", "handover", ["state", "priority", "opened_at"], unique=False)
    op.create_index("handover_person", "handover", ["person_id", "opened_at"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index("handover_person", table_name="handover")
    op.drop_index("handover_state", table_name="handover")
    with op.batch_alter_table("invitation") as invitation:
        invitation.drop_column("renews")
    with op.batch_alter_table("counsellor") as counsellor:
        counsellor.drop_column("on_duty")
