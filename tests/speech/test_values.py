"""Values within sentences: days, hours, places, codes, lists, numbers and their six forms in Arabic."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.speech.small import NOW, SMALL

VALUES = [
    ("string", "n'importe quoi", "n'importe quoi"),
    ("whole number", 12, "12"),
    ("decimal number", {"number": 12.5}, "12,5"),
    ("thousands", {"number": 1234}, "1\u202f234"),
    ("tomorrow", {"date": "2026-11-24"}, "demain mardi 24 novembre"),
    ("today", {"date": "2026-11-23"}, "aujourd'hui lundi 23 novembre"),
    ("yesterday", {"date": "2026-11-22"}, "hier dimanche 22 novembre"),
    ("this week", {"date": "2026-11-27"}, "vendredi 27 novembre"),
    ("first of a month", {"date": "2026-12-01"}, "mardi 1er décembre"),
    ("eleventh is no first", {"date": "2026-12-11"}, "vendredi 11 décembre"),
    ("last week", {"date": "2026-11-16"}, "lundi 16 novembre"),
    ("past: with its year", {"date": "2026-09-01"}, "1er septembre 2026"),
    ("far ahead: with its year", {"date": "2027-09-15"}, "15 septembre 2027"),
    ("a moment counts as its day", {"date": "2026-11-24T09:00:00+01:00"}, "demain mardi 24 novembre"),
    ("a month", {"date": "2026-09"}, "septembre 2026"),
    ("full hour", {"time": "09:00"}, "9 h"),
    ("hour and minutes", {"time": "14:05"}, "14 h 05"),
    ("place", {"place": "49099"}, "Cholet"),
    ("code", {"code": "means.velo"}, "vélo"),
    ("codes", {"codes": ["means.velo", "means.voiture"]}, "vélo et voiture"),
    ("codes as a choice", {"codes": ["means.velo", "means.voiture"], "style": "or"}, "vélo ou voiture"),
    ("no codes: known to be none", {"codes": []}, "aucun"),
    ("list of tagged values", {"list": [{"place": "49099"}, {"km": 3}, "x"]}, "Cholet, 3 km et x"),
    ("lines", {"lines": [{"place": "49099"}, None, {"km": 3}]}, "Cholet\n3 km"),
    ("sentence inside", {"key": "two", "values": {"a": 1, "b": {"days": 2}}}, "1 puis 2 jours !"),
    ("text", {"text": "Garage {v} 100 % {0}"}, "Garage {v} 100 % {0}"),
    ("French phone", {"phone": "+33241482121"}, "02 41 48 21 21"),
    ("foreign phone", {"phone": "+3225551212"}, "+32 2 555 12 12"),
    ("short number", {"phone": "114"}, "114"),
    ("four digits", {"phone": "3919"}, "3919"),
    ("link", {"link": "https://x.fr/a_b?c={v}"}, "https://x.fr/a_b?c={v}"),
    ("km rounded to a decimal", {"km": 12.437}, "12,4 km"),
    ("one day", {"days": 1}, "1 jour"),
    ("days", {"days": 3}, "3 jours"),
    ("money", {"money": 12.5}, "12,50 €"),
    ("round money", {"money": 12}, "12 €"),
    ("count", {"count": 3}, "3"),
]


@pytest.mark.parametrize(("value", "text"), [case[1:] for case in VALUES], ids=[case[0] for case in VALUES])
def test_values_in_french(value: Any, text: str) -> None:
    assert SMALL.say("v", {"v": value}, language="fr", channel="web", now=NOW).text == text


def test_without_a_clock_a_day_is_only_a_day() -> None:
    said = SMALL.say("v", {"v": {"date": "2026-11-24"}}, language="fr", channel="web")
    assert said.text == "mardi 24 novembre"


def test_the_day_is_that_of_france() -> None:
    late = datetime.datetime(2026, 11, 23, 23, 30, tzinfo=datetime.UTC)
    said = SMALL.say("v", {"v": {"date": "2026-11-24"}}, language="fr", channel="sms", now=late)
    assert said.text == "aujourd'hui"


ARABIC_FORMS = [
    (0, "لا مكان."),
    (1, "مكان واحد."),
    (2, "مكانان."),
    (3, "3 أماكن."),
    (11, "11 مكانًا."),
    (100, "100 مكان."),
]


@pytest.mark.parametrize(("number", "text"), ARABIC_FORMS)
def test_arabic_counts_in_six_forms(number: int, text: str) -> None:
    for value in (number, {"count": number}):
        assert SMALL.say("left", {"n": value}, language="ar", channel="web").text == text
