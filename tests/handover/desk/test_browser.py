"""A counsellor who has never seen the desk, on a phone-sized screen, in a real browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import ConsoleMessage, Page, expect
from sqlalchemy.orm import Session

from bot.directory import overlays
from bot.handover.tables import Handover
from tests.chromium import chromium
from tests.handover.desk.conftest import PASSWORD, House

pytestmark = pytest.mark.browser


@pytest.fixture
def site(house: House) -> Iterator[str]:
    """The desk on a loopback port."""
    server = uvicorn.Server(uvicorn.Config(house.app, port=0, log_level="error"))
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    running.join()


@pytest.fixture
def page(site: str) -> Iterator[Page]:
    with chromium() as browser:
        context = browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 740}, base_url=site)
        made = context.new_page()
        troubles: list[str] = []

        def heard(message: ConsoleMessage) -> None:
            if message.type == "error":
                troubles.append(message.text)

        made.on("console", heard)
        made.on("pageerror", lambda error: troubles.append(str(error)))
        yield made
        assert troubles == []


def no_sideways_scroll(page: Page) -> bool:
    fits: bool = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    return fits


def test_claims_answers_in_arabic_reports_full_and_closes(page: Page, house: House, session: Session) -> None:
    handover = house.handover()
    house.thread.add("c1", "person", "عندي مقابلة غدا", "ar")
    email = house.person("Ana", "p49")

    page.goto("/desk")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="En attente (1)")).to_be_visible()
    assert no_sideways_scroll(page)

    page.get_by_role("link", name="Beaupréau-en-Mauges → Cholet").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("عندي مقابلة غدا")).to_be_visible()
    page.get_by_role("button", name="Prendre cette demande").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("La demande est à vous")
    assert no_sideways_scroll(page)

    expect(page.get_by_text("Phrases prêtes, dans la langue de la personne (arabe)")).to_be_visible()
    phrase = page.get_by_role("listitem").filter(has_text="Je peux vous appeler")
    phrase.get_by_label("Jour", exact=True).fill("2026-11-24")
    phrase.get_by_label("Heure", exact=True).fill("08:30")
    phrase.get_by_role("button", name="Envoyer").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Envoyé")
    assert house.thread.said[-1] == (
        "c1",
        "phrase.call_you",
        {"date": {"date": "2026-11-24"}, "time": {"time": "08:30"}},
    )

    garage = page.get_by_role("group", name="Garage solidaire")
    garage.get_by_label("Complet jusqu’au").fill("2027-01-04")
    garage.get_by_role("button", name="Complet").press("Enter")
    expect(page.get_by_text("signalé : Complet, jusqu’au 4 janv. 2027")).to_be_visible()

    page.get_by_role("radio", name="Pas de solution").check()
    page.get_by_role("button", name="Terminer la demande").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Demande terminée")
    row = session.get(Handover, handover)
    assert row is not None and (row.state, row.outcome) == ("closed", "aucune")
    assert overlays.in_force(session, house.clock().date(), ["garage"])["garage"][0]["kind"] == "full"


def test_a_message_appears_by_itself_as_text_only(page: Page, house: House) -> None:
    handover = house.handover()
    email = house.person("Ana", "p49")
    page.goto(f"/desk/cases/{handover}")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Aucun message.")).to_be_visible()
    house.thread.add("c1", "person", "<img src=x onerror=alert(1)> je suis là")
    expect(page.get_by_role("log")).to_contain_text("<img src=x onerror=alert(1)> je suis là")
    assert page.locator(".thread img").count() == 0


def test_the_printed_sheet_is_the_summary_alone(page: Page, house: House) -> None:
    handover = house.handover()
    email = house.person("Ana", "p49")
    page.goto(f"/desk/cases/{handover}")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Imprimer", exact=True)).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Conversation")).to_be_hidden()
    expect(page.get_by_role("navigation", name="Navigation principale")).to_be_hidden()
    expect(page.get_by_role("definition").filter(has_text="Beaupréau-en-Mauges")).to_be_visible()
    assert page.pdf().count(b"/Type /Page\n") == 1


def test_a_long_list_is_folded_on_the_page_and_whole_on_paper(page: Page, house: House) -> None:
    offers = [
        {"service_id": f"s{n}", "name": f"Garage du canton {n}", "status": "to_check", "missing": ["age"]}
        for n in range(30)
    ]
    handover = house.handover(offers=offers)
    email = house.person("Ana", "p49")
    page.goto(f"/desk/cases/{handover}")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")
    sheet = page.get_by_role("definition").filter(has_text="Garage du canton 0")
    expect(sheet.get_by_text("Garage du canton 5")).to_be_visible()
    expect(sheet.get_by_text("Garage du canton 6")).to_be_hidden()
    sheet.get_by_text("24 de plus").click()
    expect(sheet.get_by_text("Garage du canton 29")).to_be_visible()
    sheet.get_by_text("24 de plus").click()
    page.emulate_media(media="print")
    expect(sheet.get_by_text("Garage du canton 29")).to_be_visible()
    expect(sheet.get_by_text("24 de plus")).to_be_hidden()
