"""Names of towns are no words of danger."""

from __future__ import annotations

import csv
import gzip

import pytest

from bot.settings import ROOT
from bot.understanding.reader import Understanding
from bot.understanding.unplaced import Unplaced

WORDS = {"la", "ma", "fille", "mer", "sur", "j", "habite", "a", "le"}
REGION = "52"


@pytest.fixture(scope="module")
def small() -> Unplaced:
    names = ["le pellerin", "pellerin", "fille", "saint mars la jaille", "la mer sur mer"]
    return Unplaced(names, {"st": "saint"}, WORDS.__contains__)


@pytest.mark.parametrize(
    ("label", "said", "left"),
    [
        ("a name", "j habite a le pellerin", "j habite a"),
        ("a short word in it", "j habite a st mars la jaille", "j habite a"),
        ("a name that is a word stays", "ma fille habite a pellerin", "ma fille habite a"),
        ("a name of words alone stays", "j habite la mer sur mer", "j habite la mer sur mer"),
        ("a name that is the whole message goes, whatever its words", "fille", ""),
        ("nothing", "", ""),
    ],
)
def test_leaves_out(small: Unplaced, label: str, said: str, left: str) -> None:
    assert small.words(said.split()) == left.split()


def test_no_town_of_the_region_is_a_danger_by_its_name(understanding: Understanding) -> None:
    with gzip.open(ROOT / "data" / "places" / "communes.csv.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["region"] == REGION]
    assert len(rows) > 1000
    assert [row["nom"] for row in rows if understanding.danger(row["nom"])] == []
