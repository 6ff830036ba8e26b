"""Delivering: what is queued is handed to its channel's sender, in order for each conversation, until it is gone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, update
from sqlalchemy.exc import SQLAlchemyError

from bot.database import at_once
from bot.gateway.calls import Calls
from bot.gateway.departures import LEASE, Departure, Fate, due, left, note, take, take_first
from bot.gateway.gateway import Gateway
from bot.gateway.handing import Handing
from bot.gateway.jump import Watch
from bot.gateway.sender import Sender
from bot.gateway.straight import Straight
from bot.gateway.tables import Outbox

POLL = 0.5
SENDERS_AT_ONCE = 8
# Between two tries to write down what a provider has taken, in seconds.
NOTE_AGAIN = 0.2
log = logging.getLogger(__name__)
Next = TypeVar("Next")


class Deliverer:
    """Sends what is queued on the channels it has senders for. A crash between the provider's yes and our note
    of it sends that one message again: no provider here lets us ask whether it has it."""

    def __init__(self, gateway: Gateway, senders: Mapping[str, Sender], *, poll: float = POLL) -> None:
        """`senders` by channel; other channels are read from the outbox by those who come for it."""
        self._gateway = gateway
        self._at_once = at_once(gateway.sessions)
        self._handing = Handing(senders, gateway.clock)
        self._poll = poll
        self._calls = Calls()
        self._stopping = False
        self._busy: set[int] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(SENDERS_AT_ONCE, thread_name_prefix="send")
        self._thread = threading.Thread(target=self._run, name="deliverer", daemon=True)
        self._straight = Straight(
            gateway.sessions,
            self._at_once,
            self._handing,
            self._pool,
            2 * SENDERS_AT_ONCE,
            self._noted,
            self._calls.ring,
        )

    def start(self) -> None:
        """Begin to deliver."""
        # Not before: in a process that only receives nobody takes up what would ring there.
        self._gateway.leave_by(self._straight)
        self._straight.begin()
        self._thread.start()

    def stop(self) -> None:
        """Finish what is on its way and end."""
        self._stopping = True
        self._straight.end()
        self._calls.ring()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True)

    def alive(self) -> bool:
        """Whether it delivers."""
        return self._thread.is_alive()

    def deliver(self) -> int:
        """Send every message that is due and first of its conversation; how many were tried."""
        return sum(sending.result() for sending in self._begin())

    def _run(self) -> None:
        kept, looked, watch = self._gateway.clock(), 0.0, Watch()
        while not self._stopping:
            self._calls.wait(self._poll)
            for conversation_id in self._calls.take(SENDERS_AT_ONCE):
                self._pool.submit(self._all_of, conversation_id)
            if time.monotonic() - looked < self._poll:
                continue
            try:
                now = self._gateway.clock()
                back = watch.went_back(now)
                if back:
                    self._handing.resume()
                if back or now - kept > LEASE / 4:
                    self._keep()
                    kept = now
                self._look(now)
            except SQLAlchemyError as error:
                log.error("deliverer: %s", type(error).__name__)
            looked = time.monotonic()

    def _look(self, now: datetime) -> None:
        """Call for what nobody called us for: other processes' messages, what is tried again, reminders due.

        They wait in the same line as those who rang, or a crowd that rings all the time would hold them up for ever.
        """
        with self._gateway.sessions() as session:
            found = session.scalars(
                due(now, self._handing.open(now)).with_only_columns(Outbox.conversation_id)
            ).all()
        for conversation_id in found:
            self._calls.ring(conversation_id)

    def _all_of(self, conversation_id: str) -> None:
        """Send what waits in one conversation, in order, until nothing does or something cannot leave."""
        try:
            with self._at_once.connect() as connection:
                taken = self._next(connection, conversation_id)
            while taken is not None:
                taken = self._one(taken, conversation_id)
        except SQLAlchemyError as error:  # found again at the next look
            log.error("deliverer: %s", type(error).__name__)
        finally:
            self._calls.done(conversation_id)

    def _next(self, connection: Connection, conversation_id: str) -> Departure | None:
        if self._stopping:
            return None
        now = self._gateway.clock()
        return take_first(connection, now, conversation_id, self._handing.open(now))

    def _keep(self) -> None:
        """Whatever is being sent or noted stays ours."""
        with self._lock:
            busy = self._busy | self._straight.held()
        with self._gateway.sessions.begin() as session:
            session.execute(
                update(Outbox)
                .where(Outbox.id.in_(busy), Outbox.lease_until.is_not(None))
                .values(lease_until=self._gateway.clock() + LEASE)
                .execution_options(synchronize_session=False)
            )

    def _begin(self) -> list[Future[bool]]:
        """Hand what is due to the senders; one that is slow holds up its own conversation and nobody else's."""
        with self._lock:
            if len(self._busy) >= SENDERS_AT_ONCE:
                return []
        now = self._gateway.clock()
        with self._gateway.sessions() as session:
            found = list(session.scalars(due(now, self._handing.open(now))))
        with self._lock:
            new = [one for one in found if one not in self._busy]
            self._busy.update(new)
        return [self._pool.submit(self._free, row_id) for row_id in new]

    def _free(self, row_id: int) -> bool:
        """Send this one, then make room for the next; whether it was ours to send."""
        try:
            with self._at_once.connect() as connection:
                taken = take(connection, self._gateway.clock(), row_id)
            if taken is not None:
                self._one(taken)
            return taken is not None
        finally:
            with self._lock:
                self._busy.discard(row_id)

    def _one(self, taken: Departure, then: str | None = None) -> Departure | None:
        """Send it and note what became of it; with that the next of conversation `then` is taken."""
        with self._lock:
            self._busy.add(taken.row_id)
        try:
            fate = self._handing.hand(taken)
            return self._noted(taken.row_id, fate, partial(self._written, taken.row_id, fate, then))
        finally:
            with self._lock:
                self._busy.discard(taken.row_id)

    def _noted(self, row_id: int, fate: Fate, write: Callable[[], Next]) -> Next | None:
        """Write it down. What left is written down again and again while the database is away: given up, it would be
        sent twice."""
        while True:
            try:
                following = write()
            except SQLAlchemyError as error:
                if not fate.left:
                    raise
                if self._stopping:
                    log.error("delivery=%s sent, not noted: %s", row_id, type(error).__name__)
                    return None
                time.sleep(NOTE_AGAIN)
            else:
                if not fate.left:
                    log.warning("delivery=%s reason=%s", row_id, fate.values.get("reason"))
                return following

    def _written(self, row_id: int, fate: Fate, then: str | None) -> Departure | None:
        if fate.left and then is not None and not self._stopping:
            now = self._gateway.clock()
            with self._at_once.connect() as connection:
                return left(connection, row_id, fate, now, then, self._handing.open(now))
        with self._gateway.sessions.begin() as session:
            note(session, row_id, fate)
            return self._next(session.connection(), then) if then is not None else None
