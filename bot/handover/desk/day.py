"""The day's first page: what waits, what is late, what changed in the offer since yesterday."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.directory.tables import Overlay, Run
from bot.handover.desk import cases
from bot.handover.desk.scope import visible
from bot.handover.desk.visit import Desk
from bot.handover.hours import PARIS
from bot.handover.tables import Counsellor, Handover

SINCE = timedelta(days=7)
REPORTS = ("full", "ended", "wrong")
MOST = 30
MOST_FRESH = 10


@dataclass(frozen=True)
class Counts:
    """Handovers this counsellor may see: waiting, late, urgent among those waiting, and their own."""

    waiting: int
    late: int
    urgent: int
    mine: int


def add(router: APIRouter, desk: Desk) -> None:
    """Add these routes."""

    @router.get("/day")
    def day(request: Request) -> Response:
        with desk.visit(request, "cases") as visit:
            offer = desk.offer.current()
            since = (visit.now - SINCE).astimezone(PARIS)
            late, mine = cases.today(visit.session, visit.who, desk.places, visit.now, desk.thread)
            return desk.show(
                visit,
                "day.html",
                counts=counts(visit.session, visit.who),
                late=late,
                mine=mine,
                fresh=offer.fresh(since.date())[:MOST_FRESH],
                since=cases.moment(since),
                loads=loads(visit.session, since),
                reports=[
                    {**one, "name": service["nom"] if (service := offer.service(one["id"])) else one["id"]}
                    for one in reported(visit.session, since.date())
                ],
                to_review=offer.to_review()[:MOST],
            )


def counts(session: Session, who: Counsellor) -> Counts:
    """The numbers of the day, read in one look at the table."""
    mine = cases.HELD & (Handover.claimed_by == who.id)
    row = session.execute(
        select(
            func.count().filter(cases.WAITS),
            func.count().filter(cases.WAITS & cases.LATE),
            func.count().filter(cases.WAITS & Handover.priority.in_(["U0", "U1"])),
            func.count().filter(mine),
        )
        .select_from(Handover)
        .where(visible(who), Handover.state.in_(cases.UNDER_WAY))
    ).one()
    return Counts(*row)


def loads(session: Session, since: datetime) -> dict[str, int]:
    """Services that came, changed or went with the loads since then: {"added", "changed", "withdrawn"}."""
    total = dict.fromkeys(("added", "changed", "withdrawn"), 0)
    for report in session.scalars(select(Run.report).where(Run.at >= since)):
        for name in total:
            total[name] += int((report.get(name) or {}).get("service", 0))
    return total


def reported(session: Session, since: date) -> list[Mapping[str, Any]]:
    """What the field said of services since then, newest first, still in force."""
    rows = session.scalars(
        select(Overlay)
        .where(Overlay.said_on >= since, Overlay.withdrawn_on.is_(None), Overlay.kind.in_(REPORTS))
        .order_by(Overlay.id.desc())
        .limit(MOST)
    )
    return [
        {
            "id": row.service_id,
            "kind": row.kind,
            "until": row.until.isoformat() if row.until else None,
            "said_on": row.said_on.isoformat(),
        }
        for row in rows
    ]
