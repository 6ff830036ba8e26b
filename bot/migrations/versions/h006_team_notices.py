"""What a team is told on its own channels, and the digests already sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "h006"
down_revision = "h005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "desk_team_notice",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("notice_id", BIG, nullable=False),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("next_try_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["desk_notice.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("notice_id", "via"),
    )
    op.create_index(
        op.f("ix_desk_team_notice_next_try_at"), "desk_team_notice", ["next_try_at"], unique=False
    )
    op.create_table(
        "desk_digest",
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("team", "day"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("desk_digest")
    op.drop_index(op.f("ix_desk_team_notice_next_try_at"), table_name="desk_team_notice")
    op.drop_table("desk_team_notice")
