from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diagnostic.hearing import answered, hear
from bot.diagnostic.state import State
from tests.diagnostic.building import fact, heard

ASKED_ORIGIN = {"asked": "origin", "counts": {"origin": 1}}


def test_facts_land_with_their_evidence() -> None:
    after = hear(State(), heard("inform", fact("purpose", "entretien"), fact("deadline", "2026-11-24"))).state
    assert after.profile["purpose"] == "entretien"
    assert after.profile["urgency"] == "U1"
    assert after.facts["purpose"] == {"confirmed": False, "evidence": "words"}


def test_a_tapped_choice_is_confirmed() -> None:
    after = hear(State(), heard("inform", fact("licence", "b", evidence=""))).state
    assert after.facts["licence"]["confirmed"] is True


def test_a_relative_day_of_a_choice_counts_from_the_conversations_clock() -> None:
    after = hear(State(), heard("inform", {"field": "deadline", "day": 1})).state
    assert after.profile["deadline"] == "2026-11-24"


ANSWERS: list[tuple[str, dict[str, Any], str, dict[str, Any], dict[str, Any]]] = [
    ("not knowing passes over", ASKED_ORIGIN, "dont_know", {}, {"skipped": ["origin"], "lost": 0}),
    ("refusing is kept as declined", {"asked": "age"}, "prefer_not", {}, {"declined": ["age"], "lost": 0}),
    ("no status at all is known to be none", {"asked": "statuses"}, "deny", {}, {"statuses": []}),
    (
        "a tap on 'several' passes over",
        {"asked": "destination"},
        "inform",
        {"skip": True},
        {"skipped": ["destination"]},
    ),
    ("rubbish is counted", ASKED_ORIGIN, "nlu_fallback", {}, {"lost": 1}),
    (
        "asked twice in vain, it goes on",
        {"asked": "origin", "counts": {"origin": 2}},
        "nlu_fallback",
        {},
        {"skipped": ["origin"]},
    ),
    ("no number to call", {"asked": "contact"}, "deny", {}, {"contact": "none"}),
    ("why is not a misunderstanding", ASKED_ORIGIN, "why", {}, {"lost": 0}),
]


@pytest.mark.parametrize(
    ("label", "before", "intent", "more", "expected"), ANSWERS, ids=[row[0] for row in ANSWERS]
)
def test_what_an_answer_does_to_the_question(
    label: str, before: dict[str, Any], intent: str, more: dict[str, Any], expected: dict[str, Any]
) -> None:
    after = hear(State.parse(before), heard(intent, **more)).state
    seen = {**after.profile, **{name: getattr(after, name) for name in ("skipped", "lost", "contact")}}
    assert {name: seen.get(name) for name in expected} == expected


def test_an_answer_given_later_lifts_the_refusal() -> None:
    refused = hear(State.parse({"asked": "age"}), heard("prefer_not")).state
    after = hear(refused, heard("inform", fact("age", 24))).state
    assert after.profile["age"] == 24
    assert "declined" not in after.profile


def test_going_back_forgets_the_last_answer_and_asks_again() -> None:
    state = State.parse(
        {
            "profile": {"origin": "49099", "purpose": "emploi"},
            "trail": ["purpose", "origin", "means"],
            "asked": "means",
        }
    )
    after = hear(state, heard("step_back")).state
    assert "origin" not in after.profile
    assert after.reask == "origin"
    assert after.profile["purpose"] == "emploi"


def test_the_question_left_behind_by_going_back_is_no_second_time() -> None:
    state = State.parse(
        {
            "profile": {"origin": "49099"},
            "trail": ["origin", "destination"],
            "asked": "destination",
            "counts": {"origin": 1, "destination": 1},
        }
    )
    after = hear(state, heard("step_back")).state
    assert after.reask == "origin"
    assert after.counts == {}


def test_an_aside_that_tells_something_else_leaves_the_question_standing() -> None:
    state = State.parse({"asked": "purpose", "counts": {"purpose": 1}})
    assert hear(state, heard("change_language", fact("access_needs", "interprete", "add"))).aside
    assert not hear(state, heard("why", fact("purpose", "emploi"))).aside


def test_what_answers_the_question_put() -> None:
    asked = State.parse({"asked": "origin"})
    assert answered(asked, [fact("origin", "72137")])
    assert not answered(asked, [fact("destination", "72137")])
    assert not answered(State(), [fact("origin", "72137")])
    assert answered(State.parse({"asked": "deadline"}), [fact("horizon", "U2")])


def test_a_need_answers_what_it_is_for() -> None:
    state = State.parse({"asked": "purpose", "counts": {"purpose": 1}})
    wish = fact("needs", "mobilite--preparer-un-permis", "add")
    assert hear(state, heard("inform", wish)).state.settled("purpose")
    later = hear(hear(state, heard("inform", wish)).state, heard("inform", fact("purpose", "emploi"))).state
    assert later.profile["purpose"] == "emploi"
    assert "purpose" not in later.skipped


def test_starting_over_keeps_only_how_to_speak() -> None:
    state = State.parse({"profile": {"origin": "49099", "plain": True, "language": "fr"}, "noticed": True})
    after = hear(state, heard("start_over")).state
    assert after.profile == {"plain": True, "language": "fr"}
    assert after.noticed


def test_an_ambiguous_place_is_asked_back_and_settled_by_the_choice() -> None:
    asked = hear(State(), heard("inform", fact("origin", None, candidates=["53210", "72270"]))).state
    assert asked.choose == {"field": "origin", "candidates": ["53210", "72270"]}
    assert "origin" not in asked.profile
    settled = hear(asked, heard("inform", fact("origin", "53210", evidence=""))).state
    assert settled.choose is None
    assert settled.profile["origin"] == "53210"


@given(
    st.sampled_from(
        ["inform", "deny", "why", "nlu_fallback", "prefer_not", "dont_know", "step_back", "start_over"]
    ),
    st.sampled_from([None, "origin", "age", "statuses", "contact", "next"]),
)
def test_hearing_never_changes_the_state_it_was_given_and_gives_the_same_twice(
    intent: str, asked: str | None
) -> None:
    before = State.parse({"asked": asked, "profile": {"purpose": "emploi"}, "trail": ["purpose"]})
    snapshot = before.as_dict()
    once, twice = hear(before, heard(intent)), hear(before, heard(intent))
    assert before.as_dict() == snapshot
    assert once.state.as_dict() == twice.state.as_dict()


@given(
    st.dictionaries(st.sampled_from(["asked", "counts", "profile", "unknown_name"]), st.none() | st.just({}))
)
def test_a_state_of_another_version_still_reads(data: dict[str, Any]) -> None:
    data = {name: value for name, value in data.items() if value is not None}
    assert State.parse(State.parse(data).as_dict()).as_dict() == State.parse(data).as_dict()


@pytest.mark.parametrize(
    ("asked", "corrects", "kept"),
    [
        ("consent", False, "05:00"),
        ("contact", False, "05:00"),
        ("consent", True, "18:00"),
        ("age", False, "18:00"),
    ],
)
def test_when_to_call_is_not_when_to_be_there(asked: str, corrects: bool, kept: str) -> None:
    before = State(profile={"arrival": "05:00"}, asked=asked)
    said = {**fact("arrival", "18:00"), "corrects": corrects}
    assert hear(before, heard("inform", said)).state.profile["arrival"] == kept


def test_an_hour_told_for_the_first_time_counts_whatever_was_asked() -> None:
    after = hear(State(asked="contact"), heard("inform", fact("arrival", "18:00"))).state
    assert after.profile["arrival"] == "18:00"
