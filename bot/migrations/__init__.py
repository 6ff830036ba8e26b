"""Migrations of the database, run by `relais up` and, by hand, by `relais migrate`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, delete, table


def config() -> Config:
    """Alembic's configuration, without an ini file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to this revision (`head`: the newest), in one transaction."""
    _moved(engine, command.upgrade, revision)
    if engine.dialect.name == "sqlite":
        _forget_statistics(engine)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to this revision, in one transaction: for a version of Relais that was left."""
    _moved(engine, command.downgrade, revision)


def current(engine: Engine) -> str | None:
    """The revision the database is in; None before the first."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def knows(revision: str, newer: str | None) -> bool:
    """Whether `revision` lies on the way that led to `newer`, and is not it."""
    script = ScriptDirectory.from_config(config())
    way = [one.revision for one in script.iterate_revisions(newer, "base")] if newer else []
    return revision in way[1:]


def _forget_statistics(engine: Engine) -> None:
    """What somebody's `ANALYZE` noted, if anybody did: Relais never does on SQLite.

    It knows that a million messages have one status, not that nobody asks for that one, and would read the whole table
    to find the few that wait: 200 ms instead of one (`relais bench growth`, 2026-11-26).
    """
    with engine.begin() as connection:
        noted = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'sqlite_stat_'"
        names = connection.exec_driver_sql(noted).scalars().all()
        for name in names:
            connection.execute(delete(table(name)))
    if names:
        engine.dispose()  # a connection keeps what it read when it was opened


def _moved(engine: Engine, direction: Callable[[Config, str], None], revision: str) -> None:
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if sqlite:
            # SQLite changes a table by writing it anew and dropping the old one, which would delete, by cascade,
            # every row that points at it. No effect inside a transaction: it is said before.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
        try:
            with connection.begin():
                made = config()
                made.attributes["connection"] = connection
                direction(made, revision)
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise RuntimeError(
                        "after the migration a row would point at nothing; nothing was changed"
                    )
        finally:
            if sqlite:
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
                connection.commit()
