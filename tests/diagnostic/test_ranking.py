from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from bot.diagnostic.ranking import Relevance, rank
from bot.diagnostic.state import State
from tests.diagnostic.building import NOW, REPAIR, RIDE, candidate

DATA = Path(__file__).resolve().parents[2] / "data"
RULES = Relevance.load(DATA)


def order(state: dict[str, object], *candidates: object) -> list[str]:
    return [item.service["nom"] for item in rank(candidates, State.parse(state), RULES, NOW)]  # type: ignore[arg-type]


def test_blocked_is_never_offered() -> None:
    assert order({}, candidate("a", status="blocked"), candidate("b")) == ["b"]


def test_what_was_asked_for_comes_first_then_the_level() -> None:
    wish = {"profile": {"needs": [REPAIR]}}
    offers = [
        candidate("bus", level=0),
        candidate("garage for some", themes=[REPAIR], level=4),
        candidate("garage for all", themes=[REPAIR], level=0),
    ]
    assert order(wish, *offers) == ["garage for all", "garage for some", "bus"]


def test_inside_a_level_soon_then_near() -> None:
    offers = [
        candidate("far", km=40.0),
        candidate("near", km=2.0),
        candidate("soon and far", km=45.0, service={"extra": {"delai_jours": 1}}),
    ]
    assert order({"profile": {"urgency": "U2"}}, *offers) == ["soon and far", "near", "far"]


def test_too_slow_for_tomorrow_goes_down() -> None:
    urgent = {"profile": {"urgency": "U1", "deadline": "2026-11-24"}}
    offers = [
        candidate("card in ten days", service={"extra": {"delai_jours": 10}}),
        candidate("ride tomorrow", level=2, service={"extra": {"delai_jours": 1}}),
    ]
    assert order(urgent, *offers) == ["ride tomorrow", "card in ten days"]


def test_the_order_given_changes_nothing() -> None:
    offers = [candidate(name, themes=[RIDE]) for name in "abcd"]
    assert {tuple(order({}, *shuffled)) for shuffled in permutations(offers)} == {("a", "b", "c", "d")}


LINE = {"extra": {"socle": [60], "delai_jours": 0}}


@pytest.mark.parametrize(
    ("profile", "first"),
    [
        ({}, "coach"),
        ({"arrival": "09:00"}, "coach"),
        ({"arrival": "05:00"}, "carpool"),
        ({"hours": ["avant-6h"]}, "carpool"),
        ({"hours": ["journee"]}, "coach"),
    ],
)
def test_lines_of_the_day_come_after_what_goes_at_any_hour(profile: dict[str, object], first: str) -> None:
    offers = [candidate("carpool"), candidate("coach", service=LINE)]
    assert order({"profile": profile}, *offers)[0] == first


def test_a_line_for_shifts_is_no_line_of_the_day() -> None:
    offers = [
        candidate("carpool"),
        candidate("shift line", service={"extra": {"socle": [59, 65], "delai_jours": 0}}),
    ]
    assert order({"profile": {"arrival": "05:00"}}, *offers)[0] == "shift line"


def test_where_nobody_knows_where_the_wider_comes_first() -> None:
    offers = [
        candidate("a town's network", service={"zone_eligibilite": ["200071876"]}),
        candidate("the region's coaches", service={"zone_eligibilite": ["44", "49"]}),
    ]
    assert order({}, *offers)[0] == "the region's coaches"


def test_what_a_professional_must_ask_for_comes_after() -> None:
    offers = [candidate("a", needs_professional=True), candidate("b")]
    assert order({"profile": {"origin": "49007"}}, *offers) == ["b", "a"]


def test_a_trip_tomorrow_goes_by_its_own_hour() -> None:
    offers = [candidate("carpool"), candidate("coach", service=LINE)]
    usual = {"deadline": "2026-11-24", "arrival": "13:30", "hours": ["avant-6h"]}
    assert order({"profile": usual}, *offers)[0] == "coach"
