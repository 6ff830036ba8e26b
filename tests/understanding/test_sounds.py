"""What is spelt by ear is read as the word that sounds the same; what is known stays as it is."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.lexicons import load_sounds
from bot.understanding.reader import Understanding
from bot.understanding.sounds import Sounds
from bot.understanding.spelling import read_stream
from bot.understanding.written import LexiconError

FRENCH = load_sounds(Path(__file__).resolve().parents[2] / "data")["fr"]
SAME = [
    ("couto", "couteau"),
    ("oraire", "horaires"),
    ("apele", "appelez"),
    ("konduir", "conduire"),
    ("kestion", "question"),
    ("opital", "hopital"),
    ("acompagne", "accompagner"),
    ("garaj", "garage"),
    ("chole", "cholet"),
]
OTHER = [("travail", "train"), ("velo", "vole"), ("frere", "frein"), ("moto", "mort"), ("pain", "panne")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_words_that_sound_the_same(one: str, other: str) -> None:
    assert FRENCH.of(one) == FRENCH.of(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_words_that_do_not(one: str, other: str) -> None:
    assert FRENCH.of(one) != FRENCH.of(other)


@given(st.text("abcdefghijklmnopqrstuvwxyz", max_size=30))
def test_any_word_has_a_sound_no_longer_than_itself(word: str) -> None:
    assert len(FRENCH.of(word)) <= len(word) + 1


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("j'ai perdu mon telefone", "telephone"),
        ("j'ai plus d'asurense", "assurance"),
        ("komplé jusqu'en mars", "complet"),
    ],
)
def test_messages_are_read_by_ear(understanding: Understanding, said: str, read: str) -> None:
    stream = read_stream(understanding.tokeniser.tokens(said), understanding.lexicons["fr"])
    assert read in stream.string.split()


def test_what_is_known_is_let_be(understanding: Understanding, monday: datetime) -> None:
    french = understanding.lexicons["fr"]
    assert all(french.heard_as(word) is None for word in ("abc", "qqq", "xyzxyz"))
    assert not understanding.lexicons["en"].sounds


def test_a_list_that_cannot_be_read_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "lexicons").mkdir()
    path = tmp_path / "lexicons" / "sounds.yml"
    path.write_text('fr: [["(", "x"]]', encoding="utf-8")
    with pytest.raises(LexiconError, match=re.escape(str(path))):
        load_sounds(tmp_path)
    assert not Sounds()


ROMANISED = [
    ("ru", "poluchit", "получить"),
    ("ru", "rabotayu", "работаю"),
    ("ru", "sobesedovanie", "собеседование"),
    ("uk", "otrymaty", "отримати"),
    ("uk", "spivbesida", "співбесіда"),
    ("ru", "formidable", None),
]


@pytest.mark.parametrize(("language", "written", "meant"), ROMANISED)
def test_cyrillic_in_latin_letters(
    understanding: Understanding, language: str, written: str, meant: str | None
) -> None:
    heard = understanding.lexicons[language].heard_as(written)
    assert heard == (None if meant is None else understanding.letters.fold(meant))
