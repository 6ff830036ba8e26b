from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.diagnostic.ranking import Relevance, contenders
from bot.diagnostic.scene import Candidate
from bot.diagnostic.state import State
from bot.diagnostic.weighing import weigh
from tests.diagnostic.building import NOW, REPAIR, RIDE, candidate

RULES = Relevance.load(Path(__file__).resolve().parents[2] / "data")
CAR = "mobilite--acceder-a-un-vehicule"


class Waiting:
    """Every offer to check waits for its missing facts, each as much as the other."""

    def survey(self, profile: Mapping[str, Any], now: datetime) -> Sequence[Candidate]:
        return []

    def weights(
        self, profile: Mapping[str, Any], now: datetime, candidates: Sequence[Candidate]
    ) -> Sequence[tuple[str, float]]:
        missing = [name for item in candidates for name in item.decision.missing]
        return [(name, missing.count(name) / len(missing)) for name in dict.fromkeys(missing)]


def running(places: int, *offers: Candidate) -> list[str]:
    return [item.service["nom"] for item in contenders(offers, State(), RULES, NOW, places)]


CASES: list[tuple[str, int, list[Candidate], list[str]]] = [
    ("open ones alone decide", 2, [candidate("a"), candidate("b"), candidate("c")], ["a", "b"]),
    (
        "one to check may still come first",
        1,
        [candidate("near", km=1.0, status="to_check"), candidate("open", km=5.0), candidate("far", km=9.0)],
        ["near", "open"],
    ),
    (
        "one to check behind enough open ones is out",
        1,
        [candidate("open", km=1.0), candidate("far", km=9.0, status="to_check")],
        ["open"],
    ),
    (
        "a higher level never comes before a lower one",
        1,
        [candidate("open"), candidate("for some", level=4, status="to_check")],
        ["open"],
    ),
    ("blocked is out", 3, [candidate("a", status="blocked"), candidate("b")], ["b"]),
]


@pytest.mark.parametrize(("label", "places", "offers", "expected"), CASES, ids=[case[0] for case in CASES])
def test_who_is_in_the_running(label: str, places: int, offers: list[Candidate], expected: list[str]) -> None:
    assert running(places, *offers) == expected


def weighed(profile: dict[str, Any], *offers: Candidate) -> dict[str, float]:
    return dict(weigh(offers, State(profile=profile), Waiting(), RULES, NOW, 1))


def test_only_what_contenders_wait_for_weighs() -> None:
    offers = [
        candidate("near", km=1.0, status="to_check", missing=["age"]),
        candidate("open", km=5.0),
        candidate("far", km=9.0, status="to_check", missing=["statuses"]),
    ]
    assert set(weighed({"means": ["velo"], "licence": "b"}, *offers)) == {"age"}


def test_means_weigh_when_they_change_what_helps_most() -> None:
    offers = [candidate("bus", themes=[RIDE]), candidate("garage", themes=[REPAIR], level=4)]
    weights = weighed({"licence": "aucun"}, *offers)
    assert weights["means"] > 0
    assert "means" not in weighed({"licence": "aucun", "means": ["velo"]}, *offers)
    assert "means" not in weighed({"licence": "aucun", "declined": ["means"]}, *offers)


def test_wishes_and_purpose_are_never_asked_for_the_orders_sake() -> None:
    assert not {"needs", "purpose", "skills", "urgency"} & set(RULES.fields())
