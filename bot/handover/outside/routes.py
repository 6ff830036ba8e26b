"""Where teams elsewhere answer: Chatwoot's webhook, and the page behind an orientation's link."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.handover.backend import BackendDown, HandoverBackend
from bot.handover.desk import browser
from bot.handover.desk.pages import Pages, Problem, route_class
from bot.handover.life import CLAIMABLE, Outcome, State
from bot.handover.offer import Shelf
from bot.handover.outside import answers
from bot.handover.outside.chatwoot import Said, heard
from bot.handover.outside.orientation import Links
from bot.handover.tables import Handover, Referral

Short = Annotated[str, Form(max_length=300)]
SHORTEST_SECRET = 24
ENDS = (Outcome.SOLUTION, Outcome.PARTLY, Outcome.NONE)


@dataclass(frozen=True)
class Outside:
    """Everything the routes need, made once."""

    sessions: sessionmaker[Session]
    desk: answers.Desk
    pages: Pages
    offer: Shelf
    links: Links
    backends: Mapping[str, HandoverBackend]
    secret: str
    address: str


def webhook(outside: Outside) -> APIRouter:
    """Chatwoot's webhook; without a long secret there is none."""
    router = APIRouter(prefix="/api/handover", include_in_schema=False)
    if len(outside.secret) < SHORTEST_SECRET:
        return router

    @router.post("/chatwoot/{secret}")
    def chatwoot(secret: str, event: dict[str, Any]) -> Response:
        if not hmac.compare_digest(secret.encode(), outside.secret.encode()):
            return JSONResponse({"error": {"code": "not-found"}}, 404)
        said = heard(event)
        # What is not ours to act on is taken all the same: Chatwoot would send it again and again.
        return JSONResponse({"done": said is not None and _carried(outside, said)})

    return router


def _carried(outside: Outside, said: Said) -> bool:
    with outside.sessions.begin() as session:
        referral = session.scalar(
            select(Referral)
            .where(Referral.reference == said.reference, Referral.backend == "chatwoot")
            .with_for_update()
        )
        if referral is None:
            return False
        if said.kind == "resolved":
            # Chatwoot knows no outcome: the conversation goes back to the programme, and nothing is claimed.
            done = answers.finish(session, outside.desk, referral, Outcome.GIVEN_BACK)
        else:
            done = answers.say(session, outside.desk, referral, said.text, said.name, said.number)
        conversation = session.get_one(Handover, referral.handover_id).conversation_id
    if done:
        outside.desk.thread.wake(conversation)
    elif said.kind == "message" and (backend := outside.backends.get("chatwoot")):
        try:
            backend.relay(said.reference, outside.pages.words("error.unreachable"))
        except BackendDown:
            return False
    return done


def orientation(outside: Outside) -> APIRouter:
    """The page behind the link. Opening it changes nothing: mail scanners open links too."""
    router = APIRouter(prefix="/orientation", route_class=route_class(outside.pages), include_in_schema=False)

    @router.get("/{token}")
    def page(token: str) -> Response:
        with outside.sessions() as session:
            return _page(outside, session, *_behind(outside, session, token), token)

    @router.post("/{token}")
    def answer(
        request: Request,
        token: str,
        do: Short,
        reason: Short = "",
        until: Short = "",
        outcome: Short = "",
        services: Annotated[tuple[str, ...], Form()] = (),
    ) -> Response:
        if not browser.same_site(request, outside.address):
            raise Problem(403, "form")
        with outside.sessions.begin() as session:
            referral, row = _behind(outside, session, token)
            own = {one["id"] for one in _own(outside, referral)}
            try:
                if do == "accept":
                    answers.accept(session, outside.desk, referral, _name(outside, referral))
                elif do == "refuse":
                    answers.refuse(session, outside.desk, referral, reason)
                elif do == "full":
                    last = date.fromisoformat(until) if until else None
                    answers.full(session, outside.desk, referral, own & set(services), last)
                elif do == "finish" and outcome in [one.value for one in ENDS]:
                    answers.finish(session, outside.desk, referral, Outcome(outcome))
                else:
                    raise Problem(422, "value")
            except ValueError as error:
                raise Problem(422, "value") from error
            conversation = row.conversation_id
        outside.desk.thread.wake(conversation)
        return RedirectResponse(f"/orientation/{token}", 303)

    return router


def _behind(outside: Outside, session: Session, token: str) -> tuple[Referral, Handover]:
    number = outside.links.read(token)
    referral = session.get(Referral, number) if number is not None else None
    if referral is None or referral.backend != "orientation":
        raise Problem(404, "link")
    return referral, session.get_one(Handover, referral.handover_id)


def _page(outside: Outside, session: Session, referral: Referral, row: Handover, token: str) -> Response:
    theirs = row.claimed_by == answers.holder(referral)
    waits = row.platform == referral.platform and State(row.state) in CLAIMABLE
    thread = outside.desk.thread
    return outside.pages.page(
        "orientation.html",
        token=token,
        name=_name(outside, referral),
        # Once it is over, the person's story is no longer theirs to read.
        summary=row.summary if theirs or waits else None,
        theirs=theirs,
        waits=waits and row.state != State.EXPIRED.value,
        reach=thread.reach(session, row.conversation_id) if theirs else {},
        refusals=outside.desk.refusals,
        services=_own(outside, referral),
        outcomes=[one.value for one in ENDS],
    )


def _name(outside: Outside, referral: Referral) -> str:
    return next((one.name for one in outside.desk.platforms if one.id == referral.platform), "")


def _own(outside: Outside, referral: Referral) -> list[dict[str, str]]:
    """The services of the team's own structure: nobody says of another's that it is full."""
    structure = next((one.structure for one in outside.desk.platforms if one.id == referral.platform), None)
    return outside.offer.current().of_structure(structure) if structure else []
