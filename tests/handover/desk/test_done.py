"""The whole way on the real application: a first counsellor on a phone, a person in Arabic, and the next person.

Everything is real but the engine, which here always makes the same request for a human.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Page, expect
from sqlalchemy import select

from actions.catalogue import Catalogue
from bot.app import create_app
from bot.assembly import House, assemble, open_database
from bot.database import sessions
from bot.diagnostic import offering
from bot.diagnostic.hearing import Hearing
from bot.diagnostic.horizons import Horizons
from bot.diagnostic.prescribers import Prescribers
from bot.diagnostic.questions import Questions
from bot.diagnostic.ranking import Relevance
from bot.diagnostic.sieved import SievedDirectory
from bot.diagnostic.state import State
from bot.directory.importer import load_bundled
from bot.gateway.message import Incoming
from bot.gateway.tables import Outbox
from bot.handover.desk.accounts import first_invitation
from bot.handover.tables import Counsellor, FollowUp, Handover
from bot.migrations import upgrade
from bot.settings import Settings
from tests.handover.conftest import DATA, MONDAY
from tests.handover.desk.conftest import PASSWORD
from tests.handover.desk.test_browser import no_sideways_scroll
from tests.handover.desk.test_browser import page as page

pytestmark = pytest.mark.browser
GARAGE = "relais--solidarauto49-reparation"
PROFILE = {
    "origin": "49007",
    "destination": "49099",
    "purpose": "emploi",
    "deadline": "2026-12-14",
    "urgency": "U3",
    "means": ["voiture-en-panne"],
    "needs": ["mobilite--entretenir-reparer-son-vehicule"],
}
ARABIC = re.compile(r"[\u0600-\u06ff]")


class Conductor:
    """Answers every message with a request for a human."""

    def ask(self, conversation_id: str, text: str, metadata: Mapping[str, Any]) -> Any:
        effect = {
            "do": "handover",
            "consent": {"orientation": True, "transmission": True},
            "offers": [{"service_id": GARAGE, "name": "Garage solidaire", "status": "open"}],
            "blocked": [],
        }
        return [
            {
                "custom": {
                    "turn": metadata.get("turn"),
                    "say": [{"key": "handover.preview", "values": {"facts": {"list": []}}}],
                    "state": {"profile": PROFILE},
                    "effects": [effect],
                }
            }
        ]


class Moment:
    """Monday morning, one second later each time it is asked."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        return MONDAY + timedelta(seconds=time.monotonic() - self._began)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[House]:
    settings = Settings(_env_file=None, var=tmp_path, database_url="", secret="k" * 40)
    database = open_database(settings)
    upgrade(database)
    load_bundled(sessions(database), DATA / "directory")
    yield assemble(settings, database=database, engine=Conductor(), clock=Moment())
    database.dispose()


@pytest.fixture
def site(real: House) -> Iterator[str]:
    """The application on a loopback port; the desk's own `site` for pages."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(house=real), port=0, log_level="error", timeout_graceful_shutdown=1)
    )
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    running.join()


def written(house: House, number: int, text: str) -> str:
    """A message of the person; the conversation's id."""
    came = Incoming("sms", "+33612345678", external_id=f"m{number}", text=text)
    conversation = house.gateway.conversation_of(house.gateway.receive(came))
    house.gateway.play(conversation)
    return conversation


def told(house: House, conversation: str) -> list[tuple[str, str, str]]:
    """What the person was told: (author, language, text)."""
    with house.sessions() as session:
        rows = session.scalars(
            select(Outbox).where(Outbox.conversation_id == conversation).order_by(Outbox.seq)
        )
        return [(row.author, row.lang, row.text) for row in rows]


def next_person(house: House) -> list[str]:
    """What somebody near that garage whose car is broken is told first, in French."""
    scene = SievedDirectory.load(house.sessions, DATA)
    catalogue = Catalogue(
        Questions.load(DATA), Relevance.load(DATA), scene, Prescribers.load(DATA), Horizons.load(DATA)
    )
    state = State(profile=dict(PROFILE))
    reply = offering.offers(Hearing(state), *catalogue.sieve(state, MONDAY), MONDAY)
    return [
        house.speech.say(say.key, say.values, language="fr", channel="web", now=MONDAY).text
        for say in reply.say
    ]


def test_on_a_phone_from_the_first_link_to_the_next_person(page: Page, real: House, site: str) -> None:
    conversation = written(real, 1, "السلام عليكم، سيارتي معطلة وأريد التحدث مع شخص من فضلك")
    assert any("Garage solidaire Solidarauto 49" in line for line in next_person(real))
    assert not any("complet jusqu" in line for line in next_person(real))
    link = first_invitation(real.sessions, real.settings, real.gateway.clock) or ""

    page.goto(f"/desk/join/{link.rsplit('/', 1)[1]}")
    page.get_by_label("Prénom").fill("Ana")
    page.get_by_label("Adresse e-mail").fill("ana@asso.test")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Angers → Cholet").press("Enter")
    expect(page.get_by_text("سيارتي معطلة")).to_be_visible()
    page.get_by_role("button", name="Prendre cette demande").press("Enter")
    expect(page.get_by_role("link", name="06 12 34 56 78")).to_be_visible()
    assert no_sideways_scroll(page)

    phrase = page.get_by_role("listitem").filter(has_text="Je peux vous appeler")
    expect(phrase.get_by_text(ARABIC)).to_be_visible()
    phrase.get_by_label("Jour", exact=True).fill("2026-11-24")
    phrase.get_by_label("Heure", exact=True).fill("08:30")
    phrase.get_by_role("button", name="Envoyer").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Envoyé")).to_be_visible()
    sent = [line for line in told(real, conversation) if line[0] == "counsellor"]
    assert len(sent) == 1 and sent[0][1] == "ar"
    assert ARABIC.search(sent[0][2]) and re.search("08:30|8:30|٨:٣٠|٠٨:٣٠", sent[0][2])

    began = time.monotonic()
    written(real, 2, "نعم شكرا")
    expect(page.get_by_role("log")).to_contain_text("نعم شكرا")
    assert time.monotonic() - began < 3, "a message is seen by itself"

    page.get_by_label("Votre message").fill("D'accord, à demain.")
    page.get_by_label("Votre message").press("Control+Enter")
    expect(page.get_by_role("log")).to_contain_text("D'accord, à demain.")

    garage = page.get_by_role("group", name="Garage solidaire")
    garage.get_by_label("Complet jusqu’au").fill("2027-01-04")
    garage.get_by_role("button", name="Complet").press("Enter")
    expect(page.get_by_text("signalé : Complet, jusqu’au 4 janv. 2027")).to_be_visible()

    page.get_by_role("radio", name="Solution en partie").check()
    page.get_by_role("button", name="Terminer la demande").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Demande terminée")).to_be_visible()
    page.get_by_role("link", name="Voir les demandes terminées").press("Enter")
    expect(page.get_by_role("link", name="Angers → Cholet")).to_be_visible()

    with real.sessions() as session:
        row = session.scalars(select(Handover)).one()
        assert (row.state, row.outcome, row.claimed_by) == ("closed", "partielle", None)
        assert session.scalars(select(Counsellor.name)).one() == "Ana"
        assert session.scalars(select(FollowUp)).first() is None, "not agreed to yet"
    lines = told(real, conversation)
    assert {language for author, language, _ in lines if author != "counsellor"} == {"ar"}
    assert any(
        "Garage solidaire Solidarauto 49" in line and "complet jusqu" in line for line in next_person(real)
    )
