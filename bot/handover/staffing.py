"""How teams stand just now: who is on duty, how many requests already wait. What `platform.choose` ranks by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.handover.desk.scope import MAY
from bot.handover.life import State
from bot.handover.platform import Person
from bot.handover.tables import Counsellor, Handover


@dataclass(frozen=True)
class Staffing:
    """`away`: teams whose counsellors all said that they are not on duty. `waiting`: requests by team."""

    away: frozenset[str] = frozenset()
    waiting: Mapping[str, int] = field(default_factory=dict)


def staffing(session: Session) -> Staffing:
    """As the accounts and the requests say. A team without accounts of its own is taken to be there."""
    roles = [role for role, rights in MAY.items() if "cases" in rights]
    present: dict[str, bool] = {}
    accounts = select(Counsellor.platforms, Counsellor.on_duty).where(
        Counsellor.active, Counsellor.role.in_(roles)
    )
    for platforms, on_duty in session.execute(accounts):
        for platform in platforms:
            present[platform] = present.get(platform, False) or on_duty
    waits = (
        select(Handover.platform, func.count())
        .where(Handover.state.in_([State.QUEUED.value, State.DEFERRED.value]), Handover.platform.is_not(None))
        .group_by(Handover.platform)
    )
    counted = {str(platform): int(count) for platform, count in session.execute(waits)}
    return Staffing(frozenset(team for team, there in present.items() if not there), counted)


def person_of(row: Handover) -> Person:
    """Whom a request is about, as far as its own columns say (access needs stay in the summary)."""
    return Person(row.origin, row.destination, row.language, frozenset(row.need.get("needs") or ()))
