"""Indexes for the live list, the requests that ended and the figures."""

from __future__ import annotations

from alembic import op

revision = "h008"
down_revision = "h007"
branch_labels = None
depends_on = None
SINGLE = ("claimed_at", "closed_at", "outcome")


def upgrade() -> None:
    """Apply."""
    op.create_index("handover_mark", "handover", ["state", "platform", "version", "claimed_by"], unique=False)
    for column in SINGLE:
        op.create_index(op.f(f"ix_handover_{column}"), "handover", [column], unique=False)


def downgrade() -> None:
    """Take back."""
    for column in SINGLE:
        op.drop_index(op.f(f"ix_handover_{column}"), table_name="handover")
    op.drop_index("handover_mark", table_name="handover")
