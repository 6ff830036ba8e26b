"""Why a service refused, with the outcome of a handover."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "h002"
down_revision = "h001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("handover", sa.Column("refusal", sa.String(length=40), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("handover") as handover:
        handover.drop_column("refusal")
