"""The database: one declarative base for every room, SQLite or PostgreSQL by URL."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

# Seconds after which a connection may have been dropped without our knowing.
IDLE = 1.0


class Base(DeclarativeBase):
    """Base of all tables; each room declares its own in its `tables.py`."""


def connect(url: str) -> Engine:
    """An engine for this URL. SQLite gets WAL, foreign keys and a busy timeout of 15 s."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return _fresh(create_engine(parsed, pool_size=20, max_overflow=20))
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # More than the forty threads that answer requests: one that waits must not starve the others.
    pool = {} if parsed.database in (None, "", ":memory:") else {"pool_size": 20, "max_overflow": 60}
    engine = create_engine(parsed, connect_args={"timeout": 15, "check_same_thread": False}, **pool)

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # NORMAL loses nothing on a crash of the process; a power cut may lose the last commits (SQLite, WAL).
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return engine


def _fresh(engine: Engine) -> Engine:
    """Ask a connection whether it still stands when it has lain idle: asked at every use, that was a third of the
    messages to the server (measured 26 November 2026)."""

    @event.listens_for(engine, "checkin")
    def _laid_down(_connection: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _taken_up(connection: Any, record: Any, _fairy: Any) -> None:
        since = record.info.get("idle_since")
        if since is None or time.monotonic() - since < IDLE:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # The pool opens another in its place.
            raise DisconnectionError from error

    return engine


def sessions(engine: Engine) -> sessionmaker[Session]:
    """A factory of sessions on this engine; objects stay readable after commit."""
    return sessionmaker(engine, expire_on_commit=False)


def at_once(made: sessionmaker[Session]) -> Engine:
    """The database of these sessions, each statement of its connections a transaction of its own.

    For one statement, or for reads that need not agree: on PostgreSQL two journeys to the server less, as BEGIN and
    COMMIT are one each.
    """
    database: Engine = made.kw["bind"]
    return database.execution_options(isolation_level="AUTOCOMMIT")
