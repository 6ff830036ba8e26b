"""The socle, the platforms, the emergency numbers and the calendar: shape, codes, and what must never be missing."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import holidays
import opening_hours
import pytest
from data_inclusion.schema import v1

from bot.profile.codes import codes
from bot.yaml_text import yaml_loads

DATA = Path(__file__).parents[2] / "data"


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_loads((DATA / name).read_text(encoding="utf-8"))
    return loaded


SOCLE = load("directory/socle.yml")
PLATFORMS = load("handover/platforms.yml")
NUMBERS = load("safety/numbers.yml")
CALENDAR = load("calendar/france.yml")


def test_seven_families_and_seventy_three_services() -> None:
    assert [family["code"] for family in SOCLE["families"]] == ["F1", "F2", "F3", "F4", "F5", "F6", "F7"]
    assert [service["number"] for service in SOCLE["services"]] == list(range(1, 74))
    assert Counter(service["family"] for service in SOCLE["services"]) == {
        "F1": 12,
        "F2": 9,
        "F3": 13,
        "F4": 12,
        "F5": 12,
        "F6": 11,
        "F7": 4,
    }


def test_the_socle_says_it_is_not_official() -> None:
    assert SOCLE["official"] is False
    assert "RECONSTRUCTION" in (DATA / "directory/socle.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("service", SOCLE["services"], ids=lambda service: str(service["number"]))
def test_each_service_of_the_socle_is_complete(service: dict[str, Any]) -> None:
    themes = {theme.value for theme in v1.Thematique}
    assert set(service) == {
        "number",
        "family",
        "label",
        "definition",
        "mesh",
        "delay_days",
        "in_founding_text",
        "themes",
        "words",
    }
    assert service["mesh"] in {"region", "departement", "bassin", "epci", "commune"}
    assert service["delay_days"] is None or 0 <= service["delay_days"] <= 60
    assert service["themes"]
    assert set(service["themes"]) <= themes
    assert service["words"]
    assert all(word == word.strip() and len(word) > 1 for word in service["words"])


def test_labels_of_the_socle_differ() -> None:
    labels = [service["label"] for service in SOCLE["services"]]
    assert len(labels) == len(set(labels))


def test_platforms_cover_the_region_and_invent_no_contact() -> None:
    with gzip.open(DATA / "places/communes.csv.gz", "rt", encoding="utf-8", newline="") as file:
        region = [row for row in csv.DictReader(file) if row["region"] == "52" and row["type"] == "commune"]
    groups = {row["epci"] for row in region}
    structures = {
        row["id"]
        for row in json.loads((DATA / "directory/regional_structures.json").read_text(encoding="utf-8"))
    }
    ids = [platform["id"] for platform in PLATFORMS["platforms"]]
    assert len(ids) == len(set(ids))
    for platform in PLATFORMS["platforms"]:
        territories = platform["territories"]
        assert set(territories["departements"]) <= {"44", "49", "53", "72", "85"}
        assert set(territories["epci"]) <= groups
        assert any(territories.values())
        assert platform["contact"] == {"telephone": None, "courriel": None, "site": None}
        assert platform["a_verifier"] is True
        assert platform["source"]
        assert platform["source_date"]
        assert platform["structure_id"] in structures


def test_each_departement_has_a_platform_or_is_said_to_have_none() -> None:
    named = {
        code
        for platform in PLATFORMS["platforms"]
        if platform["level"] == "departement"
        for code in platform["territories"]["departements"]
    }
    missing = {row["departement"] for row in PLATFORMS["without_platform"]}
    assert named | missing == {"44", "49", "53", "72", "85"}
    assert not named & missing
    fallback = [platform for platform in PLATFORMS["platforms"] if platform["level"] == "region"]
    assert [platform["territories"]["departements"] for platform in fallback] == [
        ["44", "49", "53", "72", "85"]
    ]


def test_hours_can_be_read_and_the_default_says_it_is_one() -> None:
    default = PLATFORMS["default_hours"]
    assert default["a_verifier"] is True
    assert default["reason"]
    stated = [default["value"]]
    stated += [platform["hours"] for platform in PLATFORMS["platforms"]]
    stated += [number["hours"] for number in NUMBERS["numbers"]]
    assert all(opening_hours.validate(value) for value in stated if value is not None)
    assert not opening_hours.validate("Mo-Fr 9h-12h")


def test_numbers_are_unique_and_say_whether_they_were_checked() -> None:
    numbers = [row["number"] for row in NUMBERS["numbers"]]
    assert len(numbers) == len(set(numbers))
    assert all(number.isdigit() for number in numbers)
    for row in NUMBERS["numbers"]:
        assert row["verified"] is (row["source"] == "service-public"), row["number"]
        assert set(row["dangers"]) <= set(codes("danger"))
        assert set(row["channels"]) <= {"voice", "sms", "video", "app"}


@pytest.mark.parametrize(
    ("danger", "first"),
    [
        ("suicide", "3114"),
        ("violence", "17"),
        ("accident", "15"),
        ("sans-abri", "115"),
        ("enfant-en-danger", "119"),
    ],
)
def test_each_danger_has_its_number_first_and_one_for_people_who_write(danger: str, first: str) -> None:
    rows = {row["number"]: row for row in NUMBERS["numbers"]}
    shown = NUMBERS["dangers"][danger]
    assert shown["call"][0] == first
    assert shown["write"] == ["114"]
    for number in shown["call"]:
        assert "voice" in rows[number]["channels"]
    for number in shown["write"]:
        assert "sms" in rows[number]["channels"]
    for number in shown["call"] + shown["write"]:
        assert danger in rows[number]["dangers"]


def test_dangers_are_those_of_the_profile() -> None:
    assert set(NUMBERS["dangers"]) == set(codes("danger"))


@pytest.mark.parametrize(
    "easter", [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28), date(2028, 4, 16)]
)
def test_public_holidays_are_the_legal_ones(easter: date) -> None:
    ours = {
        easter + timedelta(days=row["easter"])
        if "easter" in row
        else date(easter.year, *map(int, row["date"].split("-")))
        for row in CALENDAR["public_holidays"]
    }
    assert ours == set(holidays.country_holidays("FR", years=easter.year))


def test_quiet_times() -> None:
    assert CALENDAR["timezone"] == "Europe/Paris"
    assert CALENDAR["quiet"] == {"from": "20:00", "until": "08:00", "sundays": True, "public_holidays": True}
