"""Whatever is written: facts keep to their own words, numbers not to be kept are found, nothing breaks."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.profile.codes import codes, fields, is_list
from bot.understanding.reader import Understanding


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("phone", "appelez moi au 06 12 34 56 78 svp"),
        ("phone abroad", "+33 6 12 34 56 78"),
        ("Arabic digits", "رقمي ٠٦١٢٣٤٥٦٧٨"),
        ("NIR", "mon numéro 2 85 05 44 109 123 45"),
        ("IBAN", "FR76 3000 6000 0112 3456 7890 189"),
        ("card", "4970 1234 5678 9012"),
    ],
)
def test_numbers_never_to_be_kept(
    understanding: Understanding, monday: datetime, label: str, text: str
) -> None:
    reading = understanding.read(text, now=monday, asked="age")
    assert len(reading.sensitive) == 1
    start, end = reading.sensitive[0]
    assert sum(c.isdigit() for c in text[start:end]) == sum(c.isdigit() for c in text)
    assert {fact.field for fact in reading.facts} <= {"human_requested"}  # « appelez-moi » is one
    assert not any(fact.start < end and start < fact.end for fact in reading.facts)


ODD = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(
            [
                "entretien",
                "demain",
                "9h",
                "à",
                "Cholet",
                "j'habite",
                "Beaupréau",
                "voiture",
                "morte",
                "permis",
                "pas",
                "sans",
                "RSA",
                "24",
                "ans",
                "44300",
                "\u200f",
                "\u202e",
                "😀",
                "سيارة",
                "машина",
                "መኪና",
                "٠٥",
                "１２",
                "é́",
                ".",
                ",",
                "?",
                "!",
                "lundi",
                "dans",
                "3",
                "semaines",
                "de",
                "la",
                "Flèche",
                "non",
            ]
        ),
        max_size=60,
    ).map(" ".join),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ODD, asked=st.sampled_from([None, *fields()]))
def test_any_text_gives_facts_with_their_words(
    understanding: Understanding, monday: datetime, text: str, asked: str | None
) -> None:
    reading = understanding.read(text, now=monday, asked=asked)
    for fact in reading.facts:
        assert 0 <= fact.start < fact.end <= len(text)
        assert fact.evidence == text[fact.start : fact.end]
        assert fact.field in fields()
        if codes(fact.field) and fact.value is not None:
            assert fact.value in codes(fact.field)
        assert fact.operation in (("add", "remove", "clear") if is_list(fact.field) else ("set",))
    for start, end in reading.sensitive:
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "😀" * 5000,
        "a" * 100_000,
        "e" + "\u0301" * 4000,
        "de nantz " * 700,
        "\u202e\u200f\x00",
        "0" * 6000,
        "?!" * 3000,
    ],
    ids=["empty", "emoji", "long", "zalgo", "misspelt towns", "controls", "digits", "punctuation"],
)
def test_bad_input_says_nothing(understanding: Understanding, monday: datetime, text: str) -> None:
    assert all(fact.field in fields() for fact in understanding.read(text, now=monday).facts)
