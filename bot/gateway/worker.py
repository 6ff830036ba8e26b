"""The worker: finds conversations with something to do and plays them, several at a time."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import SQLAlchemyError

from bot.gateway import erasing, lease
from bot.gateway.gateway import Gateway
from bot.gateway.lease import HOLD

POLL = 0.5
SWEEP_EVERY = 120  # polls: erased persons' last traces are looked for about once a minute
KEEP_EVERY = HOLD / 4
log = logging.getLogger(__name__)


class Worker:
    """One dispatcher thread and a pool. Woken by arrivals of this process, polling for those of others."""

    def __init__(self, gateway: Gateway, *, poll: float = POLL) -> None:
        """`poll`: seconds between looks when nothing rings."""
        self._gateway = gateway
        self._poll = poll
        self._bell = threading.Event()
        self._stopping = False
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._workers = gateway.settings.workers
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="turn")
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)
        gateway.on_arrival(self._bell.set)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the turns under way and end."""
        self._stopping = True
        self._bell.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True)

    def alive(self) -> bool:
        """Whether the dispatcher works."""
        return self._thread.is_alive()

    def _run(self) -> None:
        rounds, kept = 0, self._gateway.clock()
        while not self._stopping:
            self._bell.wait(self._poll)
            self._bell.clear()
            try:
                if self._gateway.clock() - kept > KEEP_EVERY:
                    self._gateway.keep_leases()
                    kept = self._gateway.clock()
                self._dispatch()
                rounds += 1
                if rounds % SWEEP_EVERY == 0:
                    with self._gateway.sessions.begin() as session:
                        erasing.sweep(session, self._gateway.clock())
            except SQLAlchemyError as error:
                log.error("dispatcher: %s", type(error).__name__)

    def _dispatch(self) -> None:
        with self._lock:
            room = self._workers - len(self._busy)
            busy = set(self._busy)
        if room <= 0:
            return
        with self._gateway.sessions() as session:
            found = lease.due(session, self._gateway.clock(), room + len(busy))
        for conversation_id in [one for one in found if one not in busy][:room]:
            with self._lock:
                self._busy.add(conversation_id)
            self._pool.submit(self._play, conversation_id)

    def _play(self, conversation_id: str) -> None:
        try:
            self._gateway.play(conversation_id)
        except (
            Exception
        ) as error:  # the message stays pending; its conversation is free again after the lease
            log.error("turn: %s", type(error).__name__)
        finally:
            with self._lock:
                self._busy.discard(conversation_id)
            if not self._stopping:
                self._bell.set()
