"""Delivering: what is queued is handed to its channel's sender, in order for each conversation, until it is gone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.database import at_once
from bot.gateway.calls import Calls
from bot.gateway.departures import LEASE, Departure, Fate, due, left, note, take, take_first
from bot.gateway.gateway import Gateway
from bot.gateway.jump import Watch
from bot.gateway.sender import Gone, Refused, Sender, Throttled, Unreachable
from bot.gateway.tables import Outbox

POLL = 0.5
GIVE_UP = timedelta(hours=24)
# A provider that is back is noticed within this long (seconds).
LONGEST_PAUSE = 20.0
# So many failures in a row on a channel and all of it pauses, so that a crowd does not knock at a closed door.
IN_A_ROW = 8
CHANNEL_PAUSE = timedelta(seconds=5)
SENDERS_AT_ONCE = 8
# Between two tries to write down what a provider has taken, in seconds.
NOTE_AGAIN = 0.2
log = logging.getLogger(__name__)


class Deliverer:
    """Sends what is queued on the channels it has senders for. A crash between the provider's yes and our note
    of it sends that one message again: no provider here lets us ask whether it has it."""

    def __init__(self, gateway: Gateway, senders: Mapping[str, Sender], *, poll: float = POLL) -> None:
        """`senders` by channel; other channels are read from the outbox by those who come for it."""
        self._gateway = gateway
        self._at_once = at_once(gateway.sessions)
        self._senders = senders
        self._poll = poll
        self._calls = Calls()
        self._stopping = False
        self._paused: dict[str, datetime] = {}
        self._failures: dict[str, int] = {}
        self._busy: set[int] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(SENDERS_AT_ONCE, thread_name_prefix="send")
        self._thread = threading.Thread(target=self._run, name="deliverer", daemon=True)
        gateway.listen(self._calls.ring)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is on its way and end."""
        self._stopping = True
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
                    self._paused.clear()
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
            found = session.scalars(due(now, self._open(now)).with_only_columns(Outbox.conversation_id)).all()
        for conversation_id in found:
            self._calls.ring(conversation_id)

    def _all_of(self, conversation_id: str) -> None:
        """Send what waits in one conversation, in order, until nothing does or something cannot leave."""
        try:
            with self._at_once() as session:
                taken = self._next(session, conversation_id)
            while taken is not None:
                taken = self._one(taken, conversation_id)
        except SQLAlchemyError as error:  # found again at the next look
            log.error("deliverer: %s", type(error).__name__)
        finally:
            self._calls.done(conversation_id)

    def _next(self, session: Session, conversation_id: str) -> Departure | None:
        if self._stopping:
            return None
        now = self._gateway.clock()
        return take_first(session, now, conversation_id, self._open(now))

    def _open(self, now: datetime) -> list[str]:
        """The channels that do not pause."""
        return [one for one in self._senders if self._paused.get(one, now) <= now]

    def _keep(self) -> None:
        """Whatever is being sent or noted stays ours."""
        with self._lock:
            busy = set(self._busy)
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
            found = list(session.scalars(due(now, self._open(now))))
        with self._lock:
            new = [one for one in found if one not in self._busy]
            self._busy.update(new)
        return [self._pool.submit(self._free, row_id) for row_id in new]

    def _free(self, row_id: int) -> bool:
        """Send this one, then make room for the next; whether it was ours to send."""
        try:
            with self._at_once() as session:
                taken = take(session, self._gateway.clock(), row_id)
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
            return self._noted(taken.row_id, self._handed(taken), then)
        finally:
            with self._lock:
                self._busy.discard(taken.row_id)

    def _handed(self, taken: Departure) -> Fate:
        """Hand it to its channel's sender; what became of it."""
        now, channel = self._gateway.clock(), taken.channel
        try:
            if taken.where is None:
                raise Gone("no-address")
            provider_id = self._senders[channel].send(taken.out, taken.where)
        except Throttled as asked:
            self._paused[channel] = now + timedelta(seconds=asked.seconds)
            return Fate({"next_try_at": self._paused[channel], "reason": "throttled"})
        except Gone as gone:
            return Fate({"status": "failed", "reason": str(gone)[:64]}, gone=True)
        except Refused as refused:
            return Fate({"status": "failed", "reason": str(refused)[:64]})
        except Exception as error:  # a sender that breaks must not stop the others
            code = str(error) if isinstance(error, Unreachable) else f"broken-{type(error).__name__}"
            self._failed(channel, now)
            if now - taken.created > GIVE_UP:
                return Fate({"status": "failed", "reason": code[:64]})
            pause = timedelta(seconds=min(LONGEST_PAUSE, 2.0 ** min(taken.attempts, 16)))
            return Fate({"next_try_at": now + pause, "reason": code[:64]})
        self._failures.pop(channel, None)
        return Fate({"status": "sent", "provider_id": provider_id, "sent_at": now})

    def _failed(self, channel: str, now: datetime) -> None:
        failures = self._failures.get(channel, 0) + 1
        self._failures[channel] = failures
        if failures >= IN_A_ROW:
            self._paused[channel] = now + CHANNEL_PAUSE

    def _noted(self, row_id: int, fate: Fate, then: str | None) -> Departure | None:
        """Write it down. What left is written down again and again while the database is away: given up, it would be
        sent twice."""
        while True:
            try:
                taken = self._written(row_id, fate, then)
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
                return taken

    def _written(self, row_id: int, fate: Fate, then: str | None) -> Departure | None:
        if fate.left and then is not None and not self._stopping:
            now = self._gateway.clock()
            with self._at_once() as session:
                return left(session, row_id, fate, now, then, self._open(now))
        with self._gateway.sessions.begin() as session:
            note(session, row_id, fate)
            return self._next(session, then) if then is not None else None
