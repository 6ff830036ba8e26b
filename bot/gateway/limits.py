"""How many messages one person may send in how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

FLOOD = 3
# More than anybody sends in a window, and a number that databases hold.
NO_LIMIT = 2**31 - 1


@dataclass(frozen=True)
class Limits:
    """At most `messages` a person in each `window`, fewer where `by_channel` says so; None sets no limit.

    Said at most once a window. Above the limit a STOP, an erasure or a danger is still heard, up to `FLOOD` times it.
    """

    messages: int | None = 30
    window: timedelta = timedelta(minutes=1)
    # An SMS answered is an SMS paid for, and nobody types twenty of them a minute.
    by_channel: Mapping[str, int] = field(default_factory=lambda: {"sms": 20})

    def exceeded(self, recent: int, channel: str = "") -> bool:
        """Whether one more on this channel is too many when `recent` came in the window."""
        return recent >= self.most(channel)

    def most(self, channel: str) -> int:
        """How many messages on this channel a window takes."""
        if self.messages is None:
            return NO_LIMIT
        return min(self.messages, self.by_channel.get(channel, self.messages))

    def flooded(self, recent: int) -> bool:
        """Whether so many came that nothing more is listened to."""
        return self.messages is not None and recent >= FLOOD * self.messages


@dataclass(frozen=True)
class Patience:
    """How long the engine is waited for: back-off from `first` doubling up to `longest`, in seconds."""

    first: float = 0.5
    longest: float = 10.0
    say_after: timedelta = timedelta(seconds=8)
    give_up_after: timedelta = timedelta(minutes=15)

    def pause(self, attempts: int) -> timedelta:
        """How long to wait after so many failed attempts (from 1)."""
        return timedelta(seconds=min(self.longest, self.first * 2 ** min(attempts - 1, 16)))
