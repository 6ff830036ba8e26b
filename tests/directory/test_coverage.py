from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.directory.coverage import classify, coverage, socle
from bot.directory.snapshot import Snapshot
from tests.directory.samples import service

TODAY = date(2026, 11, 22)
CHOLET, NANTES = "200071678", "244400404"


def test_the_socle_has_its_73_services_in_7_families() -> None:
    assert [one.number for one in socle()] == list(range(1, 74))
    assert len({one.family for one in socle()}) == 7


CLASSES = [
    ("by its words and theme", {}, {35}),
    ("stated", {"extra": {"socle": [51, 35]}}, {35, 51}),
    ("no theme in common", {"thematiques": ["sante--addictions"]}, set()),
    ("no word in common", {"nom": "Rien", "description": "Rien du tout."}, set()),
]


@pytest.mark.parametrize(("label", "changes", "expected"), CLASSES, ids=[case[0] for case in CLASSES])
def test_services_are_recognised(label: str, changes: dict[str, Any], expected: set[int]) -> None:
    assert set(classify(service(**changes))) >= expected
    if not expected:
        assert classify(service(**changes)) == ()


def test_each_epci_of_the_region_says_what_it_has_and_lacks() -> None:
    near = service("a--1", extra={"socle": [35]}, zone_eligibilite=["49"])
    over = service("a--2", nom="Autre", extra={"socle": [51], "fin": "2026-01-01"})
    lines = {line.epci: line for line in coverage(Snapshot.of([near, over], today=TODAY), "52", TODAY)}
    assert len(lines) == 72  # 71 EPCIs and L'Île-d'Yeu, which belongs to none
    assert lines[CHOLET].present == {35: ("a--1",)}
    assert 51 in lines[CHOLET].missing
    assert lines[NANTES].present == {}
    assert len(lines[NANTES].missing) == 73
