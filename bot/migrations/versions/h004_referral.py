"""Handovers sent to teams that work elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "h004"
down_revision = "h003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXED = ("reference", "state")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "handover_referral",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("handover_id", sa.String(length=32), nullable=False),
        sa.Column("platform", sa.String(length=80), nullable=False),
        sa.Column("backend", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("last_out", sa.Integer(), nullable=False),
        sa.Column("last_in", BIG, nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=40), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("handover_id", "platform"),
    )
    for name in INDEXED:
        op.create_index(op.f(f"ix_handover_referral_{name}"), "handover_referral", [name], unique=False)


def downgrade() -> None:
    """Take back."""
    for name in INDEXED:
        op.drop_index(op.f(f"ix_handover_referral_{name}"), table_name="handover_referral")
    op.drop_table("handover_referral")
