"""Texts as numbers."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from bot.learnt.grams import SIZE, pieces

WORDS = st.lists(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12), max_size=30)


def told(words: list[str]) -> dict[int, float]:
    found = pieces(words)
    return dict(zip(found.numbers.tolist(), found.weights.tolist(), strict=True))


@given(WORDS)
def test_the_whole_is_of_length_one_and_every_number_has_its_place(words: list[str]) -> None:
    found = pieces(words)
    assert all(0 <= number < SIZE for number in found.numbers)
    assert len(set(found.numbers)) == len(found.numbers) == len(found.weights)
    assert bool(len(found.numbers)) == bool(words)
    if words:
        assert math.isclose(math.sqrt(sum(weight * weight for weight in found.weights)), 1.0)


@given(WORDS)
def test_the_same_words_give_the_same_numbers(words: list[str]) -> None:
    assert told(words) == told(list(words))


def test_words_that_share_letters_share_pieces_and_their_order_counts() -> None:
    assert told(["frappe"]).keys() & told(["frapper"]).keys()
    assert not told(["bus"]).keys() & told(["mort"]).keys()
    assert told(["il", "me", "tape"]) != told(["tape", "me", "il"])


def test_a_piece_that_comes_twice_weighs_more_but_not_twice() -> None:
    once, twice = told(["bus", "tram"]), told(["bus", "bus", "tram"])
    share = {number: twice[number] / once[number] for number in once.keys() & twice.keys()}
    more, same = max(share.values()), min(share.values())
    assert math.isclose(more / same, 1.0 + math.log(2))


def test_no_words_no_pieces() -> None:
    assert told([]) == {}
