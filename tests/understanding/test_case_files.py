"""The judged messages: every code is the schema's, every place exists, nothing is said and unsaid at once."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.profile.codes import codes, fields, schema
from bot.yaml_text import yaml_loads

FOLDER = Path(__file__).with_name("cases")
COMMUNES = Path(__file__).parents[2] / "data" / "places" / "communes.csv.gz"
LANGUAGES = ("fr", "en", "ar", "fa", "ps", "uk", "ru", "ti", "es", "pt", "tr", "ro")
STYLES = {"plain", "sms", "mixed", "unsure"}
SIGNALS = {"stop", "start", "erase", "human", "my-data"}
REQUIRED = {"id", "language", "style", "held", "now", "asked", "text", "expect", "absent"}
MORE = tuple(sorted(path.stem for path in FOLDER.glob("??-*.yml")))  # « <language>-<what> »
LEAST = 75
LEAST_FRENCH = {"plain": 150, "sms": 120}

Case = dict[str, Any]


@cache
def cases(language: str) -> list[Case]:
    """One language's cases, in the file's order."""
    loaded: list[Case] = yaml_loads((FOLDER / f"{language}.yml").read_text(encoding="utf-8"))
    return loaded


@cache
def communes() -> frozenset[str]:
    """Every INSEE code of a commune of today: a former one counts under the commune it belongs to."""
    with gzip.open(COMMUNES, mode="rt", encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return frozenset(row["chef_lieu"] or row["code"] for row in rows)


def faults(case: Case) -> list[str]:
    """What is wrong with one case, in words; empty when it is well formed."""
    found = [f"missing {key}" for key in REQUIRED - set(case)]
    found += [f"unknown key {key}" for key in set(case) - REQUIRED - {"danger", "signal"}]
    if found:
        return found
    expect, absent = case["expect"], case["absent"]
    found += [error.message for error in Draft202012Validator(schema()).iter_errors(expect)]
    found += [f"{name} is no field" for name in [*absent, case["asked"] or "age"] if name not in fields()]
    found += [f"{name} both expected and absent" for name in set(expect) & set(absent)]
    if case["style"] not in STYLES:
        found.append(f"unknown style {case['style']}")
    if not case["text"].strip():
        found.append("no text")
    if not (expect or absent or "danger" in case or "signal" in case):
        found.append("judges nothing")
    if "danger" in case and (case["danger"] not in codes("danger") or "danger" in absent):
        found.append("danger is no code, or is also a lure")
    if "signal" in case and case["signal"] not in SIGNALS:
        found.append(f"unknown signal {case['signal']}")
    if "deadline" in expect and dt.date.fromisoformat(expect["deadline"]) < case["now"].date():
        found.append("deadline before the clock")
    return found


def test_every_language_has_its_file() -> None:
    assert {path.stem for path in FOLDER.glob("*.yml")} == {*LANGUAGES, *MORE}


@pytest.mark.parametrize("language", [*LANGUAGES, *MORE])
def test_each_case_is_well_formed(language: str) -> None:
    wrong = {case.get("id", rank): faults(case) for rank, case in enumerate(cases(language))}
    assert not {name: found for name, found in wrong.items() if found}
    assert {case["language"] for case in cases(language)} == {language.partition("-")[0]}


@pytest.mark.parametrize("language", [*LANGUAGES, *MORE])
def test_places_exist(language: str) -> None:
    named = {
        (case["id"], case["expect"][end])
        for case in cases(language)
        for end in ("origin", "destination")
        if case["expect"].get(end)
    }
    assert named
    assert not {pair for pair in named if pair[1] not in communes()}


def test_ids_are_unique() -> None:
    ids = Counter(case["id"] for language in (*LANGUAGES, *MORE) for case in cases(language))
    assert not [name for name, times in ids.items() if times > 1]


@pytest.mark.parametrize("language", [*LANGUAGES, *MORE])
def test_no_message_is_judged_twice(language: str) -> None:
    said = Counter((case["text"], case["asked"]) for case in cases(language))
    assert not [pair for pair, times in said.items() if times > 1]


@pytest.mark.parametrize("language", [*LANGUAGES, *MORE])
def test_every_third_case_is_held_back(language: str) -> None:
    held = [case["held"] for case in cases(language)]
    if not all(held):  # but of a set that nothing was mended from: all of it
        assert held == [rank % 3 == 0 for rank in range(1, len(held) + 1)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough(language: str) -> None:
    assert len(cases(language)) >= LEAST
    styles = Counter(case["style"] for case in cases(language))
    if language == "fr":
        assert {style: styles[style] for style in LEAST_FRENCH if styles[style] < LEAST_FRENCH[style]} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_danger_and_as_many_lures(language: str) -> None:
    dangers = [case["danger"] for case in cases(language) if "danger" in case]
    lures = [case for case in cases(language) if "danger" in case["absent"]]
    assert set(dangers) == set(codes("danger"))
    assert len(lures) >= 5


@pytest.mark.parametrize("language", [*LANGUAGES, *MORE])
def test_the_header_says_who_and_when(language: str) -> None:
    text = (FOLDER / f"{language}.yml").read_text(encoding="utf-8")
    header = " ".join(line for line in text.splitlines() if line.startswith("#"))
    assert "Relais team" in header
    assert re.search(r"20\d\d-\d\d-\d\d", header)
    assert language.startswith("fr") or re.search(r"read by a native speaker", header, re.IGNORECASE)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expect": {"licence": "permis"}}, "permis"),
        ({"expect": {"age": 20}, "absent": ["age"]}, "both"),
        ({"absent": ["wishes"]}, "no field"),
        ({"danger": "feu"}, "danger"),
        ({"expect": {"deadline": "2026-11-22"}}, "before the clock"),
        ({"expect": {}, "absent": []}, "judges nothing"),
    ],
)
def test_a_wrong_case_is_seen(change: Case, said: str) -> None:
    assert any(said in fault for fault in faults(cases("fr")[0] | change))
