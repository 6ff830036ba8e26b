"""The observatory's page at the desk: how handovers go, and which needs meet nothing."""

from __future__ import annotations

import statistics

from fastapi import APIRouter, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from bot.handover import follow_up
from bot.handover.desk.visit import Desk
from bot.handover.tables import Handover
from bot.observatory import figures

LATEST = 500


def add(router: APIRouter, desk: Desk) -> None:
    """Add these routes."""

    @router.get("/observatory")
    def observatory(request: Request) -> Response:
        with desk.visit(request) as visit:
            return desk.show(
                visit,
                "observatory.html",
                states=_counts(visit.session, Handover.state),
                outcomes=_counts(visit.session, Handover.outcome),
                answers=follow_up.answers(visit.session),
                minutes=time_to_claim(visit.session),
                cells=figures.totals(visit.session, desk.zone_name),
                smallest=figures.SMALLEST,
            )


def _counts(session: Session, column: object) -> dict[str, int]:
    known = column.is_not(None)  # type: ignore[attr-defined]
    query = select(column, func.count()).where(known).group_by(column).order_by(column)  # type: ignore[call-overload]
    return {code: count for code, count in session.execute(query) if code is not None}


def time_to_claim(session: Session) -> int | None:
    """Median minutes from the request to the first hand, over the latest 500 that were taken."""
    taken = session.execute(
        select(Handover.opened_at, Handover.claimed_at)
        .where(Handover.claimed_at.is_not(None))
        .order_by(Handover.claimed_at.desc())
        .limit(LATEST)
    ).all()
    waits = [(claimed - opened).total_seconds() / 60 for opened, claimed in taken if claimed]
    return round(statistics.median(waits)) if waits else None
