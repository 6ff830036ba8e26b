from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.profile.codes import codes
from bot.profile.merge import Conflict, merge
from bot.understanding.facts import Fact


def fact(field: str, value: Any, operation: str = "set", evidence: str = "words") -> Fact:
    return Fact(field, value, evidence, 0, len(evidence), operation)


@pytest.mark.parametrize(
    ("label", "before", "facts", "after"),
    [
        ("set", {}, [fact("age", 24)], {"age": 24}),
        ("the later one stands", {"age": 24}, [fact("age", 25)], {"age": 25}),
        ("add", {}, [fact("means", "velo", "add")], {"means": ["velo"]}),
        ("add twice", {"means": ["velo"]}, [fact("means", "velo", "add")], {"means": ["velo"]}),
        ("remove", {"means": ["velo", "voiture"]}, [fact("means", "voiture", "remove")], {"means": ["velo"]}),
        ("remove from unknown", {}, [fact("means", "voiture", "remove")], {}),
        ("clear", {}, [fact("statuses", None, "clear")], {"statuses": []}),
        (
            "a broken car is no car",
            {"means": ["voiture"]},
            [fact("means", "voiture-en-panne", "add")],
            {"means": ["voiture-en-panne"]},
        ),
        (
            "none takes the others out",
            {"means": ["velo"]},
            [fact("means", "aucun", "add")],
            {"means": ["aucun"]},
        ),
        ("something is not none", {"means": ["aucun"]}, [fact("means", "velo", "add")], {"means": ["velo"]}),
        (
            "excluded status",
            {"statuses": ["demandeur-asile"]},
            [fact("statuses", "refugie", "add")],
            {"statuses": ["refugie"]},
        ),
        ("a place to ask back", {"origin": "44109"}, [fact("origin", None)], {"origin": "44109"}),
        ("unknown field", {}, [fact("shoe_size", 42)], {}),
    ],
)
def test_merge(label: str, before: dict[str, Any], facts: list[Fact], after: dict[str, Any]) -> None:
    assert merge(before, facts).profile == after


def test_a_confirmed_value_that_changes_is_reported() -> None:
    merged = merge({"age": 24}, [fact("age", 25, evidence="25 ans")], confirmed={"age"})
    assert merged.conflicts == (Conflict("age", 24, 25, "25 ans"),)
    assert merged.evidence == {"age": "25 ans"}
    assert merge({"age": 24}, [fact("age", 24)], confirmed={"age"}).conflicts == ()


@given(st.lists(st.tuples(st.sampled_from(codes("means")), st.sampled_from(["add", "remove"])), max_size=8))
def test_means_never_contradict_themselves(said: list[tuple[str, str]]) -> None:
    before = {"means": ["velo"]}
    means = merge(before, [fact("means", code, operation) for code, operation in said]).profile["means"]
    assert before == {"means": ["velo"]}
    assert len(means) == len(set(means))
    assert not {"voiture", "voiture-en-panne"} <= set(means)
    assert "aucun" not in means or means == ["aucun"]
