"""Tables of the handover and of the observatory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "h001"
down_revision = "g001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "counsellor",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("platforms", sa.JSON(), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_on", sa.Boolean(), nullable=False),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "desk_audit",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("counsellor_id", sa.String(length=32), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("handover_id", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_desk_audit_at"), "desk_audit", ["at"], unique=False)
    op.create_index(op.f("ix_desk_audit_counsellor_id"), "desk_audit", ["counsellor_id"], unique=False)
    op.create_index(op.f("ix_desk_audit_handover_id"), "desk_audit", ["handover_id"], unique=False)
    op.create_table(
        "handover",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("claimed_by", sa.String(length=32), nullable=True),
        sa.Column("platform", sa.String(length=80), nullable=True),
        sa.Column("tried", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("requeues", sa.Integer(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("priority", sa.String(length=2), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("origin", sa.String(length=5), nullable=True),
        sa.Column("destination", sa.String(length=5), nullable=True),
        sa.Column("contact_known", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
        sa.Column("consent", sa.JSON(), nullable=False),
        sa.Column("services", sa.JSON(), nullable=False),
        sa.Column("need", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(), nullable=False),
        sa.Column("next_opening", sa.DateTime(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(), nullable=True),
        sa.Column("first_reply_at", sa.DateTime(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("service_id", sa.String(length=200), nullable=True),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("kept", sa.String(length=8), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("handover_list", "handover", ["platform", "state", "priority", "opened_at"], unique=False)
    op.create_index(op.f("ix_handover_claimed_by"), "handover", ["claimed_by"], unique=False)
    op.create_index(op.f("ix_handover_conversation_id"), "handover", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_handover_next_opening"), "handover", ["next_opening"], unique=False)
    op.create_index(op.f("ix_handover_person_id"), "handover", ["person_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("platforms", sa.JSON(), nullable=False),
        sa.Column("invited_by", sa.String(length=32), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "unmet_need",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("epci", sa.String(length=9), nullable=True),
        sa.Column("purpose", sa.String(length=16), nullable=True),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("deadline_class", sa.String(length=2), nullable=True),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("origin_kind", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("unmet_need_cell", "unmet_need", ["month", "epci"], unique=False)
    op.create_table(
        "desk_notice",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("handover_id", sa.String(length=32), nullable=False),
        sa.Column("platform", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("handover_id", "kind", "number", "platform"),
    )
    op.create_index(op.f("ix_desk_notice_next_try_at"), "desk_notice", ["next_try_at"], unique=False)
    op.create_table(
        "desk_session",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("counsellor_id", sa.String(length=32), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellor.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_desk_session_counsellor_id"), "desk_session", ["counsellor_id"], unique=False)
    op.create_table(
        "handover_note",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("handover_id", sa.String(length=32), nullable=False),
        sa.Column("counsellor_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_handover_note_handover_id"), "handover_note", ["handover_id"], unique=False)


def downgrade() -> None:
    """Take back."""

    op.drop_index(op.f("ix_handover_note_handover_id"), table_name="handover_note")
    op.drop_table("handover_note")
    op.drop_index(op.f("ix_desk_session_counsellor_id"), table_name="desk_session")
    op.drop_table("desk_session")
    op.drop_index(op.f("ix_desk_notice_next_try_at"), table_name="desk_notice")
    op.drop_table("desk_notice")
    op.drop_index("unmet_need_cell", table_name="unmet_need")
    op.drop_table("unmet_need")
    op.drop_table("invitation")
    op.drop_index(op.f("ix_handover_person_id"), table_name="handover")
    op.drop_index(op.f("ix_handover_next_opening"), table_name="handover")
    op.drop_index(op.f("ix_handover_conversation_id"), table_name="handover")
    op.drop_index(op.f("ix_handover_claimed_by"), table_name="handover")
    op.drop_index("handover_list", table_name="handover")
    op.drop_table("handover")
    op.drop_index(op.f("ix_desk_audit_handover_id"), table_name="desk_audit")
    op.drop_index(op.f("ix_desk_audit_counsellor_id"), table_name="desk_audit")
    op.drop_index(op.f("ix_desk_audit_at"), table_name="desk_audit")
    op.drop_table("desk_audit")
    op.drop_table("counsellor")
