"""The team's page: accounts, one-time links, leaving, audit trail."""

from __future__ import annotations

import functools
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy import select
from starlette.responses import Response

from bot.handover.desk import accounts, cases, scope
from bot.handover.desk.pages import Problem
from bot.handover.desk.visit import Desk, Visit, back
from bot.handover.life import Requeue, State
from bot.handover.notify import unsent
from bot.handover.tables import Audit, Counsellor, Handover
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
            known = {one.id for one in desk.platforms} | {accounts.EVERYWHERE}
            if not set(platforms) <= known:
                raise Problem(422, "value")
            try:
                token = accounts.invite(visit.session, visit.who, role, platforms, visit.now)
            except accounts.Refused as refused:
                raise Problem(403, "forbidden") from refused
            return _page(desk, visit, link=f"{desk.address}/desk/join/{token}")

    @router.post("/team/{counsellor_id}/remove")
    def remove(request: Request, counsellor_id: str, csrf: Short) -> Response:
        with desk.visit(request, "team", csrf) as visit:
            other = visit.session.get(Counsellor, counsellor_id)
            if other is None or other.id == visit.who.id or not scope.colleagues(visit.who, other):
                raise Problem(404, "missing")
            accounts.leave(visit.session, other, visit.now)
            held = visit.session.scalars(
                select(Handover).where(Handover.claimed_by == other.id, Handover.state == State.CLAIMED.value)
            ).all()
            for row in held:
                happen(visit.session, desk.thread, row, Requeue(), visit.now, platforms=desk.platforms)
            visit.after += [functools.partial(desk.thread.wake, row.conversation_id) for row in held]
        return back("/desk/team", "removed")


def _page(desk: Desk, visit: Visit, *, link: str | None = None, done: str | None = None) -> Response:
    everyone = visit.session.scalars(select(Counsellor).order_by(Counsellor.name)).all()
    people = [one for one in everyone if scope.colleagues(visit.who, one)]
    ids = [one.id for one in people]
    names = {one.id: one.name for one in people}
    trail = visit.session.scalars(
        select(Audit).where(Audit.counsellor_id.in_(ids)).order_by(Audit.id.desc()).limit(AUDIT_SHOWN)
    )
    everywhere = accounts.EVERYWHERE in visit.who.platforms
    return desk.show(
        visit,
        "team.html",
        people=people,
        me=visit.who.id,
        link=link,
        unsent=unsent(visit.session),
        done=done,
        roles=[role for role in accounts.ROLES if role != "administrator" or visit.who.role == role],
        everywhere=everywhere,
        platforms=[one for one in desk.platforms if everywhere or one.id in visit.who.platforms],
        trail=[
            {"date": cases.moment(one.at), "name": names[one.counsellor_id or ""], "action": one.action}
            for one in trail
        ],
    )
