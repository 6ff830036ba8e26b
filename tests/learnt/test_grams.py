"""Texts as numbers."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from bot.learnt.grams import SIZE, pieces

WORDS = st.lists(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12), max_size=30)


@given(WORDS)
def test_the_whole_is_of_length_one_and_every_number_has_its_place(words: list[str]) -> None:
    found = pieces(words)
    assert all(0 <= number < SIZE for number in found)
    assert bool(found) == bool(words)
    if words:
        assert math.isclose(math.sqrt(sum(weight * weight for weight in found.values())), 1.0)


@given(WORDS)
def test_the_same_words_give_the_same_numbers(words: list[str]) -> None:
    assert pieces(words) == pieces(list(words))


def test_words_that_share_letters_share_pieces_and_their_order_counts() -> None:
    assert set(pieces(["frappe"])) & set(pieces(["frapper"]))
    assert not set(pieces(["bus"])) & set(pieces(["mort"]))
    assert pieces(["il", "me", "tape"]) != pieces(["tape", "me", "il"])


def test_no_words_no_pieces() -> None:
    assert pieces([]) == {}
