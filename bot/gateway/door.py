"""The door: a message is stored for good, once, by the short way or the long; who writes too fast is told so once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from bot.database import at_once
from bot.gateway import bells, known, newcomer
from bot.gateway.inbox import Arrival, store
from bot.gateway.limits import Limits
from bot.gateway.message import Incoming
from bot.gateway.ports import Clock
from bot.gateway.tables import Conversation


class Door:
    """Stores what arrives. Safe to share between threads."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        clock: Clock,
        limits: Limits,
        languages: Collection[str],
        *,
        pressing: Callable[[Incoming, str], bool],
        slow: Callable[[Session, str], bool],
    ) -> None:
        """`pressing(message, language)`: whether it is heard above the limit too; `slow(session, conversation id)`
        posts that messages come too fast."""
        self._sessions = sessions
        self._at_once = at_once(sessions)
        self._short = sessions.kw["bind"].dialect.name == "postgresql"
        self._clock = clock
        self._limits = limits
        self._languages = languages
        self._pressing = pressing
        self._slow = slow

    def accept(self, incoming: Incoming) -> Arrival:
        """Store a message; the row it has already when it came before."""
        try:
            return self._stored(incoming)
        except IntegrityError:  # another thread stored the same message, or the same new address, just now
            return self._stored(incoming)

    def _stored(self, incoming: Incoming) -> Arrival:
        now = self._clock()
        if self._short:
            arrival = known.store(self._at_once, incoming, now, self._limits) or newcomer.store(
                self._at_once, incoming, now, self._limits, self._languages
            )
            if arrival is not None:
                return arrival
        with self._sessions.begin() as session:
            arrival = store(
                session,
                incoming,
                now,
                self._limits,
                self._languages,
                lambda language: self._pressing(incoming, language),
            )
            if not arrival.new:
                return arrival
            if not arrival.limited:
                bells.ring(session, bells.ARRIVED, arrival.conversation_id)
                return arrival
            return replace(arrival, slowed=self._slowed(session, arrival.conversation_id, now))

    def _slowed(self, session: Session, conversation_id: str, now: datetime) -> bool:
        """Say once a window that messages come too fast; whether it was said."""
        contact = session.get_one(Conversation, conversation_id).contact
        if contact.slowed_at is not None and now - contact.slowed_at < self._limits.window:
            return False
        contact.slowed_at = now
        return self._slow(session, conversation_id)
