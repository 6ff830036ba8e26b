"""The engine's own store: its events of a dialogue, found by the conversation's identifier and removed.

Rasa names a dialogue `<conversation>-<session>` (bot/gateway/player.py). Nothing of it is needed: the state of a
conversation is the gateway's. The store may be a file that does not exist yet.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    func,
    inspect,
    select,
)
from sqlalchemy import create_engine as create
from sqlalchemy.engine import make_url

from bot.privacy.traces import compact

# Rasa's own table, as far as it is needed here; Rasa makes it.
EVENTS = Table(
    "events",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("sender_id", String(255)),
    Column("timestamp", Float),
)


def forget(url: str, conversations: Sequence[str]) -> int:
    """Remove every event of these conversations, and what the file would keep of them; how many."""
    gone = 0
    with _opened(url) as connection:
        if connection is None:
            return 0
        for conversation in conversations:
            mine = EVENTS.c.sender_id.in_(_senders(connection, conversation))
            gone += connection.execute(delete(EVENTS).where(mine)).rowcount
    if gone:
        compact(modern(url))
    return gone


def silent(url: str, days: int, now: float | None = None, *, dry: bool = False) -> int:
    """Remove the dialogues without an event for so many days; how many events (counted only when `dry`)."""
    limit = (time.time() if now is None else now) - days * 86_400
    with _opened(url) as connection:
        if connection is None:
            return 0
        old = (
            select(EVENTS.c.sender_id)
            .group_by(EVENTS.c.sender_id)
            .having(func.max(EVENTS.c.timestamp) < limit)
        )
        mine = EVENTS.c.sender_id.in_(old)
        if dry:
            return int(connection.scalar(select(func.count()).select_from(EVENTS).where(mine)) or 0)
        gone = connection.execute(delete(EVENTS).where(mine)).rowcount
    if gone:
        compact(modern(url))
    return int(gone)


def stored(url: str, conversation: str) -> int:
    """How many events the engine keeps of a conversation."""
    with _opened(url) as connection:
        if connection is None:
            return 0
        mine = EVENTS.c.sender_id.in_(_senders(connection, conversation))
        return int(connection.scalar(select(func.count()).select_from(EVENTS).where(mine)) or 0)


def modern(url: str) -> str:
    """The engine's URL for our driver: `postgresql://` means psycopg2 there, which is not installed here."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


@contextmanager
def _opened(url: str) -> Iterator[Connection | None]:
    """A transaction in the engine's store; None when there is no store, or nothing in it yet."""
    parsed = make_url(modern(url))
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        yield None
        return
    engine = create(parsed, connect_args={"timeout": 15} if parsed.get_backend_name() == "sqlite" else {})
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            yield connection if inspect(connection).has_table(EVENTS.name) else None
    finally:
        engine.dispose()


def _senders(connection: Connection, conversation: str) -> list[str]:
    """The dialogues of a conversation: itself, and its sessions. A range, which the index of senders serves."""
    # '.' follows '-' in ASCII: everything that begins with « <conversation>- » lies between the two. Collations
    # of a language order them otherwise, and there an identifier, which holds no wildcard, is matched.
    sessions: ColumnElement[bool] = EVENTS.c.sender_id.like(f"{conversation}-%")
    if connection.dialect.name == "sqlite":
        sessions = (EVENTS.c.sender_id >= f"{conversation}-") & (EVENTS.c.sender_id < f"{conversation}.")
    found = connection.scalars(
        select(EVENTS.c.sender_id).distinct().where((EVENTS.c.sender_id == conversation) | sessions)
    )
    return list(found)
