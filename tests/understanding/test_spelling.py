"""How a lexicon spells a message: particles glued before a word are parted from it."""

from __future__ import annotations

import pytest

from bot.understanding.reader import Understanding
from bot.understanding.spelling import read_stream
from bot.understanding.text import BORDER

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


CLAUSES = [
    ("a word that begins a clause", "fr", "je marche mais tu roules", "je marche // mais tu roules"),
    ("two words that do", "fr", "je marche parce que tu roules", "je marche // parce que tu roules"),
    ("written in one", "fr", "je marche pcq tu roules", "je marche // parce que tu roules"),
    ("the first of two in the name of a town", "fr", "je vis a Parcé sur Sarthe", "je vis a parce sur sarthe"),
    ("the first of two, alone at the end", "fr", "je vis a Parcé", "je vis a parce"),
    ("two words of another language", "ro", "merg pe jos pentru ca nu pot", "merg pe jos // pentru ca nu pot"),
    ("where the message begins", "fr", "mais je marche", "mais je marche"),
    ("after a comma there is one already", "fr", "je marche, mais tu roules", "je marche // mais tu roules"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "language", "text", "expected"), CLAUSES, ids=[case[0] for case in CLAUSES]
)
def test_clauses(understanding: Understanding, label: str, language: str, text: str, expected: str) -> None:
    stream = read_stream(understanding.tokeniser.tokens(text), understanding.lexicons[language])
    assert " ".join("//" if token.text == BORDER else token.text for token in stream.tokens) == expected
