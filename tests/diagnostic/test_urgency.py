from __future__ import annotations

from datetime import datetime

import pytest

from bot.diagnostic.urgency import hurried, urgency

NOW = datetime.fromisoformat("2026-11-23T09:00:00+01:00")
CASES = [
    ("nothing said", {}, None, None),
    ("a horizon without a date", {}, "U3", "U3"),
    ("danger before all", {"danger": "violence", "deadline": "2027-01-01"}, None, "U0"),
    ("tomorrow, no hour", {"deadline": "2026-11-24"}, None, "U1"),
    ("today", {"deadline": "2026-11-23"}, None, "U1"),
    ("tomorrow within 24 hours", {"deadline": "2026-11-24", "arrival": "09:00"}, None, "U1"),
    ("tomorrow, later than 24 hours", {"deadline": "2026-11-24", "arrival": "09:01"}, None, "U2"),
    ("in seven days", {"deadline": "2026-11-30"}, None, "U2"),
    ("in eight days", {"deadline": "2026-12-01"}, None, "U3"),
    ("in thirty days", {"deadline": "2026-12-23"}, None, "U3"),
    ("next year", {"deadline": "2027-03-01"}, "U2", "U4"),
    ("an hour without a day", {"arrival": "09:00"}, None, None),
]


@pytest.mark.parametrize(("label", "profile", "horizon", "expected"), CASES, ids=[case[0] for case in CASES])
def test_classes(label: str, profile: dict[str, str], horizon: str | None, expected: str | None) -> None:
    now = datetime.fromisoformat("2026-11-23T09:00:00+01:00")
    assert urgency(profile, horizon, now) == expected


def test_the_day_is_counted_where_the_person_is_not_where_the_server_is() -> None:
    late_in_paris = datetime.fromisoformat("2026-11-23T23:30:00+00:00")  # already the 24th in Paris
    assert urgency({"deadline": "2026-11-25"}, None, late_in_paris) == "U1"


@pytest.mark.parametrize(
    ("profile", "wanted"),
    [
        ({"deadline": "2026-11-24", "arrival": "20:00"}, True),
        ({"deadline": "2026-11-23"}, True),
        ({"deadline": "2026-11-25", "arrival": "06:00"}, False),
        ({"urgency": "U1"}, True),
        ({"urgency": "U2"}, False),
        ({}, False),
    ],
)
def test_tomorrow_is_a_hurry_whatever_its_hour(profile: dict[str, str], wanted: bool) -> None:
    assert hurried(profile, NOW) is wanted
