"""The database: one declarative base for every room, SQLite or PostgreSQL by URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker


class Base(DeclarativeBase):
    """Base of all tables; each room declares its own in its `tables.py`."""


def connect(url: str) -> Engine:
    """An engine for this URL. SQLite gets WAL, foreign keys and a busy timeout of 15 s."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_size=20, max_overflow=20, pool_pre_ping=True)
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


def sessions(engine: Engine) -> sessionmaker[Session]:
    """A factory of sessions on this engine; objects stay readable after commit."""
    return sessionmaker(engine, expire_on_commit=False)
