"""Silence handled: reminders, the next team, the honest end, a holder who went quiet. Run every minute."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, sessionmaker

from bot.handover.hours import open_time
from bot.handover.life import Event, Expire, Move, Reach, RefusedError, Remind, Requeue, State
from bot.handover.platform import Places, Platform, choose
from bot.handover.staffing import Staffing, person_of, staffing
from bot.handover.tables import Handover
from bot.handover.telling import happen
from bot.handover.thread import Thread
from bot.yaml_text import yaml_loads

UNKNOWN = Platform("", "")


@dataclass(frozen=True)
class Delays:
    """Open time after which something must happen, for one urgency."""

    remind: tuple[timedelta, ...]
    escalate: timedelta
    expire: timedelta
    silent: timedelta


@functools.cache
def delays(data: Path) -> Mapping[str, Delays]:
    """By urgency, from `handover/delays.yml` under the data folder."""
    content = yaml_loads((data / "handover" / "delays.yml").read_text(encoding="utf-8"))
    return {
        urgency: Delays(
            remind=tuple(timedelta(hours=hours) for hours in row["remind"]),
            escalate=timedelta(hours=row["escalate"]),
            expire=timedelta(hours=row["expire"]),
            silent=timedelta(hours=row["silent"]),
        )
        for urgency, row in content["open_hours"].items()
    }


def due(
    row: Handover, platform: Platform | None, next_team: str | None, given: Delays, now: datetime
) -> Event | None:
    """What silence asks for now, if anything. `next_team` is the team to ask when this one does not come."""
    here = platform or UNKNOWN
    if row.state == State.DEFERRED:
        return Reach() if row.next_opening is not None and now >= row.next_opening else None
    if row.state == State.CLAIMED:
        quiet = row.first_reply_at is None and row.claimed_at is not None
        return Requeue() if quiet and open_time(here, row.claimed_at or now, now) >= given.silent else None
    if row.state != State.QUEUED:
        return None
    waited = open_time(here, row.waiting_since, now)
    if waited >= given.escalate and next_team is not None:
        return Move(next_team)
    if waited >= given.expire:
        return Expire()
    number = sum(waited >= after for after in given.remind)
    return Remind(number) if number > row.reminders else None


def tick(
    make: sessionmaker[Session],
    thread: Thread,
    *,
    platforms: Sequence[Platform],
    places: Places,
    given: Mapping[str, Delays],
    now: datetime,
) -> int:
    """Look at every handover under way, each in its own transaction; how many something happened to."""
    running = (State.QUEUED.value, State.DEFERRED.value, State.CLAIMED.value)
    with make() as session:
        waiting = list(session.scalars(select(Handover.id).where(Handover.state.in_(running))))
        standing = staffing(session)
    return sum(
        _one(make, thread, handover_id, platforms, places, standing, given, now) for handover_id in waiting
    )


def _one(
    make: sessionmaker[Session],
    thread: Thread,
    handover_id: str,
    platforms: Sequence[Platform],
    places: Places,
    standing: Staffing,
    given: Mapping[str, Delays],
    now: datetime,
) -> bool:
    with make.begin() as session:
        row = session.get(Handover, handover_id, options=[defer(Handover.summary)])
        if row is None:
            return False
        platform = next((one for one in platforms if one.id == row.platform), None)
        tried = (*row.tried, *((row.platform,) if row.platform else ()))
        following = choose(platforms, person_of(row), now, places=places, standing=standing, without=tried)
        event = due(row, platform, following.id if following else None, given[row.priority], now)
        if event is None:
            return False
        conversation_id = row.conversation_id
        try:
            happen(session, thread, row, event, now, platforms=platforms)
        except RefusedError:
            # Somebody was quicker: what they did stands.
            return False
    thread.wake(conversation_id)
    return True
