from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.diagnostic import asides, offering
from bot.diagnostic.answers import ask
from bot.diagnostic.hearing import hear
from bot.diagnostic.questions import Questions
from bot.diagnostic.state import State
from bot.diagnostic.trip import trip_line
from tests.diagnostic.building import NOW, candidate, fact, heard

QUESTIONS = Questions.load(Path(__file__).resolve().parents[2] / "data")
TRIP = {"purpose": "emploi", "origin": "49007", "destination": "49099", "deadline": "2026-12-14"}
RANKED = [candidate(name) for name in "abcde"]


def keys(reply: Any) -> list[str]:
    return [say.key for say in reply.say]


def labels(reply: Any) -> list[str]:
    return [choice.label for choice in reply.say[-1].choices]


def shown() -> State:
    """Somebody whose first three offers are on the table."""
    reply = offering.offers(hear(State(profile=TRIP, noticed=True), heard()), RANKED, [], NOW, 30.0)
    return State.parse(reply.state)


def test_the_trip_comes_before_three_offers_at_most() -> None:
    reply = offering.offers(hear(State(profile=TRIP, noticed=True), heard()), RANKED, [], NOW, 30.0)
    assert keys(reply) == ["offers.some", "trip", "offer", "offer", "offer", "offers.next"]


def test_a_fact_that_changes_nothing_shows_no_offer_twice() -> None:
    again = hear(shown(), heard("inform", fact("licence", "b")))
    assert keys(offering.offers(again, RANKED, [], NOW)) == ["understood", "offers.same"]


def test_a_fact_that_changes_the_first_offers_shows_them() -> None:
    again = hear(shown(), heard("inform", fact("licence", "b")))
    assert keys(offering.offers(again, RANKED[1:], [], NOW)).count("offer") == 3


@pytest.mark.parametrize("aside", [asides.explain, asides.thanks, asides.complaint, asides.out_of_scope])
def test_asides_leave_the_choices_under_the_offers(aside: Any) -> None:
    intents = {asides.explain: "why", asides.thanks: "thanks", asides.complaint: "complaint"}
    reply = aside(hear(shown(), heard(intents.get(aside, "out_of_scope"))))
    assert labels(reply) == ["choice.human", "choice.more", "choice.restart"]


def test_said_again_the_same_offers_come() -> None:
    state = shown()
    more = State.parse(offering.more(state, RANKED, [], NOW).state)
    reply = offering.same(more, RANKED, [], NOW, [])
    names = [say.values["lines"]["lines"][0]["values"]["name"]["text"] for say in reply.say[:-1]]
    assert names == ["d", "e"]


def test_what_is_true_of_all_is_not_compared() -> None:
    free = [candidate(name, service={"frais": "gratuit"}) for name in "abc"]
    state = State(profile=TRIP, noticed=True, shown=[item.id for item in free], phase="offers")
    assert "compare.free" not in keys(offering.compare(state, free, []))


@pytest.mark.parametrize(
    ("km", "way"),
    [(1.5, "trip.walk"), (4.0, "trip.bike"), (12.0, "trip.ebike"), (40.0, "trip.far")],
)
def test_a_plausible_way_for_the_distance(km: float, way: str) -> None:
    (say,) = trip_line(TRIP, km, thin=False)
    assert [line["key"] for line in say.values["lines"]["lines"]] == ["trip.distance", way]


def test_nobody_who_cannot_ride_is_sent_to_a_bike() -> None:
    (say,) = trip_line({**TRIP, "skills": ["ne-sait-pas-faire-de-velo"]}, 3.0, thin=False)
    assert say.values["lines"]["lines"][1]["key"] == "trip.lines"


def test_early_hours_are_told() -> None:
    (say,) = trip_line(TRIP, 20.0, thin=True)
    assert say.values["lines"]["lines"][-1]["key"] == "trip.hours"


@pytest.mark.parametrize("km", [None, 3.0])
def test_no_trip_to_speak_of(km: float | None) -> None:
    assert trip_line({"origin": "49007", "destination": "49007"}, km, thin=True) == []


def test_two_ages_are_asked_back_once() -> None:
    state = State(profile={**TRIP, "age": 24}, noticed=True, asked="means", counts={"means": 1})
    hearing = hear(state, heard("inform", fact("age", 30)))
    reply = ask(hearing, "age", QUESTIONS)
    assert (keys(reply), reply.asks) == (["doubt.which"], "age")
    chosen = reply.say[0].choices[0].payload["facts"]
    after = hear(State.parse(reply.state), heard("inform", *chosen)).state
    assert (after.profile["age"], after.doubt) == (24, None)


def test_a_correction_is_no_contradiction() -> None:
    state = State(profile={**TRIP, "age": 24}, noticed=True, asked="means")
    assert hear(state, heard("inform", fact("age", 30, corrects=True))).state.doubt is None


def test_no_after_a_read_back_asks_which_part_is_wrong() -> None:
    first = hear(State(noticed=True), heard("inform", fact("origin", "49007"), fact("purpose", "emploi")))
    asked = ask(first, "deadline", QUESTIONS)
    hearing = hear(State.parse(asked.state), heard("deny"))
    reply = ask(hearing, "deadline", QUESTIONS)
    assert (keys(reply), len(reply.say[0].choices)) == (["wrong.which"], 2)
    taken = hear(State.parse(reply.state), heard("inform", *reply.say[0].choices[1].payload["facts"])).state
    assert taken.reask in ("origin", "purpose")
    assert taken.reask not in taken.profile


def test_back_after_days_what_was_said_is_recalled_and_a_past_day_forgotten() -> None:
    state = State(
        profile={"purpose": "emploi", "deadline": "2026-11-20"},
        noticed=True,
        asked="origin",
        heard_at="2026-11-18T09:00:00+01:00",
    )
    hearing = hear(state, heard("greet"))
    assert "deadline" not in hearing.state.profile
    reply = ask(hearing, "origin", QUESTIONS)
    assert "resume" in keys(reply)
    assert labels(reply)[-1] == "choice.restart"
