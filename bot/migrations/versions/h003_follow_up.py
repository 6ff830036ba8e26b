"""What is asked after a handover ended, and what was answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "h003"
down_revision = "t001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "handover_follow_up",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("handover_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=True),
        sa.Column("answer", sa.String(length=16), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("handover_id", "day"),
    )
    op.create_index(op.f("ix_handover_follow_up_due_at"), "handover_follow_up", ["due_at"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_handover_follow_up_due_at"), table_name="handover_follow_up")
    op.drop_table("handover_follow_up")
