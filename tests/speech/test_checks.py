"""The checks find what they are meant to find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.speech import Speech, checks
from bot.speech.catalogue import Catalogue, entry
from bot.speech.checks import Kept


def catalogue(language: str, about: dict[str, Any] | None = None, **entries: Any) -> Catalogue:
    return Catalogue(language, {key: entry(key, key, text) for key, text in entries.items()}, about or {}, {})


FRENCH = catalogue("fr", a="Bonjour {name}, ça va ?", n={"one": "{c} jour", "other": "{c} jours", "on": "c"})
Check = Callable[[Speech, Kept], list[str]]

FOUND: list[tuple[str, Check, str]] = [
    ("missing key", lambda s, k: checks.keys(FRENCH, catalogue("en", a="x")), "n: missing"),
    ("foreign key", lambda s, k: checks.keys(catalogue("fr"), catalogue("en", b="x")), "b: not a French key"),
    ("lost value", lambda s, k: checks.same_placeholders(FRENCH, catalogue("en", a="Hello")), "a: uses []"),
    ("value only in the SMS", lambda s, k: checks.same_placeholders(
        FRENCH, catalogue("en", a={"text": "Hello", "sms": "{name}"})), "a: its text uses []"),
    ("plural without a form", lambda s, k: checks.plurals(
        catalogue("uk", n={"one": "x", "few": "x", "other": "x"}), s.formats["uk"]), "lacks ['many']"),
    ("a form the language does not have", lambda s, k: checks.plurals(
        catalogue("en", n={"one": "x", "few": "x", "other": "x"}), s.formats["en"]), "has no use for ['few']"),
    ("Latin word in Arabic", lambda s, k: checks.french_left(
        FRENCH, catalogue("ar", a="مرحبا بكم bonjour"), k), "bonjour"),
    ("French word in Spanish", lambda s, k: checks.french_left(FRENCH, catalogue("es", a="Hola, vous"), k), "vous"),
    ("the French text itself", lambda s, k: checks.french_left(
        catalogue("fr", a="nom du lieu"), catalogue("ro", a="nom du lieu"), k), "the French text itself"),
    ("long plain sentence", lambda s, k: checks.plain_sentences(
        catalogue("fr", a={"text": "x", "plain": "Court. " + "mot " * 16 + "."})), "16 words"),
    ("long SMS", lambda s, k: checks.sms_length(
        catalogue("fr", ask={"text": "é" * 200, "sms": "ع" * 150}), s.alphabet, {"ask": 2}), "3 segments"),
    ("nothing said of the translator", lambda s, k: checks.about(
        catalogue("ar", {"ar.yml": {"language": "ar"}}), s.formats["ar"]), "translated_by"),
    ("wrong direction", lambda s, k: checks.about(
        catalogue("ar", {"ar.yml": {"language": "ar", "direction": "ltr"}}), s.formats["ar"]), "direction is rtl"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "fault"), [case[1:] for case in FOUND], ids=[case[0] for case in FOUND])
def test_found(speech: Speech, kept: Kept, check: Check, fault: str) -> None:
    assert any(fault in found for found in check(speech, kept)), check(speech, kept)


PASSED: list[tuple[str, Check]] = [
    ("kept words in Arabic", lambda s, k: checks.french_left(
        FRENCH, catalogue("ar", a="بطاقة carte grise و RSA (https://x.fr) {name}"), k)),
    ("a message for the employer", lambda s, k: checks.french_left(
        FRENCH, catalogue("ar", **{"employer.message": "Bonjour, je serai en retard"}), k)),
    ("one shared word", lambda s, k: checks.french_left(catalogue("fr", a="danger"), catalogue("en", a="danger"), k)),
    ("a value only in a longer variant", lambda s, k: checks.same_placeholders(
        catalogue("fr", a={"text": "{x} {y}", "sms": "{x}"}), catalogue("en", a="{y} {x}"))),
    ("forms that say the number in words", lambda s, k: checks.same_placeholders(
        FRENCH, catalogue("ar", a="{name}", n={"one": "يوم", "other": "{c}", "on": "c"}))),
    ("French never counts in millions here", lambda s, k: checks.plurals(FRENCH, s.formats["fr"])),
    ("fifteen words", lambda s, k: checks.plain_sentences(catalogue("fr", a={"text": "x", "plain": "mot " * 15}))),
]  # fmt: skip


@pytest.mark.parametrize("check", [case[1] for case in PASSED], ids=[case[0] for case in PASSED])
def test_passed(speech: Speech, kept: Kept, check: Check) -> None:
    assert check(speech, kept) == []
