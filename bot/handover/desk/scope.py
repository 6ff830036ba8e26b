"""Who may do and see what: roles, and handovers by team. Nothing is seen that was not given (fail closed)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from bot.handover.desk.accounts import EVERYWHERE
from bot.handover.tables import Counsellor, Handover

CASES = frozenset({"cases"})
MAY: dict[str, frozenset[str]] = {
    "counsellor": CASES,
    "coordinator": CASES | {"team"},
    "administrator": CASES | {"team"},
    "observer": frozenset(),
}


def may(who: Counsellor, right: str) -> bool:
    """Whether this role has a right: `cases` or `team`."""
    return right in MAY.get(who.role, frozenset())


def visible(who: Counsellor) -> ColumnElement[bool]:
    """The handovers this counsellor may see, as a condition: those of their teams and those they hold."""
    if not may(who, "cases"):
        return false()
    if EVERYWHERE in who.platforms:
        return true()
    return or_(Handover.platform.in_(who.platforms), Handover.claimed_by == who.id)


def sees(who: Counsellor, row: Handover) -> bool:
    """Whether this counsellor's teams hold the request, whoever has it now."""
    return may(who, "cases") and (EVERYWHERE in who.platforms or row.platform in who.platforms)


def find(session: Session, who: Counsellor, handover_id: str, *options: Any) -> Handover | None:
    """This handover if the counsellor may see it; None alike when it is another team's or nobody's."""
    return session.scalar(select(Handover).where(Handover.id == handover_id, visible(who)).options(*options))


def colleagues(who: Counsellor, other: Counsellor) -> bool:
    """Whether `who` may manage `other`'s account: the administrator all, a coordinator those within their teams."""
    if who.role == "administrator":
        return True
    within = EVERYWHERE in who.platforms or set(other.platforms) <= set(who.platforms)
    return who.role == "coordinator" and other.role != "administrator" and within
