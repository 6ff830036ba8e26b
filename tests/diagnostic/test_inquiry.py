from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.diagnostic.inquiry import next_field
from bot.diagnostic.questions import Questions
from bot.diagnostic.state import State

DATA = Path(__file__).resolve().parents[2] / "data"
TRIP = {
    "purpose": "emploi",
    "deadline": "2027-01-04",
    "origin": "49099",
    "destination": "49007",
    "means": ["voiture"],
}


def ask(state: dict[str, Any], weights: list[tuple[str, float]] | None = None) -> str | None:
    return next_field(State.parse(state), Questions.load(DATA), lambda: [], lambda _: weights or [])


CASES: list[tuple[str, dict[str, Any], list[tuple[str, float]], str | None]] = [
    ("nothing known: the need first", {}, [], "purpose"),
    (
        "a need named replaces the purpose",
        {"profile": {"needs": ["mobilite--preparer-un-permis"]}},
        [],
        "deadline",
    ),
    ("the trip", {"profile": {"purpose": "emploi", "deadline": "2027-01-04"}}, [], "origin"),
    ("a horizon answers the date", {"profile": {"purpose": "emploi"}, "horizon": "U3"}, [], "origin"),
    (
        "a refusal is not asked again",
        {"profile": {"purpose": "emploi", "declined": ["deadline"]}},
        [],
        "origin",
    ),
    (
        "no destination for a licence wish",
        {"profile": {"needs": ["mobilite--preparer-un-permis"], "origin": "49099"}, "horizon": "U4"},
        [],
        None,
    ),
    (
        "the purpose is not asked of who named a need",
        {"profile": {"needs": ["mobilite--preparer-un-permis"], "origin": "49099"}, "horizon": "U4"},
        [("purpose", 0.9), ("age", 0.1)],
        "age",
    ),
    ("then what settles most", {"profile": TRIP}, [("statuses", 0.3), ("age", 0.25)], "age"),
    (
        "statuses last, when they open something",
        {"profile": {**TRIP, "age": 24}},
        [("statuses", 0.3), ("age", 0.4)],
        "statuses",
    ),
    (
        "an interview whose hour is told has no usual hours",
        {"profile": {**TRIP, "purpose": "entretien", "arrival": "09:00"}},
        [("hours", 0.9), ("age", 0.1)],
        "age",
    ),
    (
        "a job whose hour is told has",
        {"profile": {**TRIP, "arrival": "09:00"}},
        [("hours", 0.9), ("age", 0.1)],
        "hours",
    ),
    ("nothing that settles little", {"profile": TRIP}, [("age", 0.01)], None),
    ("nothing the tamis cannot ask", {"profile": TRIP}, [("residence_duration", 0.9)], None),
    (
        "patience spent",
        {"profile": {}, "counts": {"purpose": 2, "origin": 2, "deadline": 2, "means": 1}},
        [("age", 1.0)],
        None,
    ),
    (
        "urgent: where from, and nothing else",
        {"hurry": True, "profile": {"urgency": "U1", "purpose": "entretien"}},
        [("age", 1.0)],
        "origin",
    ),
    (
        "urgent and answered: the offers",
        {"hurry": True, "profile": {"urgency": "U1"}, "counts": {"origin": 1}, "rushed": True},
        [("age", 1.0)],
        None,
    ),
    (
        "urgent, and where from was asked before anybody knew",
        {"hurry": True, "profile": {"urgency": "U1"}, "counts": {"origin": 1}},
        [("age", 1.0)],
        "origin",
    ),
    ("two ages told: which", {"doubt": {"field": "age", "values": [24, 30]}, "profile": TRIP}, [], "age"),
    ("an ambiguous place first", {"choose": {"field": "origin", "candidates": ["1", "2"]}}, [], "origin"),
    ("going back asks that again", {"reask": "means", "profile": TRIP}, [], "means"),
    ("after the offers a fact more asks nothing", {"phase": "offers", "profile": TRIP}, [("age", 1.0)], None),
]


@pytest.mark.parametrize(("label", "state", "weights", "expected"), CASES, ids=[case[0] for case in CASES])
def test_next_question(
    label: str, state: dict[str, Any], weights: list[tuple[str, float]], expected: str | None
) -> None:
    assert ask(state, weights) == expected


def test_asking_always_comes_to_an_end() -> None:
    state: dict[str, Any] = {"counts": {}, "profile": {}}
    for _ in range(30):
        name = ask(state, [("age", 0.5), ("statuses", 0.5), ("licence", 0.5), ("hours", 0.5)])
        if name is None:
            break
        state["counts"][name] = state["counts"].get(name, 0) + 1
    assert name is None
