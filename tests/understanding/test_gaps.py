"""A gap with breaks reaches what its parts one after the other would, in one way to each place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.gaps import BORDER_OR_NOT, crosses, gap

END = "(?= |$)"
REACHED = [
    ("no word", [0], " a b", True),
    ("one of one", [1], " a x b", True),
    ("two of one", [1], " a x x b", False),
    ("no break is crossed without being told", [2], " a | b", False),
    ("a break", [0, 0], " a | b", True),
    ("a break that is not there", [0, 0], " a b", True),
    ("words before and after", [2, 1], " a x x | x b", True),
    ("too many before", [1, 2], " a x x | b", False),
    ("too many after", [2, 1], " a | x x b", False),
    ("all of them where no break is", [2, 1], " a x x x b", True),
    ("two breaks of one", [1, 1], " a | | b", False),
    ("two of two, the middle empty", [1, 0, 1], " a x | | x b", True),
    ("a break later than the first gap", [1, 2, 0], " a x x x | b", True),
]


@pytest.mark.parametrize(("label", "sizes", "text", "reached"), REACHED, ids=[case[0] for case in REACHED])
def test_what_is_reached(label: str, sizes: list[int], text: str, reached: bool) -> None:
    assert (re.match(f" a{gap(sizes)} b{END}", text) is not None) is reached
    assert crosses(gap(sizes)) is (len(sizes) > 1)


@pytest.mark.parametrize(("text", "expected"), [(" a | b", " a |"), (" a x | b", " a"), (" a x", " a")])
def test_a_break_right_there_is_part_of_the_match(text: str, expected: str) -> None:
    found = re.match(f" a{gap([2, 0])}(?: c)?{END}", text)
    assert found is not None
    assert found.group() == expected


@given(
    sizes=st.lists(st.integers(0, 3), min_size=1, max_size=4),
    text=st.lists(st.sampled_from(["a", "b", "x", "|"]), max_size=14).map(
        lambda words: "".join(f" {word}" for word in words)
    ),
)
@settings(max_examples=400, deadline=None)
def test_it_matches_what_its_parts_match(sizes: list[int], text: str) -> None:
    parts = BORDER_OR_NOT.join(gap([size]) for size in sizes)
    spans = [
        [match.span() for match in re.finditer(f" a{source} b{END}", text)] for source in (parts, gap(sizes))
    ]
    assert spans[0] == spans[1]
