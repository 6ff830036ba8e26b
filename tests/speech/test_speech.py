"""Sentences as they are said: variants, directions, languages that stand in, what an SMS gives up."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.speech import Speech
from bot.speech.voice import MissingValue, UnknownKey
from tests.speech.small import FRENCH, NOW, ROBUST, SMALL

VARIANTS = [
    ("web falls to text", "web", False, "Bonjour à tous."),
    ("sms", "sms", False, "Bjr."),
    ("telegram", "telegram", False, "Salut."),
    ("plain first", "telegram", True, "Bonjour."),
    ("plain first in SMS too", "sms", True, "Bonjour."),
    ("a channel without a name of its own", "desk", False, "Bonjour à tous."),
]


@pytest.mark.parametrize(
    ("channel", "plain", "text"), [case[1:] for case in VARIANTS], ids=[c[0] for c in VARIANTS]
)
def test_variants(channel: str, plain: bool, text: str) -> None:
    assert SMALL.say("hello", {}, language="fr", channel=channel, plain=plain).text == text


VALUES_AT = {
    "place": {"place": "49099"},
    "phone": {"phone": "+33241482121"},
    "link": {"link": "https://x.fr/"},
}


def test_right_to_left_text_isolates_what_runs_the_other_way() -> None:
    said = SMALL.say("at", VALUES_AT, language="ar", channel="telegram")
    assert said.direction == "rtl"
    assert "\u2066Cholet\u2069" in said.text
    assert "\u206602 41 48 21 21\u2069" in said.text
    assert "\u2066https://x.fr/\u2069" in said.text


def test_an_arabic_name_is_isolated_in_french() -> None:
    said = SMALL.say("said", {"words": {"text": "محطة القطار"}}, language="fr", channel="web")
    assert "\u2067محطة القطار\u2069" in said.text
    assert "\u2067" not in SMALL.say("said", {"words": {"text": "محطة"}}, language="ar", channel="web").text


def test_an_arabic_sms_has_no_mark_and_phone_numbers_that_cannot_turn_round() -> None:
    said = SMALL.say("at", VALUES_AT, language="ar", channel="sms")
    assert said.text == "في Cholet، اتصل على 0241482121 أو انظر https://x.fr/."
    assert said.segments == 1


def test_french_stands_in_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    said = SMALL.say("only-french", {"v": "secret"}, language="ar", channel="web")
    assert (said.text, said.language, said.direction, said.fallback) == (
        "Seulement en français.", "fr", "ltr", True,
    )  # fmt: skip
    assert "only-french" in caplog.text
    assert "secret" not in caplog.text
    assert not SMALL.say("hello", {}, language="ar", channel="web").fallback


def test_a_french_word_inside_an_arabic_sentence_is_isolated_and_flagged() -> None:
    said = SMALL.say("v", {"v": {"code": "means.voiture"}}, language="ar", channel="web")
    assert (said.text, said.language, said.fallback) == ("\u2066voiture\u2069", "ar", True)


def test_a_language_nobody_speaks_is_french() -> None:
    said = SMALL.say("hello", {}, language="xx", channel="web")
    assert (said.text, said.language, said.fallback) == ("Bonjour à tous.", "fr", True)


def test_strict_speech_names_what_is_missing() -> None:
    with pytest.raises(UnknownKey, match="no-such-key"):
        SMALL.say("no-such-key", {}, language="fr", channel="web")
    with pytest.raises(MissingValue, match="two: b"):
        SMALL.say("two", {"a": 1}, language="fr", channel="web")


MALFORMED = [None, True, [], {}, {"date": "hier"}, {"date": "2026-02-30"}, {"time": "25:00"}, {"place": "00000"},
             {"nonsense": 1}, {"days": "x"}, {"codes": 3}, {"key": "v", "values": [1]}, {"key": "no-such-key"},
             {"date": None}, object()]  # fmt: skip


@pytest.mark.parametrize(
    "value", MALFORMED, ids=lambda value: "an object" if type(value) is object else str(value)
)
def test_at_run_time_what_cannot_be_said_is_left_out(value: Any, caplog: pytest.LogCaptureFixture) -> None:
    said = ROBUST.say("two", {"a": "jean", "b": value}, language="fr", channel="web", now=NOW)
    assert said.text == "jean puis !"
    assert "key=two value=b" in caplog.text
    assert "jean" not in caplog.text


def test_an_unknown_key_says_nothing_at_run_time(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert ROBUST.say("no-such-key", {}, language="ar", channel="web").text == ""
    assert "no-such-key" in caplog.text


def test_a_sentence_that_holds_itself_ends() -> None:
    loop: dict[str, Any] = {"key": "v"}
    loop["values"] = {"v": loop}
    assert ROBUST.say("v", {"v": loop}, language="fr", channel="web").text == ""


@given(words=st.text(min_size=1), language=st.sampled_from(["fr", "ar"]))
def test_what_a_person_wrote_is_never_a_template(words: str, language: str) -> None:
    said = SMALL.say("said", {"words": {"text": words}}, language=language, channel="web")
    assert words in said.text


@given(words=st.text(max_size=300), language=st.sampled_from(["fr", "ar"]))
def test_no_hidden_character_in_an_sms(words: str, language: str) -> None:
    said = ROBUST.say("said", {"words": words}, language=language, channel="sms")
    assert not set(said.text) & set("\u2066\u2067\u2068\u2069\u00a0\u202f\u200e\u200f")
    assert said.segments == SMALL.segments(said.text)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Calculateur d’itinéraires", "Calculateur d'itinéraires"),
        ("https://exemple.fr/l’aide", "https://exemple.fr/l’aide"),
    ],
    ids=["a service's name", "an address"],
)
def test_a_sign_in_somebody_elses_words_does_not_cost_a_segment(name: str, shown: str) -> None:
    long = name + " " + "a" * 60
    said = SMALL.say("said", {"words": {"text": long}}, language="fr", channel="sms")
    assert shown in said.text


def test_an_sms_gives_up_signs_then_accents_but_never_a_name() -> None:
    cholet = SMALL.say("long", {"place": {"place": "49099"}}, language="fr", channel="sms")
    assert cholet.text.startswith("L'etre humain qui vous a répondu n'est plus là, mais Cholet reste")
    assert cholet.segments == 1
    name = SMALL.say("long", {"place": {"place": "53062"}}, language="fr", channel="sms")
    assert "Château-Gontier-sur-Mayenne" in name.text
    assert name.segments == 2


def test_numbered_choices() -> None:
    text = SMALL.say("hello", {}, language="ar", channel="telegram")
    assert (
        SMALL.numbered(text, ["دراجة", "Cholet"], language="ar", channel="telegram")
        == "مرحبا.\n1 دراجة\n2 Cholet"
    )
    assert SMALL.numbered("", ["oui", "non"], language="fr", channel="web") == "1 oui\n2 non"


def test_choices_are_weighed_with_their_question_in_an_sms() -> None:
    question = SMALL.say("said", {"words": "a" * 30}, language="fr", channel="sms")
    assert "«" in question.text
    label = SMALL.say("v", {"v": {"place": "49099"}}, language="fr", channel="sms")
    whole = SMALL.numbered(question, [label] * 3, language="fr", channel="sms")
    assert "«" not in whole
    assert SMALL.segments(whole) == 1


def test_languages_and_what_they_miss() -> None:
    assert SMALL.languages() == ["fr", "ar"]
    assert SMALL.missing("fr") == []
    assert "only-french" in SMALL.missing("ar")
    assert "hello" not in SMALL.missing("ar")
    assert SMALL.missing("tr") == sorted(FRENCH)
    assert SMALL.name("ar") == "العربية"
    assert SMALL.direction("ps") == "rtl"


def test_the_products_own_data_loads(data: Path) -> None:
    assert "fr" in Speech.load(data).languages()


def test_lines_that_can_be_spared_go_first_in_an_sms_and_stay_on_a_screen(speech: Speech) -> None:
    long = {"key": "offer.what", "values": {"what": {"text": "mot " * 100}}}
    title = {"key": "offer.title", "values": {"number": 1, "name": {"text": "Garage solidaire"}}}
    brief = {"key": "offer.cost.payant"}
    cost = {"key": "offer.cost.details", "values": {"details": {"text": "x" * 300}}, "brief": brief}
    told = {"lines": [title, long, cost], "spare": ["offer.what", "offer.cost.details"], "within": 2}
    short = speech.say("offer", {"lines": told}, language="fr", channel="sms")
    assert short.text == "1. Garage solidaire\nPrix : payant, à demander"
    assert "mot mot" in speech.say("offer", {"lines": told}, language="fr", channel="web").text
    kept = speech.say("offer", {"lines": {**told, "within": 9}}, language="fr", channel="sms")
    assert "mot mot" in kept.text


def test_a_message_in_another_language_stays_in_one_piece(speech: Speech) -> None:
    day = {"in": "fr", "key": "employer.message.work.day", "values": {"day": {"date": "2026-11-24"}}}
    said = speech.say("employer.work", {"message": day}, language="ar", channel="web", now=NOW)
    assert said.text.count("\u2066") == said.text.count("\u2069") == 1
    assert "mardi 24 novembre" in said.text
