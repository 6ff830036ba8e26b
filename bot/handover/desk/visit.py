"""One request to the desk: who it is, the database session it works in, what happens once it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from bot.handover.desk import browser, scope
from bot.handover.desk.accounts import note
from bot.handover.desk.pages import Pages, Problem, SignInFirst
from bot.handover.offer import Shelf
from bot.handover.platform import Places, Platform
from bot.handover.tables import Counsellor, Handover
from bot.handover.thread import Thread
from bot.settings import ROOT
from bot.yaml_text import yaml_loads

# The place in the navigation of pages that are not one themselves.
SHOWN_IN = {"case.html": "cases", "service.html": "services"}


@dataclass
class Visit:
    """What a handler works with. `after` runs when the transaction is written."""

    session: Session
    who: Counsellor
    csrf: str
    now: datetime
    after: list[Callable[[], None]] = field(default_factory=list)

    def case(self, handover_id: str) -> Handover:
        """A case this counsellor may see. Raises the page that says it does not exist."""
        found = scope.find(self.session, self.who, handover_id)
        if found is None:
            raise Problem(404, "missing")
        return found

    def held(self, handover_id: str) -> Handover:
        """A case this counsellor holds."""
        found = self.case(handover_id)
        if found.claimed_by != self.who.id:
            raise Problem(409, "not-yours")
        return found

    def note(self, action: str, handover_id: str | None = None) -> None:
        """A line of the audit trail."""
        note(self.session, self.who.id, action, self.now, handover_id)


@dataclass(frozen=True)
class Desk:
    """Everything the routes need, made once."""

    sessions: sessionmaker[Session]
    thread: Thread
    platforms: Sequence[Platform]
    places: Places
    clock: Callable[[], datetime]
    address: str
    pages: Pages
    phrases: Sequence[dict[str, Any]]
    refusals: Mapping[str, str | None]
    french: Mapping[str, Any]
    offer: Shelf
    zone_name: Callable[[str], str] = str
    sms_price: float = 0.0
    """What one SMS costs the association, in euros; 0 is unknown."""
    fonts: Path = ROOT / "data" / "fonts"

    @property
    def secure(self) -> bool:
        """Whether people reach the desk over TLS."""
        return self.address.startswith("https://")

    @contextmanager
    def visit(
        self, request: Request, right: str | None = None, csrf: str | None = None, *, passive: bool = False
    ) -> Iterator[Visit]:
        """A signed-in request with this right; a form (`csrf` given) must be our own. Writes at the end.

        A `passive` look (a page that updates itself) does not count as being there.
        """
        if csrf is not None and not browser.same_site(request, self.address):
            raise Problem(403, "form")
        with self.sessions.begin() as session:
            now = self.clock()
            # A page writes only that it was read: at its end, so that nobody waits for it while it is made.
            session.autoflush = csrf is not None
            signed = browser.find(session, request.cookies.get(browser.COOKIE), now)
            if signed is None:
                raise SignInFirst
            if csrf is not None and not browser.own_form(signed, csrf):
                raise Problem(403, "form")
            if right is not None and not scope.may(signed.counsellor, right):
                raise Problem(403, "forbidden")
            visit = Visit(session, signed.counsellor, signed.csrf, now)
            yield visit
            if not passive:
                browser.touch(signed, now)
        for act in visit.after:
            act()

    def show(self, visit: Visit, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page for who is signed in."""
        who = {
            "id": visit.who.id,
            "name": visit.who.name,
            "team": scope.may(visit.who, "team"),
            "cases": scope.may(visit.who, "cases"),
        }
        here = SHOWN_IN.get(template, template.removesuffix(".html"))
        return self.pages.page(template, status, **{"who": who, "csrf": visit.csrf, "here": here, **values})

    def done(self, request: Request) -> str | None:
        """What the last form did, in words, when the address says so with a known code."""
        key = f"done.{request.query_params.get('done', '')}"
        return self.pages.words(key) if self.pages.words.has(key) else None


def back(path: str, done: str) -> RedirectResponse:
    """To a page after a form, saying what was done."""
    return RedirectResponse(f"{path}?done={done}", 303)


def refusals(data: Path) -> dict[str, str | None]:
    """Why a service may refuse, and the form of unavailability that shows, if any."""
    text = (data / "handover" / "refusals.yml").read_text(encoding="utf-8")
    return {row["code"]: row["form"] for row in yaml_loads(text)["refusals"]}


def phrases(data: Path) -> list[dict[str, Any]]:
    """The phrasebook's sentences from the data folder."""
    text = (data / "handover" / "phrasebook.yml").read_text(encoding="utf-8")
    listed: list[dict[str, Any]] = yaml_loads(text)["phrases"]
    return listed
