"""Working on a handover: list, page, claim, relay, notes, transfer, closing, service reports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from babel.numbers import format_currency
from fastapi import APIRouter, Form, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.handover.desk import cases, links
from bot.handover.desk.case_page import ENDS, KEPT, case_page, others
from bot.handover.desk.pages import Problem
from bot.handover.desk.services import reported
from bot.handover.desk.visit import Desk, Visit, back
from bot.handover.life import Claim, Close, Event, Move, Outcome, RefusedError, Requeue
from bot.handover.tables import Handover, Note
from bot.handover.telling import happen
from bot.handover.thread import told
from bot.profile.codes import codes

Short = Annotated[str, Form(max_length=300)]
Long = Annotated[str, Form(max_length=20000)]
LONGEST_REPLY = 1500
LONGEST_NOTE = 4000


def add(router: APIRouter, desk: Desk) -> None:
    """Add these routes."""

    @router.get("")
    def home(request: Request) -> Response:
        with desk.visit(request) as visit:
            shown = cases.lists(visit.session, visit.who, desk.places, visit.now, desk.thread)
            mark = cases.mark(visit.session, visit.who)
            return desk.show(
                visit, "cases.html", lists=shown, mark=mark, shown=cases.SHOWN, done=desk.done(request)
            )

    @router.get("/ended")
    def ended(request: Request) -> Response:
        with desk.visit(request, "cases") as visit:
            rows = cases.ended(visit.session, visit.who, desk.places, visit.now)
            return desk.show(visit, "cases.html", lists=None, ended=rows, shown=cases.SHOWN, here="cases")

    @router.get("/go/{token}")
    def go(request: Request, token: str) -> Response:
        with desk.visit(request, "cases") as visit:
            found = links.read(visit.session, token)
            if found is None:
                raise Problem(404, "link")
            return RedirectResponse(f"/desk/cases/{visit.case(found).id}", 303)

    @router.get("/mark")
    def mark(request: Request) -> Response:
        with desk.visit(request, "cases", passive=True) as visit:
            return JSONResponse({"mark": cases.mark(visit.session, visit.who)})

    @router.get("/cases/{handover_id}")
    def case(request: Request, handover_id: str) -> Response:
        with desk.visit(request, "cases") as visit:
            row = visit.case(handover_id)
            visit.note("see", row.id)
            return desk.show(visit, "case.html", **case_page(desk, visit, row), done=desk.done(request))

    @router.get("/cases/{handover_id}/summary.json")
    def summary(request: Request, handover_id: str) -> Response:
        with desk.visit(request, "cases") as visit:
            row = visit.case(handover_id)
            visit.note("export", row.id)
            return JSONResponse(row.summary)

    @router.get("/cases/{handover_id}/summary.pdf")
    def printed(request: Request, handover_id: str) -> Response:
        with desk.visit(request, "cases") as visit:
            row = visit.case(handover_id)
            visit.note("export", row.id)
            summary, (title, facts) = row.summary, _headed(desk, row)
        # Outside the transaction: drawing takes its time.
        # Drawing costs 40 MB to load (2026-11-26): paid by the first who asks for a PDF.
        from bot.handover.desk.sheet import sheet

        made = sheet(summary, title, facts, desk.fonts)
        name = f"relais-{handover_id[:8]}.pdf"
        return Response(
            made,
            media_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{name}"'},
        )

    @router.get("/cases/{handover_id}/thread")
    def thread(request: Request, handover_id: str) -> Response:
        with desk.visit(request, "cases") as visit:
            row = visit.case(handover_id)
            lines = desk.thread.messages(visit.session, row.conversation_id)
            return desk.show(visit, "thread.html", lines=lines, moment=cases.moment)

    @router.post("/cases/{handover_id}/claim")
    def claim(request: Request, handover_id: str, csrf: Short) -> Response:
        with desk.visit(request, "cases", csrf) as visit:
            row = visit.case(handover_id)
            _act(desk, visit, row, Claim(visit.who.id), "claim")
        return back(f"/desk/cases/{handover_id}", "claimed")

    @router.post("/cases/{handover_id}/release")
    def release(request: Request, handover_id: str, csrf: Short) -> Response:
        with desk.visit(request, "cases", csrf) as visit:
            _act(desk, visit, visit.held(handover_id), Requeue(visit.who.id), "release")
        return back(f"/desk/cases/{handover_id}", "released")

    @router.post("/cases/{handover_id}/give-back")
    def give_back(request: Request, handover_id: str, csrf: Short) -> Response:
        with desk.visit(request, "cases", csrf) as visit:
            event = Close(visit.who.id, Outcome.GIVEN_BACK)
            _act(desk, visit, visit.held(handover_id), event, "give-back")
        return back("/desk", "given_back")

    @router.post("/cases/{handover_id}/transfer")
    def transfer(request: Request, handover_id: str, csrf: Short, platform: Short) -> Response:
        with desk.visit(request, "cases", csrf) as visit:
            if platform not in {one.id for one in desk.platforms}:
                raise Problem(422, "value")
            _act(desk, visit, visit.held(handover_id), Move(platform, visit.who.id), "transfer")
        return back("/desk", "transferred")

    @router.post("/cases/{handover_id}/close")
    def close(
        request: Request,
        handover_id: str,
        csrf: Short,
        outcome: Short,
        kept: Short = "inconnu",
        service: Short = "",
        refusal: Short = "",
        forms: Annotated[tuple[str, ...], Form()] = (),
    ) -> Response:
        with desk.visit(request, "cases", csrf) as visit:
            row = visit.held(handover_id)
            known = {"", *(one["id"] for one in (*row.services, *others(desk, visit, row)))}
            right = outcome in ENDS and kept in KEPT and service in known
            if refusal not in {"", *desk.refusals}:
                right = False
            if not right or not set(forms) <= set(codes("obstacles")):
                raise Problem(422, "value")
            event = Close(visit.who.id, Outcome(outcome))
            # Set before the transition, so that the unmet need it may write counts the forms.
            shown = {desk.refusals.get(refusal), *forms} - {None}
            row.forms = sorted(form for form in shown if form)
            row.service_id, row.refusal, row.kept = service or None, refusal or None, kept
            visit.session.flush()
            _act(desk, visit, row, event, "close")
        return back("/desk", "closed")

    @router.post("/cases/{handover_id}/reply")
    def reply(request: Request, handover_id: str, csrf: Short, text: Long) -> Response:
        with desk.visit(request, "cases", csrf) as visit:
            row = visit.held(handover_id)
            words = _words(text, LONGEST_REPLY)
            _sent(visit, desk.thread.send(visit.session, row.conversation_id, words, visit.who.name))
            _replied(desk, visit, row, "reply")
        return back(f"/desk/cases/{handover_id}", "sent")

    @router.post("/cases/{handover_id}/phrase")
    def phrase(
        request: Request,
        handover_id: str,
        csrf: Short,
        key: Short,
        date: Short = "",
        time: Short = "",
        place: Short = "",
        phone: Short = "",
    ) -> Response:
        with desk.visit(request, "cases", csrf) as visit:
            row = visit.held(handover_id)
            chosen = next((one for one in desk.phrases if one["key"] == key), None)
            if chosen is None:
                raise Problem(422, "value")
            given = {"date": date, "time": time, "place": place, "phone": phone}
            try:
                values: dict[str, Any] = told(given, chosen["values"])
            except ValueError as error:
                raise Problem(422, "value") from error
            if chosen.get("own_name"):
                values["name"] = {"text": visit.who.name}
            _sent(visit, desk.thread.say(visit.session, row.conversation_id, key, values))
            _replied(desk, visit, row, "phrase")
        return back(f"/desk/cases/{handover_id}", "sent")

    @router.post("/cases/{handover_id}/notes")
    def add_note(request: Request, handover_id: str, csrf: Short, text: Long) -> Response:
        with desk.visit(request, "cases", csrf) as visit:
            row = visit.case(handover_id)
            words = _words(text, LONGEST_NOTE)
            visit.session.add(Note(handover_id=row.id, counsellor_id=visit.who.id, at=visit.now, text=words))
            visit.note("note", row.id)
        return back(f"/desk/cases/{handover_id}", "noted")

    @router.post("/cases/{handover_id}/report")
    def report(
        request: Request, handover_id: str, csrf: Short, service: Short, kind: Short, until: Short = ""
    ) -> Response:
        with desk.visit(request, "cases", csrf) as visit:
            row = visit.case(handover_id)
            if service not in {one["id"] for one in row.services}:
                raise Problem(422, "value")
            made = reported(desk, visit, service, kind, until)
            visit.note(made, row.id)
        return back(f"/desk/cases/{handover_id}", "lifted" if made == "lift" else "reported")

    @router.post("/cases/{handover_id}/segments")
    def segments(request: Request, handover_id: str, csrf: Short, text: Long) -> Response:
        with desk.visit(request, "cases", csrf, passive=True) as visit:
            row = visit.held(handover_id)
            count = desk.thread.segments(visit.session, row.conversation_id, text)
            return JSONResponse({"segments": count, "said": _counted(desk, count)})


def _act(desk: Desk, visit: Visit, row: Handover, event: Event, action: str) -> None:
    with _told():
        happen(
            visit.session,
            desk.thread,
            row,
            event,
            visit.now,
            platforms=desk.platforms,
            name=visit.who.name,
        )
    visit.note(action, row.id)
    visit.after.append(lambda: desk.thread.wake(row.conversation_id))


def _counted(desk: Desk, count: int) -> str:
    """So many SMS, and what they cost where the association said what one costs."""
    words = desk.pages.words("reply.segments", count=count)
    if not desk.sms_price:
        return words
    cost = format_currency(count * desk.sms_price, "EUR", locale="fr")
    return f"{words} {desk.pages.words('reply.cost', cost=cost)}"


def _headed(desk: Desk, row: Handover) -> tuple[str, list[str]]:
    """The title of a printed summary and the facts under it."""
    places = [found for code in (row.origin, row.destination) if (found := cases.place(desk.places, code))]
    words, names = desk.pages.words, desk.french
    facts = [
        words(f"urgencies.{row.priority}"),
        words("case.opened", date=cases.moment(row.opened_at)),
        names["codes"]["language"].get(row.language, row.language),
        names["channels"].get(row.channel, row.channel),
    ]
    return " → ".join(places) or words("cases.somewhere"), facts


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except RefusedError as refused:
        raise Problem(409, refused.reason) from refused


def _replied(desk: Desk, visit: Visit, row: Handover, action: str) -> None:
    row.first_reply_at = row.first_reply_at or visit.now
    visit.note(action, row.id)
    visit.after.append(lambda: desk.thread.wake(row.conversation_id))


def _sent(visit: Visit, sent: bool) -> None:
    if not sent:
        raise Problem(409, "unreachable")


def _words(text: str, limit: int) -> str:
    words = text.strip()
    if not words:
        raise Problem(422, "empty")
    if len(words) > limit:
        raise Problem(422, "long", limit=limit)
    return words
