"""An understanding that is loaded when somebody is first listened to: who only receives seldom listens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from bot.understanding.facts import Reading
from bot.understanding.reader import Understanding


class Later:
    """Listens as an `Understanding` does. Loading takes seconds and some 160 MB (measured 27 November 2026). Safe to
    share between threads."""

    def __init__(self, load: Callable[[], Understanding]) -> None:
        self._load = load
        self._loaded: Understanding | None = None
        self._lock = threading.Lock()

    def listen(self, text: str, *, now: datetime, language: str, asked: str | None = None) -> Reading:
        """As `Understanding.listen`."""
        with self._lock:
            loaded = self._loaded = self._loaded or self._load()
        return loaded.listen(text, now=now, language=language, asked=asked)
