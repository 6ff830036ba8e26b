"""axe-core on every page of the desk, at phone and desktop width: no violation, nothing to scroll sideways."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.responses import Response
from playwright.sync_api import Page
from sqlalchemy import select

from bot.directory.snapshot import Snapshot
from bot.handover import reports
from bot.handover.desk.accounts import first_invitation, renewal
from bot.handover.desk.browser import COOKIE, begin
from bot.handover.desk.pages import HERE, Pages, desk_words
from bot.handover.desk.visit import refusals
from bot.handover.life import Claim
from bot.handover.offer import Offer
from bot.handover.tables import Counsellor, FollowUp, Handover, Note
from bot.handover.telling import happen
from tests.channels.axe import violations
from tests.directory.samples import service
from tests.handover.conftest import DATA, MONDAY
from tests.handover.desk.conftest import House
from tests.handover.desk.test_browser import no_sideways_scroll
from tests.handover.desk.test_browser import page as page
from tests.handover.desk.test_browser import site as site
from tests.handover.desk.test_offer import READER

pytestmark = pytest.mark.browser
WIDTHS = (360, 1280)
SIGNED_OUT = (
    "/desk/sign-in",
    "{join}",
    "{renew}",
    "/look/problem",
    "/look/orientation",
    "/look/accepted",
    "/look/out",
)
SIGNED_IN = (
    "/desk/day",
    "/desk",
    "/desk/ended",
    "/desk/cases/{held}",
    "/desk/cases/{waiting}",
    "/desk/cases/{held}/sieve",
    "/desk/services",
    "/desk/services?q=voiture&commune=Cholet",
    "/desk/services?commune=Trifouillis",
    "/desk/services/asso--auto",
    "/desk/sieve",
    "/desk/team",
    "/desk/account",
    "/desk/observatory",
)
# Pieces and shared frames, not pages of their own.
PARTS = {"page.html", "sheet.html", "thread.html"}


class Shelf:
    """Two services, one reported full."""

    offer = Offer(
        Snapshot.of(
            [
                service("asso--auto", publics_precisions="De 18 à 25 ans, sur prescription"),
                service("asso--nord", nom="Voiture réservée", conditions_acces="Réservé aux étudiants"),
            ],
            today=MONDAY.date(),
        ),
        READER,
        {},
    )

    def current(self) -> Offer:
        return self.offer


@pytest.fixture
def filled(house: House) -> dict[str, str]:
    """A desk with something on every page; the addresses' blanks."""
    house.offer.shelf = Shelf()
    join = first_invitation(house.make, house.settings, house.clock) or ""
    shown = [{"service_id": "asso--auto", "name": "Location solidaire", "status": "open"}]
    held = house.handover(
        profile={"urgency": "U1", "needs": ["mobilite--acceder-a-un-vehicule"]}, offers=shown
    )
    waiting = house.handover(profile={"urgency": "U3"}, channel="web", language="fr")
    house.thread.profiles["c1"] = {"origin": "49023", "needs": ["mobilite--acceder-a-un-vehicule"]}
    house.thread.add("c1", "person", "عندي مقابلة غدا", "ar")
    house.thread.add("c1", "counsellor", "Bonjour, je regarde.")
    email = house.person("Ana", "*", role="administrator")
    house.person("Bob", "p49")
    with house.make.begin() as session:
        ana = session.scalars(select(Counsellor).where(Counsellor.email == email)).one()
        row = session.get_one(Handover, held)
        happen(session, house.thread, row, Claim(ana.id), house.clock(), name="Ana")
        session.get_one(Handover, waiting).reminders = 1
        session.add(Note(handover_id=held, counsellor_id=ana.id, at=house.clock(), text="Rappeler demain"))
        session.add(FollowUp(handover_id=waiting, day=7, due_at=MONDAY, answer="oui", answered_at=MONDAY))
        for name in ("asso--auto", "asso--nord"):
            reports.report(
                session, service_id=name, kind="full", until=None, role="conseil", today=MONDAY.date()
            )
        cookie = begin(session, ana, house.clock())
        bob = session.scalars(select(Counsellor).where(Counsellor.name == "Bob")).one()
        renew = renewal(session, ana, bob, house.clock())
        summary = row.summary
    _looks(house, summary)
    path = join.removeprefix(house.settings.address())
    return {
        "held": held,
        "waiting": waiting,
        "join": path,
        "renew": f"/desk/join/{renew}",
        "cookie": cookie,
    }


def _looks(house: House, summary: Any) -> None:
    """Pages that other parts of the house show, with plain values."""
    words = desk_words(DATA)
    pages = Pages(words, house.words.french)
    common = {
        "token": "t",
        "name": "Plateforme 49",
        "summary": summary,
        "refusals": refusals(DATA),
        "services": [{"id": "a", "name": "Garage"}],
        "outcomes": ["solution", "partielle", "aucune"],
    }
    shown: dict[str, tuple[str, dict[str, Any]]] = {
        "problem": ("problem.html", {"error": words("error.missing")}),
        "orientation": ("orientation.html", {**common, "theirs": False, "waits": True, "reach": {}}),
        "accepted": (
            "orientation.html",
            {**common, "theirs": True, "waits": False, "reach": {"phone": "+33600000000"}},
        ),
        "out": ("signed_out.html", {"provider": "ProConnect", "provider_out": "https://idp.test/out"}),
    }

    @house.app.get("/look/{name}")
    def look(name: str) -> Response:
        template, values = shown[name]
        return pages.page(template, **values)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_breaks_a_rule(
    page: Page, house: House, filled: dict[str, str], width: int, site: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    wrong: dict[str, Any] = {}
    for address in (*SIGNED_OUT, "cookie", *SIGNED_IN):
        if address == "cookie":
            page.context.add_cookies(
                [{"name": COOKIE, "value": filled["cookie"], "url": f"{site}/desk", "httpOnly": True}]
            )
            continue
        page.goto(address.format(**filled))
        assert "/desk/sign-in" not in page.url or address == "/desk/sign-in"
        for closed in page.locator("details:not([open]) > summary").all():
            closed.click()
        broken: list[Any] = violations(page)
        if not no_sideways_scroll(page):
            broken.append("scrolls sideways")
        if broken:
            wrong[address] = broken
    page.goto("/desk/account")
    page.get_by_role("button", name="Activer le code").press("Enter")
    if broken := violations(page):
        wrong["code"] = broken
    assert wrong == {}


def test_every_template_is_looked_at() -> None:
    looked = {
        "sign_in.html",
        "join.html",
        "problem.html",
        "orientation.html",
        "signed_out.html",
        "day.html",
        "cases.html",
        "case.html",
        "sieve.html",
        "services.html",
        "service.html",
        "team.html",
        "account.html",
        "observatory.html",
    }
    assert {path.name for path in (HERE / "templates").glob("*.html")} == looked | PARTS
