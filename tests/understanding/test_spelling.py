"""How a lexicon spells a message: particles glued before a word are parted from it."""

from __future__ import annotations

import pytest

from bot.understanding.reader import Understanding
from bot.understanding.spelling import read_stream

GLUED = [
    ("one particle", "بسيارة", "ب سياره"),
    ("the article counts for nothing", "السيارة", "سياره"),
    ("two particles", "وبسيارة", "و ب سياره"),
    ("a particle and the article", "بالسيارة", "ب سياره"),
    ("a weekday keeps its article", "والأحد", "و الاحد"),
    ("an unknown word stays whole", "والزعبور", "والزعبور"),
]


@pytest.mark.parametrize(("label", "text", "expected"), GLUED, ids=[case[0] for case in GLUED])
def test_glued_particles(understanding: Understanding, label: str, text: str, expected: str) -> None:
    stream = read_stream(understanding.tokeniser.tokens(text), understanding.lexicons["ar"])
    assert [token.text for token in stream.tokens] == expected.split()


def test_spans_stay_inside_the_word(understanding: Understanding) -> None:
    text = "وبالسيارة"
    stream = read_stream(understanding.tokeniser.tokens(text), understanding.lexicons["ar"])
    assert all(0 <= token.start <= token.end <= len(text) for token in stream.tokens)
