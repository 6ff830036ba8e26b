"""Urgency U0–U4 from the deadline and the conversation's clock (classes of docs/domain.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Paris")
# A day at most from now is told as a hurry even when its hour is a little more than 24 hours away.
SOON = timedelta(days=1)
# Upper bound in days of each class after U1, which is counted in hours: the trip is within 24 hours.
DAYS = (("U2", 7), ("U3", 30))


def urgency(profile: Mapping[str, Any], horizon: str | None, now: datetime) -> str | None:
    """The class of this trip; None while nothing was said of when.

    A day without an hour counts as U1 when it is today or tomorrow. A time without a day says nothing.
    """
    if profile.get("danger"):
        return "U0"
    if not profile.get("deadline"):
        return horizon
    local = now.astimezone(LOCAL)
    day = date.fromisoformat(profile["deadline"])
    if profile.get("arrival"):
        hour, minute = (int(part) for part in profile["arrival"].split(":"))
        due = datetime.combine(day, time(hour, minute), LOCAL)
        if due - local <= timedelta(hours=24):
            return "U1"
    elif day <= local.date() + timedelta(days=1):
        return "U1"
    days = (day - local.date()).days
    for name, bound in DAYS:
        if days <= bound:
            return name
    return "U4"


def hurried(profile: Mapping[str, Any], now: datetime) -> bool:
    """Whether the trip is today or tomorrow: no time for questions, whatever its class."""
    if not profile.get("deadline"):
        return profile.get("urgency") == "U1"
    return date.fromisoformat(profile["deadline"]) <= now.astimezone(LOCAL).date() + SOON
