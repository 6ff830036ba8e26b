"""My data: all of it for the desk, the same in plain words for the person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.gateway.tables import Person
from bot.privacy.export import export, readable
from bot.privacy.settings import KeepSettings
from bot.settings import ROOT
from bot.speech.speech import Speech
from tests.gateway.house import answer
from tests.privacy.conftest import House
from tests.privacy.test_erasure import MARK, PHONE, plant

KEEP = KeepSettings(_env_file=None)  # type: ignore[call-arg]


def held(house: House) -> dict[str, object]:
    with house.make() as session:
        return export(session, session.scalars(select(Person)).one().id)


def test_everything_planted_is_in_the_export(build: Callable[..., House]) -> None:
    house = build()
    plant(house)
    said = str(held(house))
    for mark in ("address", "text", "evidence", "payload", "consent", "service", "note", "told"):
        assert f"{MARK}-{mark}" in said, mark
    assert PHONE in said


def test_the_person_reads_it_in_words(build: Callable[..., House]) -> None:
    house = build()
    house.engine.script = [answer("echo", state={"profile": {"origin": "44131", "means": ["velo"]}})]
    house.say("bonjour")
    house.engine.script = [
        answer(state={"profile": {"origin": "44131", "means": ["velo"]}}, effects=[{"do": "export"}])
    ]
    assert house.say("mes données") == []
    told = house.gateway.after(house.conversation())[-1]
    assert told.key == "mydata.list"
    # The message that asks is counted too, and so is every answer.
    assert told.values["lines"]["lines"][0]["values"]["count"] == {"count": 3}


@pytest.mark.parametrize("channel", ["web", "sms"])
def test_it_is_said_in_french(build: Callable[..., House], channel: str) -> None:
    house = build()
    plant(house)
    say = readable(held(house), KEEP)
    speech = Speech.load(ROOT / "data", lambda code: {"44131": "Pornic"}.get(code, code), strict=True)
    told = speech.say(say.key, say.values, language="fr", channel=channel).text
    for words in ("06 12 34 98 76", "Pornic", "EFFACER", "votre demande (lundi 23 novembre)", "30"):
        assert words in told
