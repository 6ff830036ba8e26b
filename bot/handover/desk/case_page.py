"""What the page of one case shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer

from bot.handover import reports
from bot.handover.desk import cases
from bot.handover.desk.scope import may, visible
from bot.handover.desk.visit import Desk, Visit
from bot.handover.hours import PARIS
from bot.handover.life import Outcome
from bot.handover.offer import Sieved
from bot.handover.tables import Audit, Counsellor, Handover
from bot.handover.thread import BLANK
from bot.profile.codes import codes
from bot.tamis.person import ProfileError

ENDS = [Outcome.SOLUTION.value, Outcome.PARTLY.value, Outcome.NONE.value]
KEPT = ("oui", "non", "inconnu")
# How each kind of a phrase's values is typed.
KINDS = {"date": "date", "time": "time", "phone": "tel", "text": "text"}
MOST_EARLIER = 5
MOST_OTHERS = 15
TRAIL = 60
# What of the profile the sieve uses.
ASKED = (
    *("purpose", "licence", "needs", "means", "statuses", "access_needs"),
    *("age", "household_quotient", "origin", "destination", "deadline"),
)


def case_page(desk: Desk, visit: Visit, row: Handover) -> dict[str, Any]:
    """The values of `case.html`."""
    holder = visit.session.get(Counsellor, row.claimed_by) if row.claimed_by else None
    shown = [one["id"] for one in row.services]
    named = next((one.name for one in desk.platforms if one.id == row.platform), None)
    mine = row.claimed_by == visit.who.id
    last = desk.thread.last(visit.session, row.conversation_id)
    return {
        "case": row,
        "summary": row.summary,
        "origin": cases.place(desk.places, row.origin),
        "destination": cases.place(desk.places, row.destination),
        "lines": desk.thread.messages(visit.session, row.conversation_id),
        "mark": f"{row.version}-{last}",
        "notes": cases.notes(visit.session, row),
        "earlier": _earlier(visit, row),
        # Only whoever has taken it sees where to call.
        "reach": desk.thread.reach(visit.session, row.conversation_id) if mine else {},
        "mine": mine,
        "claimable": row.state in ("queued", "deferred", "expired"),
        "holder": holder.name if holder else None,
        "platform": named,
        "platforms": [one for one in desk.platforms if one.id != row.platform],
        "phrases": _phrases(desk, visit, row) if mine else [],
        "kinds": KINDS,
        "services": row.services,
        "others": others(desk, visit, row) if mine else [],
        "standing": reports.current(visit.session, shown, visit.now.astimezone(PARIS).date()),
        "outcomes": ENDS,
        "forms": codes("obstacles"),
        "refusals": desk.refusals,
        "kept": KEPT,
        "moment": cases.moment,
        "trail": _trail(visit, row) if may(visit.who, "team") else None,
    }


def others(desk: Desk, visit: Visit, row: Handover) -> list[dict[str, str]]:
    """Services not shown to the person that the sieve does not close to them: what may have solved it as well."""
    shown = {one["id"] for one in row.services}
    return [
        {"id": str(one.service["id"]), "name": str(one.service["nom"])}
        for one in sieved(
            desk, visit, transmitted(row, desk.thread.profile(visit.session, row.conversation_id))
        )
        if one.decision.status != "blocked" and one.held is None and one.service["id"] not in shown
    ][:MOST_OTHERS]


def sieved(desk: Desk, visit: Visit, profile: Mapping[str, Any]) -> Sequence[Sieved]:
    """The offer for this profile; nothing without a place to start from, or for one the schema does not allow."""
    if not profile.get("origin"):
        return ()
    try:
        return desk.offer.current().sieve(profile, visit.now.astimezone(PARIS).date())
    except ProfileError:
        return ()


def transmitted(row: Handover, profile: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the profile that the person let through: what they cut from the summary stays theirs."""
    lines = {line["key"] for section in row.summary["sections"] for line in section["lines"]}
    return {name: profile[name] for name in ASKED if name in lines and profile.get(name) is not None}


def _phrases(desk: Desk, visit: Visit, row: Handover) -> list[dict[str, Any]]:
    """The phrasebook with what each sentence will say in the person's language."""
    found = []
    for one in desk.phrases:
        values: dict[str, Any] = {name: {"text": BLANK} for name in one["values"]}
        if one.get("own_name"):
            values["name"] = {"text": visit.who.name}
        said, language, direction = desk.thread.preview(
            visit.session, row.conversation_id, one["key"], values
        )
        # Not "values": a template would find the mapping's own method.
        found.append(
            {**one, "blanks": one["values"], "said": said, "language": language, "direction": direction}
        )
    return found


def _earlier(visit: Visit, row: Handover) -> Sequence[Handover]:
    """What the same person asked before, as far as this counsellor may see it."""
    return visit.session.scalars(
        select(Handover)
        .options(defer(Handover.summary))
        .where(Handover.person_id == row.person_id, Handover.id != row.id, visible(visit.who))
        .order_by(Handover.opened_at.desc())
        .limit(MOST_EARLIER)
    ).all()


def _trail(visit: Visit, row: Handover) -> list[dict[str, str]]:
    """Who did or saw what of this request, newest first."""
    names = {one.id: one.name for one in visit.session.scalars(select(Counsellor))}
    lines = select(Audit).where(Audit.handover_id == row.id).order_by(Audit.id.desc()).limit(TRAIL)
    return [
        {"date": cases.moment(one.at), "name": names.get(one.counsellor_id or "", ""), "action": one.action}
        for one in visit.session.scalars(lines)
    ]
