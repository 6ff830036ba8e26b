from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.lexicons import load_letters
from bot.understanding.text import BORDER, MAX_CHARS
from bot.understanding.tokeniser import MAX_STRINGS, Tokeniser
from tests.understanding.conftest import DATA

LETTERS = load_letters(DATA)


def tokeniser() -> Tokeniser:
    return Tokeniser(LETTERS, ["2main", "3andi", "demain"])


# label, message, tokens
CUT = [
    ("apostrophes", "J'ai l’été", ["j", "ai", "l", "ete"]),
    ("hyphens", "après-demain a-t-il", ["apres", "demain", "a", "t", "il"]),
    ("thousands set apart", "1 020 euros", ["1020", "euros"]),
    ("thousands with a point", "1.300", ["1300"]),
    ("a telephone number is many numbers", "02 41 482", ["02", "41", "482"]),
    ("figures that are no thousands", "18 25", ["18", "25"]),
    ("glued hour", "demain9h", ["demain", "9", "h"]),
    ("hour and minutes", "à 9h30.", ["a", "9", "h", "30", BORDER]),
    ("colon between digits", "9:30 : oui", ["9", ":", "30", BORDER, "oui"]),
    ("a date", "le 2/12/2026", ["le", "2", "/", "12", "/", "2026"]),
    ("a slash between words", "bus/tram", ["bus", "tram"]),
    ("an amount", "30€ ou $5", ["30", "€", "ou", "$", "5"]),
    ("SMS words of letters and digits", "2main, 2mains", ["2main", BORDER, "2", "mains"]),
    ("a run of signs", "quoi?!?...", ["quoi", BORDER]),
    ("emoji part words", "oui😀😀non", ["oui", BORDER, "non"]),
    ("right-to-left marks", "\u200fنعم\u200e", ["نعم"]),
    ("Arabic digits", "٩:٣٠", ["9", ":", "30"]),
    ("full width", "ＢＵＳ１２", ["bus", "12"]),
    ("a letter that unfolds", "le cœur", ["le", "coeur"]),
    ("marks heaped on letters", "n\u0301\u0316o\u0322n", ["non"]),
]


@pytest.mark.parametrize(("label", "text", "expected"), CUT, ids=[c[0] for c in CUT])
def test_cuts(label: str, text: str, expected: list[str]) -> None:
    assert [token.text for token in tokeniser().tokens(text)] == expected


@pytest.mark.parametrize(
    ("text", "word", "written"),
    [
        ("le cœur bat", "coeur", "cœur"),
        ("oui n\u0301\u0316on", "non", "n\u0301\u0316on"),
        ("à２h", "2", "２"),
    ],
)
def test_spans_are_those_of_the_message(text: str, word: str, written: str) -> None:
    (token,) = [t for t in tokeniser().tokens(text) if t.text == word]
    assert text[token.start : token.end] == written


SHARED = tokeniser()


@settings(deadline=None)
@given(st.text(max_size=400))
def test_spans_stand_in_order(text: str) -> None:
    at = 0
    for token in SHARED.tokens(text):
        assert at <= token.start < token.end <= len(text)
        at = token.start


def test_only_the_head_of_a_pasted_document_is_read() -> None:
    tokens = tokeniser().tokens("a " * MAX_CHARS)
    assert max(token.end for token in tokens) <= MAX_CHARS


def test_one_sign_that_unfolds_into_many_letters_stays_bounded() -> None:
    tokens = tokeniser().tokens("ﷺ " * MAX_CHARS)
    assert sum(len(token.text) for token in tokens) <= MAX_CHARS


def test_what_people_typed_is_forgotten() -> None:
    cutter, letters = tokeniser(), random.Random(1)
    longest = 0
    for _ in range(400):
        words = ["".join(letters.choices("abcdefghijklmnop", k=9)) for _ in range(40)]
        cutter.tokens(" ".join(words))
        longest = max(longest, cutter.remembered)
    # sixteen thousand new words were typed; one message may overshoot by its own words
    assert longest <= MAX_STRINGS + 40
    cutter.tokens("dernier mot")
    assert cutter.remembered <= MAX_STRINGS + 40


def test_reads_the_same_after_forgetting() -> None:
    cutter = tokeniser()
    before = cutter.tokens("demain9h à 2main")
    for number in range(MAX_STRINGS + 10):
        cutter.tokens(f"mot{'x' * (number % 50)}{chr(97 + number % 26)} {'y' * (number % 97)} n{number}")
    assert cutter.tokens("demain9h à 2main") == before
