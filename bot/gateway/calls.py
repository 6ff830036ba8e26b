"""Conversations that call for work in this process: each known by name, so that nobody need ask the database who."""

from __future__ import annotations

import threading


class Calls:
    """Each conversation waits once, however often it calls, and is worked on by one at a time.

    What is not heard here (another process's arrival, a restart) is found in the database at the next look.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._waiting: dict[str, None] = {}
        self._busy: set[str] = set()

    def ring(self, conversation_id: str | None = None) -> None:
        """This conversation has something to work on; None only wakes who waits."""
        if conversation_id is not None:
            with self._lock:
                self._waiting[conversation_id] = None
        self._bell.set()

    def wait(self, seconds: float) -> None:
        """Until it rings, or so long."""
        self._bell.wait(seconds)
        self._bell.clear()

    def take(self, limit: int) -> list[str]:
        """Of those that called, who is free to be worked on, while no more than `limit` are; in their order."""
        with self._lock:
            room = max(0, limit - len(self._busy))
            taken = [one for one in self._waiting if one not in self._busy][:room]
            for one in taken:
                del self._waiting[one]
            self._busy.update(taken)
        return taken

    def done(self, conversation_id: str) -> None:
        """It is worked on no more; whatever called meanwhile is looked at again."""
        with self._lock:
            self._busy.discard(conversation_id)
            again = bool(self._waiting)
        if again:
            self._bell.set()

    def busy(self) -> int:
        """How many are worked on."""
        with self._lock:
            return len(self._busy)
