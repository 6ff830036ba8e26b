"""Quiet hours: what nobody asked for waits for a working day's hours."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

LOCAL = ZoneInfo("Europe/Paris")
OPENS, CLOSES = time(8), time(20)
SUNDAY = 6


@cache
def _off(year: int) -> frozenset[object]:
    return frozenset(holidays.country_holidays("FR", years=year))


def allowed(moment: datetime) -> datetime:
    """The first moment from this one on when an unasked message may leave: 8 to 20 h, never Sundays or holidays."""
    local = moment.astimezone(LOCAL)
    while True:
        if local.weekday() != SUNDAY and local.date() not in _off(local.year):
            if local.time() < OPENS:
                return datetime.combine(local.date(), OPENS, LOCAL)
            if local.time() < CLOSES:
                return local
        local = datetime.combine(local.date() + timedelta(days=1), time(), LOCAL)
