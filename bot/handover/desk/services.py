"""The offer at the desk: search it, read what a service requires, correct that reading, report the service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from bot.handover import reports
from bot.handover.desk import conditions
from bot.handover.desk.pages import Problem
from bot.handover.desk.visit import Desk, Visit, back
from bot.handover.hours import PARIS
from bot.handover.offer import SHOWN, ChangedMeanwhile, Offer, correct
from bot.profile.codes import codes
from bot.tamis.criteria import Criterion

Short = Annotated[str, Form(max_length=300)]
Ticked = Annotated[tuple[str, ...], Form()]


def add(router: APIRouter, desk: Desk) -> None:
    """Add these routes."""

    @router.get("/services")
    def search(request: Request, q: str = "", commune: str = "", theme: str = "") -> Response:
        with desk.visit(request, "cases") as visit:
            offer = desk.offer.current()
            places = offer.places(commune) if commune.strip() else []
            asked = bool(q.strip() or places or theme)
            known = places or not commune.strip()
            found = (
                offer.search(q[:200], places[0][0] if places else None, _theme(theme), _day(visit.now))
                if asked and known
                else []
            )
            return desk.show(
                visit,
                "services.html",
                given={"q": q[:200], "commune": commune[:100], "theme": theme},
                places=places,
                unknown_place=not known,
                themes=codes("needs"),
                theme_names=desk.french["codes"]["needs"],
                asked=asked,
                found=found[:SHOWN],
                count=len(found),
            )

    @router.get("/services/{service_id}")
    def service(request: Request, service_id: str) -> Response:
        with desk.visit(request, "cases") as visit:
            offer = desk.offer.current()
            found = offer.service(service_id)
            if found is None:
                raise Problem(404, "missing")
            return desk.show(
                visit, "service.html", **_page(desk, visit, offer, service_id), done=desk.done(request)
            )

    @router.post("/services/{service_id}/report")
    def report(request: Request, service_id: str, csrf: Short, kind: Short, until: Short = "") -> Response:
        with desk.visit(request, "cases", csrf) as visit:
            if desk.offer.current().service(service_id) is None:
                raise Problem(404, "missing")
            made = reported(desk, visit, service_id, kind, until)
            visit.note(made)
        return back(f"/desk/services/{service_id}", "lifted" if made == "lift" else "reported")

    @router.post("/services/{service_id}/reading")
    def reading(
        request: Request,
        service_id: str,
        csrf: Short,
        mark: Short,
        do: Short = "correct",
        keep: Ticked = (),
        kind: Ticked = (),
        value: Ticked = (),
        text: Ticked = (),
        needs_professional: Short = "",
        comment: Short = "",
    ) -> Response:
        with desk.visit(request, "cases", csrf) as visit:
            offer = desk.offer.current()
            read = offer.reading(service_id)
            if read is None:
                raise Problem(404, "missing")
            criteria = None
            if do != "withdraw":
                kept = [one for at, one in enumerate(read.criteria) if str(at) in keep]
                criteria = [*kept, *_written(kind, value, text)]
            try:
                correct(
                    visit.session,
                    offer,
                    service_id,
                    criteria,
                    mark=mark,
                    author=desk.pages.words(f"roles.{visit.who.role}"),
                    now=visit.now,
                    needs_professional=None if criteria is None else bool(needs_professional),
                    comment=comment.strip(),
                )
            except ChangedMeanwhile as error:
                raise Problem(409, "changed") from error
            visit.note("correct")
        return back(f"/desk/services/{service_id}", "corrected" if criteria is not None else "uncorrected")


def reported(desk: Desk, visit: Visit, service_id: str, kind: str, until: str) -> str:
    """Report a service, or lift its reports; `report` or `lift`. Raises the page that says what is wrong."""
    today = _day(visit.now)
    if kind == "lift":
        reports.lift(visit.session, service_id, today)
        return "lift"
    try:
        reports.report(
            visit.session,
            service_id=service_id,
            kind=kind,
            until=date.fromisoformat(until) if until and kind == "full" else None,
            role=desk.pages.words(f"roles.{visit.who.role}"),
            today=today,
        )
    except ValueError as error:
        raise Problem(422, "value") from error
    return "report"


def _page(desk: Desk, visit: Visit, offer: Offer, service_id: str) -> dict[str, Any]:
    read = offer.reading(service_id)
    assert read is not None

    def place(code: str) -> str:
        commune = desk.places.commune(code)
        return commune.name if commune else desk.zone_name(code)

    return {
        "service": offer.service(service_id),
        "reading": read,
        "criteria": [
            {
                "text": one.text,
                "where": one.source_field,
                "read": conditions.described(one, desk.pages.words, desk.french, place),
            }
            for one in read.criteria
        ],
        "mark": offer.mark(service_id),
        "kinds": list(conditions.KINDS),
        "statuses": desk.french["codes"]["statuses"],
        "theme_names": desk.french["codes"]["needs"],
        "standing": reports.current(visit.session, [service_id], _day(visit.now)).get(service_id),
    }


def _written(kinds: Sequence[str], values: Sequence[str], texts: Sequence[str]) -> list[Criterion]:
    if not len(kinds) == len(values) == len(texts):
        raise Problem(422, "value")
    try:
        return [
            conditions.build(kind, value, text)
            for kind, value, text in zip(kinds, values, texts, strict=True)
            if kind
        ]
    except ValueError as error:
        raise Problem(422, "condition") from error


def _theme(given: str) -> str | None:
    return given if given in codes("needs") else None


def _day(now: datetime) -> date:
    return now.astimezone(PARIS).date()
