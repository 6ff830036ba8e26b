"""The worker: finds conversations with something to do and plays them, several at a time."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from bot.gateway import erasing, lease
from bot.gateway.calls import Calls
from bot.gateway.gateway import Gateway
from bot.gateway.jump import Watch, mend
from bot.gateway.lease import HOLD

POLL = 0.5
SWEEP_EVERY = 120  # polls: erased persons' last traces are looked for about once a minute
KEEP_EVERY = HOLD / 4
# Looked for at once, for each worker.
AHEAD = 8
log = logging.getLogger(__name__)


class Worker:
    """One dispatcher thread and a pool. Woken by arrivals of this process, polling for those of others."""

    def __init__(self, gateway: Gateway, *, poll: float = POLL) -> None:
        """`poll`: seconds between looks when nothing rings."""
        self._gateway = gateway
        self._poll = poll
        self._calls = Calls()
        self._stopping = False
        self._workers = gateway.settings.workers
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="turn")
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)
        gateway.on_arrival(self._calls.ring)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the turns under way and end."""
        self._stopping = True
        self._calls.ring()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True)

    def alive(self) -> bool:
        """Whether the dispatcher works."""
        return self._thread.is_alive()

    def _run(self) -> None:
        looks, kept, looked, watch = 0, self._gateway.clock(), 0.0, Watch()
        while not self._stopping:
            self._calls.wait(self._poll)
            self._play_all(self._calls.take(self._workers))
            if time.monotonic() - looked < self._poll:
                continue
            try:
                now = self._gateway.clock()
                back = watch.went_back(now)
                if back:
                    with self._gateway.sessions.begin() as session:
                        mend(session, now)
                if back or now - kept > KEEP_EVERY:
                    self._gateway.keep_leases()
                    kept = now
                self._look()
                looks += 1
                if looks % SWEEP_EVERY == 0:
                    with self._gateway.sessions.begin() as session:
                        erasing.sweep(session, self._gateway.clock())
            except SQLAlchemyError as error:
                log.error("dispatcher: %s", type(error).__name__)
            looked = time.monotonic()

    def _look(self) -> None:
        """Call for what nobody called us for: other processes' arrivals, what is tried again, what a dead worker left.

        They wait in the same line as those who rang, or a crowd that rings all the time would hold them up for ever.
        """
        with self._gateway.sessions() as session:
            found = lease.due(session, self._gateway.clock(), AHEAD * self._workers)
        for conversation_id in found:
            self._calls.ring(conversation_id)

    def _play_all(self, conversations: list[str]) -> None:
        for one in conversations:
            self._pool.submit(self._play, one)

    def _play(self, conversation_id: str) -> None:
        try:
            self._gateway.play(conversation_id, lambda: self._calls.ring(conversation_id))
        except Exception as error:  # the message stays pending; its conversation is found again
            log.error("turn: %s", type(error).__name__)
        finally:
            self._calls.done(conversation_id)
