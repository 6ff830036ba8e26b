"""Which languages a message is read in: its own, French where it holds French, others that know most of it."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.understanding.languages import Languages
from bot.understanding.reader import Understanding


@pytest.fixture(scope="module")
def languages(understanding: Understanding) -> Languages:
    return Languages(understanding.lexicons, understanding.letters)


@pytest.mark.parametrize(
    ("label", "language", "text", "read_in"),
    [
        ("French alone", "fr", "j'habite à Cholet, je n'ai plus de voiture", ["fr"]),
        ("Turkish that French could misread", "tr", "cumartesi pazar dahil, akşam on bire kadar", ["tr"]),
        ("Romanian of which no word is French", "ro", "ștergeți datele mele", ["ro"]),
        ("a French word unknown to Spanish", "es", "trabajo de plaquiste en Laval", ["es", "fr"]),
        ("French that every lexicon lists", "es", "cobro el RSA", ["es", "fr"]),
        ("a script of its own, no Latin letter", "uk", "живу в Анже", ["uk"]),
        ("a script of its own with French in it", "uk", "живу в Анже, маю RSA", ["uk", "fr"]),
        (
            "the conversation was begun in another",
            "en",
            "je cherche un garage pour réparer ma voiture",
            ["en", "fr"],
        ),
        ("another script than announced", "fr", "я живу в Анжере, мне нужна машина", ["fr", "ru"]),
        ("figures", "es", "35", ["es"]),
        ("nothing known, nothing announced", None, "💙", ["fr"]),
    ],
)
def test_read_in(
    languages: Languages,
    understanding: Understanding,
    label: str,
    language: str | None,
    text: str,
    read_in: list[str],
) -> None:
    raw = understanding.tokeniser.tokens(text)
    assert [lexicon.language for lexicon in languages.read_in(raw, language)] == read_in


@pytest.mark.parametrize(
    ("language", "text", "field", "values"),
    [
        ("ro", "am contract aidé, PEC, la primărie", "statuses", {"contrat-aide"}),
        ("pt", "auto-entrepreneur, faço pinturas e uns biscates", "statuses", {"independant"}),
        ("tr", "cumartesi pazar dahil, dönercide", "statuses", set()),
        ("ro", "ștergeți datele mele", "access_needs", set()),
    ],
)
def test_french_is_heard_where_it_is_and_only_there(
    understanding: Understanding, monday: datetime, language: str, text: str, field: str, values: set[str]
) -> None:
    reading = understanding.read(text, now=monday, language=language)
    assert {fact.value for fact in reading.facts if fact.field == field} == values


def test_no_more_words_are_remembered_than_allowed(
    understanding: Understanding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.understanding.languages.REMEMBERED", 3)
    languages = Languages(understanding.lexicons, understanding.letters)
    for text in ("un bus pour Laval", "hoy trabajo en Cholet", "un bus pour Laval"):
        raw = understanding.tokeniser.tokens(text)
        assert languages.read_in(raw, "fr")[0].language == "fr"
        assert len(languages._knowing) <= 3
