from __future__ import annotations

from datetime import datetime, timedelta

import holidays
import pytest

from bot.handover.hours import PARIS, is_open, next_opening, open_time
from bot.handover.platform import Platform

OFFICE = Platform("p", "P", hours="Mo-Fr 09:00-12:30,14:00-17:00")
UNKNOWN = Platform("u", "U")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("now", "expected", "opening"),
    [
        pytest.param("2026-11-23T09:00", True, "2026-11-23T09:00", id="the minute it opens"),
        pytest.param("2026-11-23T12:30", False, "2026-11-23T14:00", id="the minute lunch starts"),
        pytest.param("2026-11-22T10:00", False, "2026-11-23T09:00", id="sunday"),
        pytest.param("2026-12-25T10:00", False, "2026-12-28T09:00", id="christmas, then the week-end"),
        pytest.param("2027-05-06T10:00", False, "2027-05-07T09:00", id="ascension day"),
        pytest.param("2026-10-24T20:00", False, "2026-10-26T09:00", id="over the change of clocks"),
    ],
)
def test_open_and_next(now: str, expected: bool, opening: str) -> None:
    assert is_open(OFFICE, at(now)) is expected
    assert next_opening(OFFICE, at(now)) == at(opening)


def test_unknown_hours_promise_nothing() -> None:
    assert is_open(UNKNOWN, at("2026-11-23T09:00")) is None
    assert next_opening(UNKNOWN, at("2026-11-23T09:00")) is None


def test_never_open_promises_nothing() -> None:
    assert next_opening(Platform("n", "N", hours="off"), at("2026-11-23T09:00")) is None


def test_closed_on_every_public_holiday() -> None:
    days = holidays.country_holidays("FR", years=range(2026, 2032))
    always = Platform("a", "A", hours="24/7")
    assert len(days) >= 60
    assert [day for day in days if is_open(always, at(f"{day.isoformat()}T12:00"))] == []


def test_an_expression_that_speaks_of_holidays_is_obeyed() -> None:
    assert is_open(Platform("h", "H", hours="Mo-Su,PH 08:00-20:00"), at("2026-12-25T10:00"))


def test_open_time_counts_open_hours_only() -> None:
    assert open_time(OFFICE, at("2026-11-20T16:00"), at("2026-11-23T10:00")) == timedelta(hours=2)
    assert open_time(OFFICE, at("2026-11-23T10:00"), at("2026-11-20T16:00")) == timedelta()
    assert open_time(UNKNOWN, at("2026-11-20T16:00"), at("2026-11-20T18:00")) == timedelta(hours=2)
