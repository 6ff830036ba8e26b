from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.observatory.figures import SMALLEST, as_csv, cells, kept_back


@dataclass
class Need:
    month: str = "2026-11"
    epci: str | None = "200071678"
    purpose: str | None = "emploi"
    needs: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=lambda: ["distance"])
    deadline_class: str | None = "U2"
    hours: list[str] = field(default_factory=list)
    language: str | None = "fr"


def test_a_territory_under_five_tells_nothing() -> None:
    (only,) = cells([Need() for _ in range(4)])
    assert (only.dimension, only.count) == ("total", None)


def test_five_are_counted_by_dimension() -> None:
    found = {
        (cell.dimension, cell.code): cell.count
        for cell in cells([Need() for _ in range(5)], lambda _: "Cholet")
    }
    assert found["total", "total"] == 5
    assert found["forme", "distance"] == 5
    assert found["besoin", "inconnu"] == 5


def test_months_and_territories_are_apart() -> None:
    needs = (
        [Need() for _ in range(5)]
        + [Need(month="2026-12") for _ in range(6)]
        + [Need(epci=None) for _ in range(7)]
    )
    totals = [(cell.month, cell.epci, cell.count) for cell in cells(needs) if cell.dimension == "total"]
    assert totals == [("2026-11", "200071678", 5), ("2026-11", "inconnu", 7), ("2026-12", "200071678", 6)]


@pytest.mark.parametrize(
    ("counted", "shown"),
    [
        pytest.param({"a": 9, "b": 6}, {"a": 9, "b": 6}, id="nothing small"),
        pytest.param({"a": 9, "b": 2}, {"a": None, "b": None}, id="the rest would tell it"),
        pytest.param({"a": 9, "b": 7, "c": 2}, {"a": 9, "b": None, "c": None}, id="the smallest hides it"),
        pytest.param({"a": 9, "b": 4, "c": 3}, {"a": 9, "b": None, "c": None}, id="two hide each other"),
    ],
)
def test_kept_back(counted: dict[str, int], shown: dict[str, int | None]) -> None:
    assert kept_back(Counter(counted)) == shown


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 12), min_size=1))
def test_nothing_small_is_shown_nor_left_by_subtraction(counted: dict[str, int]) -> None:
    shown = kept_back(Counter(counted))
    assert all(count is None or count >= SMALLEST for count in shown.values())
    left = sum(counted.values()) - sum(count for count in shown.values() if count is not None)
    hidden = [code for code, count in shown.items() if count is None]
    assert not hidden or len(hidden) == len(counted) or (len(hidden) > 1 and left >= SMALLEST)


def test_csv_leaves_kept_back_empty() -> None:
    text = as_csv(cells([Need()], lambda _: 'Cholet, "agglo"'))
    assert text.splitlines() == [
        "month,epci,epci_name,dimension,code,count",
        '2026-11,200071678,"Cholet, ""agglo""",total,total,',
    ]
