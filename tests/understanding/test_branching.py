"""An expression parted by first letters matches what it matched before, to the letter."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.branching import parted

END = "(?= |$)"

PARTED = {
    "few stay as they are": ("(?: b| c| d)x", "(?: b| c| d)x"),
    "by the first letters": ("(?: ba| bc| ab| b)x", "(?: (?:b(?:a|c|)|ab))x"),
    "what many begin with is written once": (
        "(?: pont| ponton| pontet| pontier)x",
        "(?: pont(?:|on|et|ier))x",
    ),
    "what may begin with anything keeps its place": (
        "(?: ab| ac|[^ |]*| ae| af)x",
        "(?: a(?:b|c)|[^ |]*| a(?:e|f))x",
    ),
    "a group alone is its alternatives": ("(?:(?: a| b)|(?: b| c)| d)x", "(?: (?:a|b|c|d))x"),
    "a group that repeats is not": ("(?:(?: a| b)?| c| d| e)x", "(?:(?: a| b)?| (?:c|d|e))x"),
    "a letter that repeats is no beginning": ("(?: ab?| ac| ad| ae)x", "(?: a(?:b?|c|d|e))x"),
    "a capture keeps its name": ("(?P<n_1> [0-9]+| aa| ab| ac)x", "(?P<n_1> (?:[0-9]+|a(?:a|b|c)))x"),
    "twice the same is tried once": ("(?: a| b| a| c| d)x", "(?: (?:a|b|c|d))x"),
    "an escape is no letter": (r"(?: a| b|\ c| d| e)x", r"(?: (?:a|b)|\ c| (?:d|e))x"),
    "behind stays as it is": (r"(?<= a| b| c| d)x", r"(?<= a| b| c| d)x"),
    "none at all": ("(?: a| b| c| dx", "(?: a| b| c| dx"),
    "none either": (" a| b)| c| d", " a| b)| c| d"),
}


@pytest.mark.parametrize(("written", "expected"), PARTED.values(), ids=PARTED)
def test_how_it_is_parted(written: str, expected: str) -> None:
    assert parted(written) == expected


WORDS = st.text(alphabet="abc", min_size=1, max_size=3)
PIECES = st.one_of(
    WORDS.map(lambda word: f" {word}"),
    WORDS.map(lambda word: f" {word}[^ |]*"),
    st.sampled_from([r"(?: \|)?", r"(?: [^ |]+){0,2}?"]),
)


def _group(options: list[list[str]]) -> str:
    return "(?:" + "|".join("".join(option) for option in options) + ")"


def _groups(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    one = st.lists(inner, min_size=1, max_size=2)
    group = st.lists(one, min_size=1, max_size=7).map(_group)
    return st.one_of(group, group.map(lambda source: f"{source}?"))


EXPRESSIONS = st.recursive(PIECES, _groups, max_leaves=40)
TEXTS = st.lists(st.one_of(WORDS, st.just("|")), max_size=10).map(
    lambda words: "".join(f" {w}" for w in words)
)


@given(first=EXPRESSIONS, second=EXPRESSIONS, text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_it_matches_the_same(first: str, second: str, text: str) -> None:
    source = f"(?P<one>{first})(?P<two>{second}){END}"
    spans = [
        [(match.span("one"), match.span("two")) for match in re.finditer(expression, text)]
        for expression in (source, parted(source))
    ]
    assert spans[0] == spans[1]
