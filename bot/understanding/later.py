"""What understands people, loaded when somebody is first listened to: who only receives seldom listens.

Nothing here loads the parts themselves: spaCy alone takes 48 MB (measured 28 November 2026).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.understanding.facts import Reading

if TYPE_CHECKING:
    from bot.understanding.language import Guess, LanguageDetector
    from bot.understanding.reader import Understanding

Part = TypeVar("Part")


class _Held(Generic[Part]):
    """A part that is loaded once, at the first need. Safe to share between threads."""

    def __init__(self, load: Callable[[], Part]) -> None:
        self._load = load
        self._loaded: Part | None = None
        self._lock = threading.Lock()

    def get(self) -> Part:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded


class Later:
    """Listens as an `Understanding` does. Loading takes seconds and some 160 MB (measured 27 November 2026)."""

    def __init__(self, load: Callable[[], Understanding]) -> None:
        self._held = _Held(load)

    def listen(self, text: str, *, now: datetime, language: str, asked: str | None = None) -> Reading:
        """As `Understanding.listen`."""
        return self._held.get().listen(text, now=now, language=language, asked=asked)


class DetectLater:
    """Tells languages as a `LanguageDetector` does."""

    def __init__(self, load: Callable[[], LanguageDetector]) -> None:
        self._held = _Held(load)

    def detect(self, text: str, current: str | None = None) -> Guess:
        """As `LanguageDetector.detect`."""
        return self._held.get().detect(text, current)
