"""Opening hours of a platform: OpenStreetMap syntax, Paris time, French public holidays."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, State

PARIS = ZoneInfo("Europe/Paris")
HORIZON = timedelta(days=60)


class Kept(Protocol):
    """Anything with opening hours; None is unknown."""

    @property
    def hours(self) -> str | None:
        """OpenStreetMap syntax."""
        ...


@functools.lru_cache(maxsize=512)
def parse(expression: str) -> OpeningHours:
    """The expression, closed on public holidays unless it speaks of them itself (`PH`).

    Raises `opening_hours.ParserError` when it is not in OpenStreetMap's syntax.
    """
    spoken = expression if "PH" in expression else f"{expression}; PH off"
    return OpeningHours(spoken, timezone=PARIS, country="FR")


def is_open(platform: Kept, now: datetime) -> bool | None:
    """Whether somebody reads at this moment (aware datetime); None when the hours are not known."""
    return None if platform.hours is None else bool(parse(platform.hours).is_open(now.astimezone(PARIS)))


def next_opening(platform: Kept, now: datetime) -> datetime | None:
    """When somebody reads next, Paris time: now if open; None if unknown or not within 60 days."""
    if platform.hours is None:
        return None
    here = now.astimezone(PARIS)
    for start, _end, state, _comment in parse(platform.hours).intervals(here, here + HORIZON):
        if state == State.OPEN:
            return max(here, start)
    return None


def open_time(platform: Kept, start: datetime, end: datetime) -> timedelta:
    """How long the platform was open between two moments; all of the time when its hours are not known."""
    if end <= start:
        return timedelta()
    if platform.hours is None:
        return end - start
    total = timedelta()
    for begins, ends, state, _comment in parse(platform.hours).intervals(
        start.astimezone(PARIS), end.astimezone(PARIS)
    ):
        if state == State.OPEN:
            total += ends - begins
    return total
