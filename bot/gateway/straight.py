"""The straight way out: what a turn has just written is sent from memory by the process that wrote it.

The rows are written as taken, so that nobody else sends them. Nothing is read back nor unsealed again: between two
messages the note of the first tells whether the next still waits. Whatever goes wrong gives the rest back to the
outbox, where the deliverer finds it; a process that dies leaves its leases to run out.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway.departures import LEASE, Departure, Fate, left_behind, note, release
from bot.gateway.handing import Handing
from bot.gateway.tables import Contact

log = logging.getLogger(__name__)


class Way(Protocol):
    """Where what was just written leaves at once."""

    def open_for(self, channel: str) -> bool:
        """Whether messages of this channel can leave this way now."""
        ...

    def leave(self, departures: Sequence[Departure]) -> None:
        """Send these messages of one conversation, in order; they were written as taken, and are committed."""
        ...

    def ring(self, conversation_id: str) -> None:
        """Something of this conversation waits in the outbox."""
        ...


def way_for(contact: Contact, channel: str, way: Way | None) -> Way | None:
    """The way by which this process can send a contact's answers on a channel itself, if there is one."""
    straight = way is not None and contact.channel == channel and way.open_for(channel)
    return way if straight and contact.address is not None else None


class Straight:
    """Sends what is handed to it, a conversation at a time in each thread of a pool."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        at_once: Engine,
        handing: Handing,
        pool: Executor,
        most: int,
        until_noted: Callable[[int, Fate, Callable[[], int | None]], int | None],
        ring: Callable[[str], None],
    ) -> None:
        """`at_once` as of `bot.database.at_once`; `most` conversations on their way, and it is closed to others;
        `until_noted(row, fate, write)` writes until it is written; `ring` as of `Way`."""
        self._sessions = sessions
        self._at_once = at_once
        self._handing = handing
        self._pool = pool
        self._most = most
        self._until_noted = until_noted
        self._ring = ring
        self._lock = threading.Lock()
        self._taken: dict[int, list[int]] = {}
        self._closed = True

    def begin(self) -> None:
        """Open."""
        self._closed = False

    def end(self) -> None:
        """Close: what is on its way is finished, the rest given back."""
        self._closed = True

    def held(self) -> set[int]:
        """The rows that are on their way."""
        with self._lock:
            return {row for rows in self._taken.values() for row in rows}

    def open_for(self, channel: str) -> bool:
        """See `Way`."""
        return not self._closed and len(self._taken) < self._most and self._handing.is_open(channel)

    def leave(self, departures: Sequence[Departure]) -> None:
        """See `Way`."""
        if self._handing.now() - departures[0].created > LEASE / 2:
            # The commit took so long that others may soon take them, or have: the leases run out.
            return
        with self._lock:
            self._taken[departures[0].row_id] = [one.row_id for one in departures]
        try:
            self._pool.submit(self._send, departures)
        except RuntimeError:  # the pool was shut meanwhile
            self._end(departures, departures)

    def ring(self, conversation_id: str) -> None:
        """See `Way`."""
        self._ring(conversation_id)

    def _send(self, departures: Sequence[Departure]) -> None:
        rest = list(departures)
        waits = False
        try:
            while rest and not self._closed and self._handing.is_open(rest[0].channel):
                taken = rest.pop(0)
                fate = self._handing.hand(taken)
                following = self._until_noted(taken.row_id, fate, partial(self._write, taken.row_id, fate))
                waits = following is not None or not fate.left
                # Else it failed, or was the last, or the next one was withheld meanwhile (STOP).
                if not fate.left or not rest or following != rest[0].row_id:
                    break
        except SQLAlchemyError as error:  # the leases run out
            log.error("deliverer: %s", type(error).__name__)
        finally:
            self._end(departures, rest)
            if waits or rest:
                self._ring(departures[0].out.conversation_id)

    def _write(self, row_id: int, fate: Fate) -> int | None:
        """Note it; the row of its conversation that waits next."""
        if fate.left:
            with self._at_once.connect() as connection:
                return left_behind(connection, row_id, fate)
        with self._sessions.begin() as session:
            note(session, row_id, fate)
        return None

    def _end(self, departures: Sequence[Departure], rest: Sequence[Departure]) -> None:
        """Let go of the `rest`, which is not sent this way."""
        try:
            if rest:
                with self._at_once.connect() as connection:
                    release(connection, [one.row_id for one in rest])
        except SQLAlchemyError as error:
            log.error("deliverer: %s", type(error).__name__)
        finally:
            with self._lock:
                self._taken.pop(departures[0].row_id, None)
