"""Language: a choice wins for good, the first message may set, later changes are offered once."""

from __future__ import annotations

from tests.gateway.conftest import House

ARABIC = "أريد الذهاب إلى العمل"


def test_the_first_message_sets_the_language_when_sure(house: House) -> None:
    out = house.say(ARABIC)
    assert (out[0].lang, out[0].direction) == ("ar", "rtl")
    assert house.engine.asked[0].metadata["language"] == "ar"


def test_a_hint_is_followed_and_a_change_offered(house: House) -> None:
    out = house.say(ARABIC, language_hint="fr-FR")
    assert [(one.key, one.lang) for one in out] == [("echo", "fr"), ("language.propose", "ar")]
    assert house.keys("1") == ["language.set", "echo"]
    assert house.say("bonjour à vous tous")[0].lang == "ar"


def test_a_change_is_never_silent_and_offered_once(house: House) -> None:
    house.say("je vais au travail")
    assert house.keys("I have no car, the bus is gone") == ["echo", "language.propose"]
    again = house.say("I need the bus")
    assert [(one.key, one.lang) for one in again] == [("echo", "fr")]


def test_keeping_the_language_is_a_choice_for_good(house: House) -> None:
    house.say("je vais au travail")
    house.say(ARABIC)
    assert [(one.key, one.lang) for one in house.say("2")] == [("language.set", "fr")]
    assert house.keys(ARABIC) == ["echo"]


def test_what_is_not_sure_changes_nothing(house: House) -> None:
    assert house.say("ok")[0].lang == "fr"
    assert house.keys("oui") == ["echo"]
