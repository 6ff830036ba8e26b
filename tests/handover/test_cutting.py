"""What the person takes out of the summary before it leaves: asked in the conversation, absent at the desk."""

from __future__ import annotations

from typing import Any

import pytest

from bot.diagnostic import handing
from bot.diagnostic.hearing import Hearing
from bot.diagnostic.state import State
from bot.diagnostic.taking import take
from bot.handover.summary import Summary, summarise
from bot.handover.wording import wording
from tests.handover.conftest import DATA, MONDAY, SomePlaces

PROFILE: dict[str, Any] = {
    "purpose": "emploi",
    "deadline": "2026-11-24",
    "origin": "49023",
    "destination": "49099",
    "licence": "suspendu",
    "age": 41,
}


def chosen(state: State, payload: dict[str, Any]) -> None:
    take(state, payload["facts"], MONDAY)


def labels(reply: Any) -> dict[str, Any]:
    return {choice.label: choice for choice in reply.say[-1].choices}


def test_a_person_takes_lines_out_one_by_one_and_then_agrees() -> None:
    state = State(profile=dict(PROFILE))
    first = handing.ask_consent(Hearing(state))
    assert [say.key for say in first.say[-2:]] == ["handover.preview", "handover.consent"]
    chosen(state, labels(first)["choice.consent.cut"].payload)
    assert handing.next_step(state, "sms") == "consent"

    asked = handing.ask_consent(Hearing(state))
    assert asked.say[-1].key == "handover.cut"
    fields = [choice.payload["facts"][0]["value"] for choice in asked.say[-1].choices]
    assert set(fields) == set(PROFILE) - {"deadline"}
    chosen(state, asked.say[-1].choices[fields.index("licence")].payload)
    assert handing.next_step(state, "sms") == "consent"

    again = handing.ask_consent(Hearing(state))
    said = str(again.say[-2].values)
    assert "licence" not in said and "emploi" in said
    chosen(state, handing.YES)
    assert handing.next_step(state, "sms") is None
    effect = handing.hand_over(state, [], []).effects[0]
    assert effect["cut"] == ["licence"]
    assert state.profile["licence"] == "suspendu", "taken out of what is sent, not forgotten"


def test_the_list_is_asked_once_and_gives_way_to_the_question() -> None:
    state = State(profile=dict(PROFILE), consent="cut", asked="consent")
    handing.ask_consent(Hearing(state))
    assert handing.ask_consent(Hearing(state)).say[-1].key == "handover.consent"


def sheet(*cut: str, **more: Any) -> Summary:
    return summarise(
        {**PROFILE, **more},
        {},
        [],
        [
            {
                "service_id": "a",
                "name": "Auto",
                "form": "eligibilite",
                "criterion": "age",
                "evidence": "16-25 ans",
            }
        ],
        places=SomePlaces(),
        words=wording(DATA),
        channel="sms",
        priority="U1",
        consent={"transmission": True},
        cut=cut,
    )


@pytest.mark.parametrize(
    ("cut", "gone"),
    [
        pytest.param("licence", ("Permis non valide",), id="not in the other tools' labels either"),
        pytest.param("destination", ("18 km", "Cholet"), id="nor as a distance"),
        pytest.param("age", ("41", "16-25"), id="nor as why an offer is closed"),
    ],
)
def test_what_is_taken_out_shows_nowhere_else(cut: str, gone: tuple[str, ...]) -> None:
    whole = str(sheet().as_dict())
    left = str(sheet(cut).as_dict())
    assert all(words in whole and words not in left for words in gone)
    assert "1 ligne" in left
