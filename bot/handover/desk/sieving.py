"""Sieving the offer for a person at hand: what they said so far, or what the counsellor fills in. Never kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from bot.handover.desk.case_page import transmitted
from bot.handover.desk.pages import Problem
from bot.handover.desk.visit import Desk, Visit
from bot.handover.hours import PARIS
from bot.handover.offer import SHOWN
from bot.profile.codes import codes
from bot.tamis.person import ProfileError

Short = Annotated[str, Form(max_length=300)]
Ticked = Annotated[tuple[str, ...], Form()]
ONE = ("purpose", "licence")
SEVERAL = ("needs", "means", "statuses", "access_needs")
NUMBERS = ("age", "household_quotient")
PLACES = ("origin", "destination")


def add(router: APIRouter, desk: Desk) -> None:
    """Add these routes."""

    @router.get("/sieve")
    def empty(request: Request) -> Response:
        with desk.visit(request, "cases") as visit:
            return _page(desk, visit, {}, sieved=False)

    @router.get("/cases/{handover_id}/sieve")
    def for_case(request: Request, handover_id: str) -> Response:
        with desk.visit(request, "cases") as visit:
            row = visit.case(handover_id)
            visit.note("sieve", row.id)
            said = transmitted(row, desk.thread.profile(visit.session, row.conversation_id))
            return _page(desk, visit, said, sieved=bool(said.get("origin")), case=row.id)

    # The form is posted: what is said of a person does not belong in an address.
    @router.post("/sieve")
    def sieve(
        request: Request,
        csrf: Short,
        origin: Short = "",
        destination: Short = "",
        deadline: Short = "",
        age: Short = "",
        household_quotient: Short = "",
        purpose: Short = "",
        licence: Short = "",
        needs: Ticked = (),
        means: Ticked = (),
        statuses: Ticked = (),
        access_needs: Ticked = (),
    ) -> Response:
        with desk.visit(request, "cases", csrf) as visit:
            profile: dict[str, Any] = {}
            for name, ticked in zip(SEVERAL, (needs, means, statuses, access_needs), strict=True):
                profile[name] = [code for code in codes(name) if code in ticked] or None
            for name, chosen in zip(ONE, (purpose, licence), strict=True):
                profile[name] = chosen if chosen in codes(name) else None
            for name, number in zip(NUMBERS, (age, household_quotient), strict=True):
                profile[name] = _number(number)
            profile["deadline"] = _date(deadline)
            unknown = []
            for name, typed in zip(PLACES, (origin, destination), strict=True):
                found = desk.offer.current().places(typed) if typed.strip() else []
                profile[name] = found[0][0] if found else None
                unknown += [typed] if typed.strip() and not found else []
            known = {name: value for name, value in profile.items() if value is not None}
            return _page(desk, visit, known, sieved=not unknown, unknown=unknown)


def _page(
    desk: Desk,
    visit: Visit,
    profile: Mapping[str, Any],
    *,
    sieved: bool,
    unknown: list[str] | None = None,
    case: str | None = None,
) -> Response:
    offer = desk.offer.current()
    try:
        found = offer.sieve(profile, visit.now.astimezone(PARIS).date()) if sieved else []
    except ProfileError as error:
        raise Problem(422, "value") from error
    usable = [one for one in found if one.decision.status != "blocked" and one.held is None]
    blocked = [one for one in found if one.decision.status == "blocked" or one.held is not None]
    named = {}
    for name in PLACES:
        commune = desk.places.commune(profile[name]) if profile.get(name) else None
        named[name] = commune.name if commune else profile.get(name) or ""
    return desk.show(
        visit,
        "sieve.html",
        profile=profile,
        named=named,
        unknown=unknown or [],
        case=case,
        sieved=sieved,
        levels=[
            (level, [one for one in usable if one.decision.level == level][:SHOWN]) for level in range(6)
        ],
        usable=len(usable),
        blocked=blocked[:SHOWN],
        blocked_count=len(blocked),
        one=ONE,
        several=SEVERAL,
        codes=codes,
        names=desk.french["codes"],
        labels=desk.french["lines"],
        missing=desk.french["missing"],
    )


def _number(typed: str) -> int | None:
    if not typed.strip():
        return None
    if not typed.strip().isascii() or not typed.strip().isdigit():
        raise Problem(422, "value")
    return int(typed)


def _date(typed: str) -> str | None:
    if not typed.strip():
        return None
    try:
        return date.fromisoformat(typed.strip()).isoformat()
    except ValueError as error:
        raise Problem(422, "value") from error
