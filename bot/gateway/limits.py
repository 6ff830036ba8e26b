"""How many messages one person may send in how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Limits:
    """At most `messages` a person in each `window`; None sets no limit. Said at most once a window."""

    messages: int | None = 30
    window: timedelta = timedelta(minutes=1)

    def exceeded(self, recent: int) -> bool:
        """Whether one more is too many when `recent` came in the window."""
        return self.messages is not None and recent >= self.messages


@dataclass(frozen=True)
class Patience:
    """How long the engine is waited for: back-off from `first` doubling up to `longest`, in seconds."""

    first: float = 0.5
    longest: float = 30.0
    say_after: timedelta = timedelta(seconds=8)
    give_up_after: timedelta = timedelta(minutes=15)

    def pause(self, attempts: int) -> timedelta:
        """How long to wait after so many failed attempts (from 1)."""
        return timedelta(seconds=min(self.longest, self.first * 2 ** min(attempts - 1, 16)))
