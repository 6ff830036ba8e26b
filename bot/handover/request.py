"""A request for a human, written in the gateway's own transaction; asking again changes the same one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.handover import book, hours
from bot.handover.life import Ask, Route, State
from bot.handover.platform import Places, Platform, choose
from bot.handover.staffing import person_of, staffing
from bot.handover.summary import summarise
from bot.handover.tables import Handover
from bot.handover.wording import Wording
from bot.profile.codes import codes


@dataclass(frozen=True)
class HandoverView:
    """What the conversation may know of its handover. `notice` is a catalogue key with its values."""

    id: str
    state: str
    priority: str
    platform: str | None
    platform_name: str | None
    summary: Mapping[str, Any]
    next_opening: datetime | None
    notice: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON data, as the contract's replay prints it."""
        return {
            "id": self.id,
            "state": self.state,
            "priority": self.priority,
            "platform": self.platform,
            "summary": dict(self.summary),
            "next_opening": self.next_opening.isoformat() if self.next_opening else None,
        }


def request(
    session: Session,
    *,
    conversation_id: str,
    person_id: str,
    state: Mapping[str, Any],
    offers: Sequence[Mapping[str, Any]],
    blocked: Sequence[Mapping[str, Any]],
    consent: Mapping[str, Any],
    cut: Sequence[str],
    contact_known: bool,
    channel: str,
    language: str,
    now: datetime,
    places: Places,
    platforms: Sequence[Platform],
    words: Wording,
    human_reason: str,
) -> HandoverView:
    """Open a handover, or bring the one under way up to date, in the caller's transaction.

    `state` is the conversation's JSON state, `consent` purpose → agreed, `cut` keys of summary lines the
    person takes out, `now` an aware moment. The view says in which key the person is told.
    """
    profile = {**(state.get("profile") or {}), "language": language}
    priority = priority_of(profile, now)
    summary = summarise(
        profile,
        state.get("facts") or {},
        offers,
        blocked,
        places=places,
        words=words,
        channel=channel,
        priority=priority,
        contact_known=contact_known,
        consent=consent,
        cut=cut,
        state=state,
    ).as_dict()
    told = {
        "priority": priority,
        "channel": channel,
        "language": language,
        "contact_known": contact_known,
        "summary": summary,
        "consent": {**consent, "at": now.isoformat()},
        "services": [
            {"id": str(one["service_id"]), "name": str(one.get("name") or one["service_id"])}
            for one in (*offers, *blocked)
        ],
        "need": _need(profile, blocked, priority, places),
    }
    row = book.open_one(session, conversation_id)
    if row is None:
        row = Handover(
            conversation_id=conversation_id,
            person_id=person_id,
            state=State.REQUESTED.value,
            reason=human_reason[:24],
            opened_at=now,
            waiting_since=now,
            origin=profile.get("origin"),
            destination=profile.get("destination"),
            **told,
        )
        session.add(row)
        session.flush()
    else:
        for name, value in told.items():
            setattr(row, name, value)
        row.origin = profile.get("origin") or row.origin
        row.destination = profile.get("destination") or row.destination
        session.flush()
        book.apply(session, row.id, Ask(), now)
    if row.state == State.REQUESTED.value:
        _route(session, row, frozenset(profile.get("access_needs") or ()), now, places, platforms)
    return view(row, platforms, now)


def _route(
    session: Session,
    row: Handover,
    access: frozenset[str],
    now: datetime,
    places: Places,
    platforms: Sequence[Platform],
) -> None:
    person = replace(person_of(row), access=access)
    chosen = choose(platforms, person, now, places=places, standing=staffing(session))
    # Hours that nobody knows, or no platform at all: the request waits in the list, with nothing promised.
    open_now = chosen is None or hours.is_open(chosen, now) is not False
    opening = None if open_now or chosen is None else hours.next_opening(chosen, now)
    book.apply(session, row.id, Route(chosen.id if chosen else None, open_now), now, next_opening=opening)


def view(row: Handover, platforms: Sequence[Platform], now: datetime) -> HandoverView:
    """What the conversation may know of this row."""
    holder = next((platform for platform in platforms if platform.id == row.platform), None)
    return HandoverView(
        id=row.id,
        state=row.state,
        priority=row.priority,
        platform=row.platform,
        platform_name=holder.name if holder else None,
        summary=row.summary,
        next_opening=row.next_opening if row.state == State.DEFERRED.value else None,
        notice=notice(row, holder),
    )


def notice(row: Handover, holder: Platform | None) -> dict[str, Any]:
    """The key and values that tell the person where their request stands."""
    if holder is None and row.state in (State.QUEUED.value, State.DEFERRED.value):
        return {"key": "handover.nobody", "values": {}}
    values: dict[str, Any] = {"platform": {"text": holder.name}} if holder else {}
    if row.state == State.DEFERRED.value and row.next_opening is not None:
        local = row.next_opening.astimezone(hours.PARIS)
        values |= {"date": {"date": local.date().isoformat()}, "time": {"time": local.strftime("%H:%M")}}
        if holder is not None and holder.supposed_hours:
            return {"key": "handover.deferred.supposed", "values": values}
    elif row.state == State.DEFERRED.value:
        return {"key": "handover.queued", "values": values}
    if row.state == State.CLAIMED.value:
        return {"key": "handover.already_claimed", "values": {}}
    return {"key": f"handover.{row.state}", "values": values}


def priority_of(profile: Mapping[str, Any], now: datetime) -> str:
    """The urgency class the diagnostic gave, else one from the day alone; U4 when nothing was said."""
    given = profile.get("urgency")
    if given in codes("urgency"):
        return str(given)
    if not profile.get("deadline"):
        return "U4"
    days = (date.fromisoformat(profile["deadline"]) - now.astimezone(hours.PARIS).date()).days
    return next((name for name, most in (("U1", 1), ("U2", 7), ("U3", 30)) if days <= most), "U4")


def _need(
    profile: Mapping[str, Any], blocked: Sequence[Mapping[str, Any]], priority: str, places: Places
) -> dict[str, Any]:
    commune = places.commune(profile["origin"]) if profile.get("origin") else None
    forms = {*(profile.get("obstacles") or ()), *(row["form"] for row in blocked if row.get("form"))}
    return {
        "epci": commune.epci if commune else None,
        "purpose": profile.get("purpose"),
        "needs": list(profile.get("needs") or ()),
        "forms": sorted(forms),
        "deadline_class": priority,
        "hours": list(profile.get("hours") or ()),
        "language": profile.get("language"),
    }
