"""The migration makes the tables the models declare."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData

import bot.gateway.tables
from bot.database import Base, connect
from bot.migrations import upgrade

OURS = ("person", "contact", "conversation", "inbox", "outbox", "passage")


def test_the_migration_makes_our_tables(tmp_path: Path) -> None:
    assert bot.gateway.tables
    engine = connect(f"sqlite:///{tmp_path / 'fresh.db'}")
    upgrade(engine, "g001")
    ours = MetaData()
    for name in OURS:
        Base.metadata.tables[name].to_metadata(ours)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _parents: kind != "table" or name in OURS}
        )
        assert compare_metadata(context, ours) == []
    engine.dispose()


def test_what_an_analyze_noted_on_sqlite_is_forgotten_at_the_next_start(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'analysed.db'}")
    upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO person (id, created_at) VALUES ('p', '2026-11-26')")
        connection.exec_driver_sql("ANALYZE")
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_stat1").scalar()
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_stat1").scalar() == 0
    engine.dispose()
