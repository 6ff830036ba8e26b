from __future__ import annotations

from pathlib import Path

import pytest

from bot.diagnostic.horizons import Horizons, impossible_age
from bot.diagnostic.prescribers import Prescribers
from bot.profile.codes import limits
from bot.yaml_text import yaml_loads

DATA = Path(__file__).resolve().parents[2] / "data"
PRESCRIBERS = Prescribers.load(DATA)
HORIZONS = Horizons.load(DATA)


@pytest.mark.parametrize("text", ["ML-44", "ml44", " code ML-44 ", "Code : ml 44", "رمز ML-44"])
def test_a_code_however_it_is_typed(text: str) -> None:
    assert PRESCRIBERS.named(text) == "mission locale, Loire-Atlantique"


@pytest.mark.parametrize("text", ["", "code", "44", "ML", "je viens de ML-44 demain", "ML-440"])
def test_what_is_no_code(text: str) -> None:
    assert PRESCRIBERS.named(text) is None


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("le mois prochain", "U3"),
        ("plus tard je pense", "U4"),
        ("la semaine prochaine", "U2"),
        ("Next month!", "U3"),
        ("الشهر القادم", "U3"),
        ("наступного місяця", "U3"),
        ("ዝመጽእ ወርሒ", "U3"),
        ("Angers", None),
        ("", None),
    ],
)
def test_a_time_without_a_day(text: str, level: str | None) -> None:
    assert HORIZONS.said(text) == level


@pytest.mark.parametrize(
    ("text", "impossible"),
    [
        ("l'année dernière", True),
        ("le 31 février", True),
        ("30/02/2027", True),
        ("торік", True),
        ("أمس", True),
        ("je ne sais pas encore", False),
        ("Angers", False),
    ],
)
def test_a_day_that_cannot_be(text: str, impossible: bool) -> None:
    assert HORIZONS.impossible(text) is impossible
    assert HORIZONS.said(text) is None


@pytest.mark.parametrize(
    ("text", "impossible"), [("200 ans", True), ("٢٠٠", True), ("5", True), ("vingt", False), ("24", False)]
)
def test_an_age_that_cannot_be(text: str, impossible: bool) -> None:
    assert impossible_age(text, *limits("age")) is impossible


def test_every_language_has_every_horizon() -> None:
    raw = yaml_loads((DATA / "diagnostic" / "horizons.yml").read_text(encoding="utf-8"))
    languages = [set(raw[level]) for level in ("U2", "U3", "U4", "past")]
    assert all(one == languages[0] for one in languages)
    assert len(languages[0]) == 12
