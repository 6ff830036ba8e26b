"""One worker at a time on a conversation, among threads and among processes."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Row, Table, bindparam, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.database import at_once
from bot.gateway import record
from bot.gateway.ports import Clock
from bot.gateway.tables import Conversation, Inbox, new_id

# What a process holds when it is killed is free again after this long; one that lives renews it well before.
HOLD = timedelta(seconds=15)


def due(session: Session, now: datetime, limit: int) -> list[str]:
    """Conversations with a message to work on and nobody on them, longest waiting first.

    On PostgreSQL, those another process is taking at this very moment are skipped.
    """
    waiting = (
        select(Inbox.conversation_id).where(Inbox.status == "pending", Inbox.next_try_at <= now).distinct()
    )
    query = (
        select(Conversation.id)
        .where(Conversation.id.in_(waiting), _free(now))
        .order_by(Conversation.last_at)
        .limit(limit)
    )
    return list(session.scalars(query.with_for_update(skip_locked=True)))


class Claim(NamedTuple):
    """A conversation taken: the owner's name to give it back with, and its row (`record.COLUMNS`)."""

    owner: str
    row: Row[Any]


class Leases:
    """What this process holds. Safe to share between threads."""

    def __init__(self, sessions: sessionmaker[Session], clock: Clock) -> None:
        self._sessions = sessions
        self._at_once = at_once(sessions)
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, str] = {}
        self._owed: dict[str, str] = {}

    def claim(self, conversation_id: str) -> Claim | None:
        """Take the conversation, unless somebody else has it."""
        owner, now = new_id(), self._clock()
        with self._at_once.connect() as connection:
            taken = connection.execute(
                CLAIMED, {"held": conversation_id, "by": owner, "now": now, "until": now + HOLD}
            ).one_or_none()
        if taken is None:
            return None
        with self._lock:
            self._held[owner] = conversation_id
        return Claim(owner, taken)

    def holds(self, owner: str) -> bool:
        """Whether this owner has not given back what they took."""
        with self._lock:
            return owner in self._held

    def gave_back(self, owner: str) -> None:
        """The conversation was given back in a transaction of the caller's."""
        with self._lock:
            self._held.pop(owner, None)

    def release(self, owner: str) -> None:
        """Give back what this owner has, if it is still theirs; when the database is away, at the next `keep`."""
        with self._lock:
            conversation_id = self._held.pop(owner, None)
        if conversation_id is None:
            return
        try:
            self._given_back({owner: conversation_id})
        except SQLAlchemyError:
            with self._lock:
                self._owed[owner] = conversation_id
            raise

    def keep(self) -> None:
        """Renew what is held and give back what could not be; call every few seconds.

        Raises `SQLAlchemyError` when the database is away: what is owed stays owed.
        """
        with self._lock:
            held, owed = dict(self._held), dict(self._owed)
        if owed:
            self._given_back(owed)
            with self._lock:
                for owner in owed:
                    self._owed.pop(owner, None)
        if held:
            with self._sessions.begin() as session:
                session.execute(_values(lease_until=self._clock() + HOLD).where(_of(held)))

    def _given_back(self, owed: dict[str, str]) -> None:
        with self._at_once.connect() as connection:
            connection.execute(_values(lease_owner=None, lease_until=None).where(_of(owed)))


def _values(**values: Any) -> Any:
    return update(Conversation).values(**values).execution_options(synchronize_session=False)


def _of(owners: dict[str, str]) -> ColumnElement[bool]:
    """By the conversations' keys: there is no index on owners."""
    return Conversation.id.in_(owners.values()) & Conversation.lease_owner.in_(owners.keys())


def _free(now: Any) -> ColumnElement[bool]:
    return or_(Conversation.lease_until.is_(None), Conversation.lease_until < now)


# Put together once: that costs more than running it, and every turn begins with it.
CLAIMED = (
    update(cast("Table", Conversation.__table__))
    .where(Conversation.id == bindparam("held"), _free(bindparam("now")))
    .values(lease_owner=bindparam("by"), lease_until=bindparam("until"))
    .returning(*record.COLUMNS)
)
