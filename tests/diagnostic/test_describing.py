from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.diagnostic.describing import SEGMENTS, describe
from bot.diagnostic.hurry import message_for_employer, refund
from bot.diagnostic.scene import Candidate
from bot.diagnostic.state import State
from bot.speech import Speech
from tests.diagnostic.building import NOW, Decision

DATA = Path(__file__).resolve().parents[2] / "data"
SPEECH = Speech.load(DATA, {"49099": "Cholet", "49007": "Angers"}.__getitem__, strict=True)
SERVICES = json.loads((DATA / "directory" / "regional_services.json").read_text(encoding="utf-8"))
CONDITIONS = ["age", "statuses", "residence_duration", "prescription"]


def said(service: dict[str, Any], decision: Decision, language: str, channel: str) -> Any:
    say = describe(Candidate(service, decision, 12.3, 15.9), 12, NOW, language)
    return SPEECH.say(say.key, say.values, language=language, channel=channel, now=NOW)


@pytest.mark.parametrize("language", SPEECH.languages())
def test_every_service_of_the_region_fits_three_sms(language: str) -> None:
    for service in SERVICES:
        for decision in (Decision("open", 1), Decision("to_check", 4, CONDITIONS)):
            spoken = said(service, decision, language, "sms")
            assert spoken.segments <= SEGMENTS, spoken.text
            lines = spoken.text.splitlines()
            assert lines[0].startswith("12. "), spoken.text
            assert len(lines) >= 3, spoken.text


def test_what_it_is_in_the_words_of_its_source_or_of_the_person() -> None:
    service = next(one for one in SERVICES if one["id"] == "relais--aleop-tad")
    french = said(service, Decision(), "fr", "web").text
    assert service["description"].split(".")[0] in french
    assert "bike, bus or shared ride" in said(service, Decision(), "en", "web").text


@pytest.mark.parametrize("language", SPEECH.languages())
def test_the_message_for_the_employer_is_french_and_in_one_piece(language: str) -> None:
    state = State(profile={"purpose": "entretien", "deadline": "2026-11-24", "arrival": "09:00"})
    say = message_for_employer(state)
    text = SPEECH.say(say.key, say.values, language=language, channel="web", now=NOW).text
    quoted = text.split("\n")[1].strip("\u2066\u2069")
    assert quoted.startswith("Bonjour, j'ai un problème de transport")
    assert "du mardi 24 novembre à 9 h" in quoted
    assert not set(quoted) & set("\u2066\u2067\u2069")


@pytest.mark.parametrize(
    ("purpose", "key"),
    [
        ("entretien", "urgent.refund.interview"),
        ("emploi", "urgent.refund.work"),
        ("sante", "urgent.refund"),
        (None, "urgent.refund"),
    ],
)
def test_the_refund_fits_what_the_trip_is_for(purpose: str | None, key: str) -> None:
    assert refund(State(profile={"purpose": purpose})).key == key
