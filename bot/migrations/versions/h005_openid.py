"""Sign-in through an identity provider: the subject an account is bound to, the token to sign out with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "h005"
down_revision = "p001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("counsellor", sa.Column("subject", sa.String(length=255), nullable=True))
    op.create_index(op.f("ix_counsellor_subject"), "counsellor", ["subject"], unique=True)
    op.add_column("desk_session", sa.Column("id_token", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("desk_session") as desk_session:
        desk_session.drop_column("id_token")
    op.drop_index(op.f("ix_counsellor_subject"), table_name="counsellor")
    with op.batch_alter_table("counsellor") as counsellor:
        counsellor.drop_column("subject")
