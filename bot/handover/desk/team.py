"""The team's page: accounts, one-time links, leaving, audit trail."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlalchemy import func, select
from starlette.responses import Response

from bot.gateway.dead import letters
from bot.handover.desk import accounts, cases, scope
from bot.handover.desk.pages import Problem
from bot.handover.desk.visit import Desk, Visit, back
from bot.handover.life import Requeue, State
from bot.handover.notify import unsent
from bot.handover.tables import Audit, Counsellor, DeskSession, Handover
from bot.handover.telling import happen

Short = Annotated[str, Form(max_length=300)]
AUDIT_SHOWN = 100


def add(router: APIRouter, desk: Desk) -> None:
    """Add these routes."""

    @router.get("/team")
    def team(request: Request) -> Response:
        with desk.visit(request, "team") as visit:
            return _page(desk, visit, done=desk.done(request))

    @router.post("/team/invite")
    def invite(
        request: Request, csrf: Short, role: Short, platforms: Annotated[tuple[str, ...], Form()] = ()
    ) -> Response:
        with desk.visit(request, "team", csrf) as visit:
            if not set(platforms) <= _known(desk):
                raise Problem(422, "value")
            try:
                token = accounts.invite(visit.session, visit.who, role, platforms, visit.now)
            except accounts.Refused as refused:
                raise Problem(403, "forbidden") from refused
            return _page(desk, visit, link=f"{desk.address}/desk/join/{token}")

    @router.post("/team/{counsellor_id}/teams")
    def teams(
        request: Request, counsellor_id: str, csrf: Short, platforms: Annotated[tuple[str, ...], Form()] = ()
    ) -> Response:
        with desk.visit(request, "team", csrf) as visit:
            other = _colleague(visit, counsellor_id)
            try:
                accounts.move(visit.session, visit.who, other, platforms, _known(desk), visit.now)
            except accounts.Refused as refused:
                raise Problem(403, "forbidden") from refused
            _let_go(desk, visit, [row for row in _held(visit, other) if not scope.sees(other, row)])
        return back("/desk/team", "moved")

    @router.post("/team/{counsellor_id}/renew")
    def renew(request: Request, counsellor_id: str, csrf: Short) -> Response:
        with desk.visit(request, "team", csrf) as visit:
            other = _colleague(visit, counsellor_id)
            if not other.active:
                raise Problem(404, "missing")
            token = accounts.renewal(visit.session, visit.who, other, visit.now)
            return _page(desk, visit, link=f"{desk.address}/desk/join/{token}")

    @router.post("/team/{counsellor_id}/remove")
    def remove(request: Request, counsellor_id: str, csrf: Short) -> Response:
        with desk.visit(request, "team", csrf) as visit:
            other = _colleague(visit, counsellor_id)
            accounts.leave(visit.session, other, visit.now)
            _let_go(desk, visit, _held(visit, other))
        return back("/desk/team", "removed")


def _colleague(visit: Visit, counsellor_id: str) -> Counsellor:
    """Somebody else this coordinator answers for."""
    other = visit.session.get(Counsellor, counsellor_id)
    if other is None or other.id == visit.who.id or not scope.colleagues(visit.who, other):
        raise Problem(404, "missing")
    return other


def _known(desk: Desk) -> set[str]:
    return {one.id for one in desk.platforms} | {accounts.EVERYWHERE}


def _held(visit: Visit, other: Counsellor) -> Sequence[Handover]:
    return visit.session.scalars(
        select(Handover).where(Handover.claimed_by == other.id, Handover.state == State.CLAIMED.value)
    ).all()


def _let_go(desk: Desk, visit: Visit, held: Sequence[Handover]) -> None:
    """What they held waits again, and the people are told."""
    for row in held:
        happen(visit.session, desk.thread, row, Requeue(), visit.now, platforms=desk.platforms)
    visit.after += [functools.partial(desk.thread.wake, row.conversation_id) for row in held]


def _dead(visit: Visit) -> list[dict[str, str]]:
    """Messages that were given up; a case of this person's scope is linked, nothing else is said of anybody."""
    found = letters(visit.session, visit.now)
    rows = visit.session.scalars(
        select(Handover)
        .where(Handover.conversation_id.in_({letter.conversation_id for letter in found}))
        .order_by(Handover.opened_at)
    )
    known = {row.conversation_id: row.id for row in rows if scope.sees(visit.who, row)}
    return [
        {
            "date": cases.moment(letter.at),
            "channel": letter.channel,
            "way": letter.way,
            "reason": letter.reason,
            "case": known.get(letter.conversation_id, ""),
        }
        for letter in found
    ]


def _page(desk: Desk, visit: Visit, *, link: str | None = None, done: str | None = None) -> Response:
    everyone = visit.session.scalars(select(Counsellor).order_by(Counsellor.name)).all()
    colleagues = [one for one in everyone if scope.colleagues(visit.who, one)]
    names = {one.id: one.name for one in colleagues}
    trail = visit.session.scalars(
        select(Audit).where(Audit.counsellor_id.in_(names)).order_by(Audit.id.desc()).limit(AUDIT_SHOWN)
    )
    everywhere = accounts.EVERYWHERE in visit.who.platforms
    return desk.show(
        visit,
        "team.html",
        people=_people(desk, visit, colleagues),
        me=visit.who.id,
        link=link,
        unsent=unsent(visit.session),
        dead=_dead(visit),
        done=done,
        roles=[role for role in accounts.ROLES if role != "administrator" or visit.who.role == role],
        everywhere=everywhere,
        platforms=[one for one in desk.platforms if everywhere or one.id in visit.who.platforms],
        trail=[
            {
                "date": cases.moment(one.at),
                "name": names[one.counsellor_id or ""],
                "action": one.action,
                "case": one.handover_id,
            }
            for one in trail
        ],
    )


def _people(desk: Desk, visit: Visit, colleagues: Sequence[Counsellor]) -> list[dict[str, Any]]:
    """The accounts as the page shows them: open ones first."""
    ids = [one.id for one in colleagues]
    latest = (
        select(DeskSession.counsellor_id, func.max(DeskSession.seen_at))
        .where(DeskSession.counsellor_id.in_(ids))
        .group_by(DeskSession.counsellor_id)
    )
    hands = (
        select(Handover.claimed_by, func.count())
        .where(Handover.state == State.CLAIMED.value, Handover.claimed_by.in_(ids))
        .group_by(Handover.claimed_by)
    )
    seen: dict[str, datetime] = {one[0]: one[1] for one in visit.session.execute(latest)}
    held: dict[str | None, int] = {one[0]: one[1] for one in visit.session.execute(hands)}
    names = {one.id: one.name for one in desk.platforms}
    names[accounts.EVERYWHERE] = desk.pages.words("team.everywhere")
    return [
        {
            **{name: getattr(one, name) for name in ("id", "name", "email", "role", "active", "on_duty")},
            "platforms": one.platforms,
            "teams": ", ".join(names.get(platform, platform) for platform in one.platforms),
            "locked": one.locked_until is not None and one.locked_until > visit.now,
            "seen": cases.moment(seen[one.id]) if one.id in seen else None,
            "held": held.get(one.id, 0),
        }
        for one in sorted(colleagues, key=lambda one: not one.active)
    ]
