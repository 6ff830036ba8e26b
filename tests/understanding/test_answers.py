"""Answers to a question: numbers still to come, one value in a longer answer, a town told twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from bot.understanding.reader import Understanding

NOW = datetime.fromisoformat("2026-11-30T09:00:00+01:00")

# What is said → the age that is, which is one year less than the age to come.
AGES = [
    ("fr", "J'en aurai vingt au mois de février", 19),
    ("fr", "j'ai bientôt 26 ans", 25),
    ("fr", "j'ai 26 ans depuis mars", 26),
    ("en", "turning 20 in march", 19),
    ("en", "I'm turning 18 in two weeks", 17),
    ("pt", "vou fazer 26 anos em março", 25),
    ("es", "cumplo 26 en marzo", 25),
    ("ro", "împlinesc 26 în martie", 25),
    ("tr", "martta 26 olacağım", 25),
    ("uk", "Мені у лютому буде 47", 46),
    ("ru", "в марте будет 26", 25),
    ("ar", "رح صير 26 الشهر الجاي", 25),
    ("fa", "ماه دیگه ۲۶ ساله میشم", 25),
    ("ps", "بله میاشت ۲۶ کلن کېږم", 25),
]

# (language, the field asked for, the answer, its value): what has one value is heard in an answer of many words.
LONG = [
    ("fr", "weekly_budget", "Pas plus de quinze euros, je suis déjà sur la paille.", 15),
    ("fr", "licence", "Je ne l'ai jamais eu, c'était mon mari qui conduisait.", "aucun"),
    ("fa", "licence", "از افغانستان دارم ولی د فرانسه تبدیلش نکدیم هنوز", "etranger"),
    ("ro", "licence", "din Moldova, de la Bălți, încă nu l-am preschimbat", "etranger"),
]

# Quarter and town are one place: no town of departure and of arrival.
TWICE = [
    ("fr", "J'habite à la Roseraie, à Angers, et je fais le ménage à Beaucouzé.", "49007", "49020"),
    ("fr", "J'habite à la Roseraie, à Angers", "49007", None),
    ("fr", "J'habite Angers, je travaille à Angers", "49007", "49007"),
    ("fr", "J'habite Angers, pas Angers, Ancenis", "44003", None),
    ("ro", "stam in Meslay-du-Maine", "53152", None),
]

# (language, the field asked for, the answer, its commune): words that are towns too, after a preposition.
TOWNS_TOO = [
    ("fr", "origin", "à Craon", "53084"),
    ("fr", "destination", "à La Flèche", "72154"),
    ("fr", "origin", "à Vue", "44220"),
    ("fr", "origin", "Vue", "44220"),
    ("fr", "origin", "à vue de nez", None),
    ("fr", "destination", "je sais pas, à vue d'oeil", None),
]


def _profile(understanding: Understanding, text: str, language: str, asked: str | None) -> dict[str, Any]:
    reading = understanding.read(text, now=NOW, language=language, asked=asked)
    return {fact.field: fact.value for fact in reading.facts}


@pytest.mark.parametrize(("language", "text", "age"), AGES, ids=[f"{c[0]}-{c[1]}" for c in AGES])
@pytest.mark.parametrize("asked", [None, "age"], ids=["unasked", "asked"])
def test_an_age_still_to_come_is_one_more_than_the_age(
    understanding: Understanding, language: str, text: str, age: int, asked: str | None
) -> None:
    assert _profile(understanding, text, language, asked).get("age") == age


@pytest.mark.parametrize(("language", "asked", "text", "value"), LONG, ids=[c[2] for c in LONG])
def test_one_value_is_heard_in_a_longer_answer(
    understanding: Understanding, language: str, asked: str, text: str, value: object
) -> None:
    assert _profile(understanding, text, language, asked).get(asked) == value


@pytest.mark.parametrize(("language", "text", "origin", "destination"), TWICE, ids=[c[1] for c in TWICE])
def test_a_quarter_and_its_town_are_one_place(
    understanding: Understanding, language: str, text: str, origin: str, destination: str | None
) -> None:
    profile = _profile(understanding, text, language, None)

    assert (profile.get("origin"), profile.get("destination")) == (origin, destination)


@pytest.mark.parametrize(("language", "asked", "text", "code"), TOWNS_TOO)
def test_a_word_that_is_a_town_too_answers_where(
    understanding: Understanding, language: str, asked: str, text: str, code: str | None
) -> None:
    assert _profile(understanding, text, language, asked).get(asked) == code


def test_a_time_of_a_bus_is_not_the_one_to_be_there(understanding: Understanding) -> None:
    text = "O autocarro das 6h20 passa, eu entro às 6h30"
    assert _profile(understanding, text, "pt", None)["arrival"] == "06:30"
