from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.speech import Speech
from bot.speech.formats import phone

DAY = datetime.date(2026, 11, 24)

DAYS = [
    ("fr", "mardi 24 novembre", "24 novembre 2026"),
    ("en", "Tuesday 24 November", "24 November 2026"),
    ("ar", "الثلاثاء 24 نوفمبر", "24 نوفمبر 2026"),
    ("fa", "سه‌شنبه 24 نوامبر", "24 نوامبر 2026"),
    ("ps", "درېنۍ د نومبر 24", "د 2026 د نومبر 24"),
    ("uk", "вівторок 24 листопада", "24 листопада 2026"),
    ("ru", "вторник 24 ноября", "24 ноября 2026"),
    ("ti", "ሰሉስ 24 ሕዳር", "24 ሕዳር 2026"),
    ("es", "martes 24 de noviembre", "24 de noviembre de 2026"),
    ("pt", "terça-feira, 24 de novembro", "24 de novembro de 2026"),
    ("tr", "24 Kasım Salı", "24 Kasım 2026"),
    ("ro", "marți, 24 noiembrie", "24 noiembrie 2026"),
]


@pytest.mark.parametrize(("language", "near", "far"), DAYS, ids=[case[0] for case in DAYS])
def test_days(speech: Speech, language: str, near: str, far: str) -> None:
    formats = speech.formats[language]
    assert formats.day(DAY, None) == near
    assert formats.day(DAY, DAY - datetime.timedelta(days=400)) == far


@pytest.mark.parametrize("language", [case[0] for case in DAYS])
def test_digits_are_latin(speech: Speech, language: str) -> None:
    formats = speech.formats[language]
    written = formats.day(DAY, None) + formats.time(datetime.time(9, 30)) + formats.number(1234.5)
    assert not [character for character in written if character.isdigit() and not character.isascii()]


@given(
    count=st.integers(1, 30),
    style=st.sampled_from(["standard", "or"]),
    language=st.sampled_from([c[0] for c in DAYS]),
)
def test_a_list_holds_each_thing_once_in_order(speech: Speech, count: int, style: str, language: str) -> None:
    parts = speech.formats[language].joined(count, style)
    assert [part for part in parts if isinstance(part, int)] == list(range(count))


def test_no_other_style_of_list(speech: Speech) -> None:
    with pytest.raises(ValueError, match="style"):
        speech.formats["fr"].joined(2, "nor")


PHONES = [
    ("+33241482121", False, "02 41 48 21 21"),
    ("02.41.48.21.21", True, "0241482121"),
    ("0800 730 730", False, "0 800 73 07 30"),
    ("3114", False, "3114"),
    ("not a number", False, "not a number"),
    ("", False, ""),
]


@pytest.mark.parametrize(("number", "compact", "written"), PHONES, ids=[case[0] for case in PHONES])
def test_phones(number: str, compact: bool, written: str) -> None:
    assert phone(number, compact) == written
