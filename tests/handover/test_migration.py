"""The migration makes the tables the models declare."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData

import bot.handover.tables
import bot.observatory.tables
from bot.database import Base, connect
from bot.migrations import upgrade

OURS = (
    "handover",
    "handover_note",
    "handover_follow_up",
    "desk_team_notice",
    "desk_digest",
    "handover_referral",
    "counsellor",
    "invitation",
    "desk_session",
    "desk_audit",
    "desk_notice",
    "unmet_need",
)


def test_the_migration_makes_our_tables(tmp_path: Path) -> None:
    assert bot.handover.tables and bot.observatory.tables
    engine = connect(f"sqlite:///{tmp_path / 'fresh.db'}")
    upgrade(engine, "h008")
    ours = MetaData()
    for name in OURS:
        Base.metadata.tables[name].to_metadata(ours)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _parents: kind != "table" or name in OURS}
        )
        assert compare_metadata(context, ours) == []
    engine.dispose()
