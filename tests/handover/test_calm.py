from __future__ import annotations

from datetime import date, datetime, timedelta

import holidays
import pytest

from bot.handover.calm import calm, easter
from tests.handover.conftest import DATA


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2026-11-23T07:59:00+01:00", True),
        ("2026-11-23T08:00:00+01:00", False),
        ("2026-11-23T19:59:00+01:00", False),
        ("2026-11-23T20:00:00+01:00", True),
        ("2026-11-23T18:30:00+00:00", False),
        ("2026-11-23T19:30:00+00:00", True),
        ("2026-11-22T10:00:00+01:00", True),
        ("2026-11-11T10:00:00+01:00", True),
        ("2026-04-06T10:00:00+02:00", True),
        ("2026-05-14T10:00:00+02:00", True),
    ],
)
def test_quiet_hours_are_those_of_the_calendar(moment: str, quiet: bool) -> None:
    assert calm(DATA).quiet(datetime.fromisoformat(moment)) is quiet


@pytest.mark.parametrize("year", range(2024, 2060, 5))
def test_holidays_are_the_legal_ones(year: int) -> None:
    legal = holidays.country_holidays("FR", years=year)
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    assert [day for day in days if day.year == year and calm(DATA).off(day) is not (day in legal)] == []


def test_easter_is_a_sunday_in_spring() -> None:
    for year in range(1900, 2200):
        found = easter(year)
        assert found.weekday() == 6 and date(year, 3, 22) <= found <= date(year, 4, 25)
