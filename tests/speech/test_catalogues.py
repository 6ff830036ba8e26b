"""Every catalogue of the product keeps every promise made to the people who read it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from bot.profile import codes
from bot.speech import Speech, checks
from bot.speech.catalogue import REFERENCE
from bot.speech.checks import Kept
from bot.speech.formats import load as load_formats
from tests.speech.conftest import DATA

LANGUAGES = list(load_formats(DATA / "speech" / "languages.yml"))
FOREIGN = [language for language in LANGUAGES if language != REFERENCE]
SMS_LIMITS = {"ask": 2, "offer": 3, "offers": 3}
HIDDEN = set("\u2066\u2067\u2068\u2069\u00a0\u202f\u200e\u200f\u061c")


def whole(language: str) -> str:
    """The language, skipped only when nobody has begun to translate its sentences."""
    if not (DATA / "catalogues" / f"{language}.yml").exists():
        pytest.skip(f"data/catalogues/{language}.yml is not written yet")
    return language


def test_the_languages_are_those_of_the_profile() -> None:
    assert list(codes.codes("language")) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_label(speech: Speech, language: str) -> None:
    expected = {f"code.{field}.{code}" for field in codes.fields() for code in codes.codes(field)}
    known = {key for key in speech.catalogues[language].entries if key.startswith("code.")}
    assert known == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_says_who_translated_it(speech: Speech, language: str) -> None:
    assert checks.about(speech.catalogues[language], speech.formats[language]) == []


@pytest.mark.parametrize("language", FOREIGN)
def test_every_key_exists(speech: Speech, language: str) -> None:
    whole(language)
    assert checks.keys(speech.catalogues[REFERENCE], speech.catalogues[language]) == []


@pytest.mark.parametrize("language", FOREIGN)
def test_codes_and_units_have_the_keys_of_french(speech: Speech, language: str) -> None:
    french = speech.catalogues[REFERENCE].parts
    assert {key for key, part in speech.catalogues[language].parts.items() if part == "codes"} == {
        key for key, part in french.items() if part == "codes"
    }


@pytest.mark.parametrize("language", FOREIGN)
def test_placeholders_are_equal(speech: Speech, language: str) -> None:
    assert checks.same_placeholders(speech.catalogues[REFERENCE], speech.catalogues[language]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_are_complete(speech: Speech, language: str) -> None:
    assert checks.plurals(speech.catalogues[language], speech.formats[language]) == []


@pytest.mark.parametrize("language", FOREIGN)
def test_no_french_is_left(speech: Speech, kept: Kept, language: str) -> None:
    assert checks.french_left(speech.catalogues[REFERENCE], speech.catalogues[language], kept) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_sentences_are_short(speech: Speech, language: str) -> None:
    assert checks.plain_sentences(speech.catalogues[language]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_and_offers_fit_an_sms(speech: Speech, language: str) -> None:
    assert checks.sms_length(speech.catalogues[language], speech.alphabet, SMS_LIMITS) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_hidden_character_reaches_an_sms(speech: Speech, language: str) -> None:
    for key, entry in speech.catalogues[language].entries.items():
        values: dict[str, Any] = {
            name: 3 if name in ("count", "number") else "Cholet" for name in entry.placeholders()
        }
        said = speech.say(key, values, language=language, channel="sms")
        assert not set(said.text) & HIDDEN, key
        assert said.segments > 0, key
        assert not said.fallback, key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("unit", ["km", "minutes", "hours", "days", "weeks", "months", "years", "money"])
def test_every_unit_counts(speech: Speech, language: str, unit: str) -> None:
    numbers = (0, 1, 2, 3, 11, 25, 100, 1.5)
    said = [speech.say("word.today", {"date": {unit: n}}, language=language, channel="web") for n in numbers]
    assert not any(spoken.fallback for spoken in said)
    assert len({spoken.text for spoken in said}) == len(numbers)
    assert "3" in said[3].text
    assert "25" in said[5].text


OFFER = [
    {
        "key": "offer.title",
        "values": {"number": 1, "name": {"text": "Location solidaire de voitures et scooters"}},
    },
    {
        "key": "offer.to_check",
        "values": {"missing": {"list": [{"key": "missing.age"}, {"key": "missing.statuses"}]}},
    },
    {"key": "offer.cost.payant"},
    {"key": "offer.place", "values": {"commune": {"text": "Saint-Nazaire"}, "km": {"km": 12.4}}},
    {"key": "offer.delay", "values": {"days": {"days": 3}}},
    {"key": "offer.checked", "values": {"date": {"date": "2026-09-01"}}},
    {"key": "offer.do.call", "values": {"phone": {"phone": "+33240123456"}}},
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_offer_fits_three_sms(speech: Speech, language: str) -> None:
    now = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
    said = speech.say("offer", {"lines": {"lines": OFFER}}, language=whole(language), channel="sms", now=now)
    assert said.segments <= 3, said.text
    assert "Location solidaire de voitures et scooters" in said.text
