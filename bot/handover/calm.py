"""When a message nobody waits for may leave: the quiet hours of `calendar/france.yml`. Pure."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.yaml_text import yaml_loads

SUNDAY = 6


@dataclass(frozen=True)
class Calm:
    """Quiet from `begins` until `ends` (over midnight), on Sundays and on public holidays as the file says."""

    zone: ZoneInfo
    begins: time
    ends: time
    sundays: bool
    fixed: frozenset[tuple[int, int]]
    after_easter: frozenset[int]

    def quiet(self, now: datetime) -> bool:
        """Whether nothing unasked may leave at this aware moment."""
        local = now.astimezone(self.zone)
        if local.time() < self.ends or local.time() >= self.begins:
            return True
        return (self.sundays and local.weekday() == SUNDAY) or self.off(local.date())

    def off(self, day: date) -> bool:
        """Whether it is a public holiday on which nothing leaves."""
        since_easter = (day - easter(day.year)).days
        return (day.month, day.day) in self.fixed or since_easter in self.after_easter


@functools.cache
def calm(data: Path) -> Calm:
    """The quiet hours under the data folder."""
    content = yaml_loads((data / "calendar" / "france.yml").read_text(encoding="utf-8"))
    said = content["quiet"]
    listed = content["public_holidays"] if said["public_holidays"] else []
    fixed = [tuple(map(int, one["date"].split("-"))) for one in listed if "date" in one]
    return Calm(
        ZoneInfo(content["timezone"]),
        time.fromisoformat(said["from"]),
        time.fromisoformat(said["until"]),
        bool(said["sundays"]),
        frozenset((month, day) for month, day in fixed),
        frozenset(one["easter"] for one in listed if "easter" in one),
    )


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm, also called Meeus, Jones and Butcher)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap, short = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - moon + 15) % 30
    quarters, left = divmod(rest, 4)
    weekday = (32 + 2 * short + 2 * quarters - epact - left) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    return date(year, 3, 22) + timedelta(days=epact + weekday - 7 * late)
