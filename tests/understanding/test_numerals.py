"""Numbers above one hundred, written out as each language composes them."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.understanding.facts import Reading
from bot.understanding.reader import Understanding
from bot.understanding.spelling import read_stream

NOW = datetime.fromisoformat("2026-11-30T09:00:00+01:00")

COMPOSED = [
    ("fr", "cent vingt-cinq", "125"),
    ("fr", "mille deux cent trente-sept", "1237"),
    ("fr", "quatre cent quatre-vingt-dix-sept", "497"),
    ("en", "six hundred and twenty-three", "623"),
    ("es", "seiscientos cinco", "605"),
    ("pt", "oitocentos e trinta", "830"),
    ("pt", "mil e duzentos", "1200"),
    ("ro", "șase sute douăzeci și trei", "623"),
    ("tr", "altı yüz yirmi üç", "623"),
    ("ru", "шестьсот двадцать три", "623"),
    ("ru", "тысяча двести пятьдесят", "1250"),
    ("uk", "шістсот двадцять три", "623"),
    ("fa", "ششصد و بیست و سه", "623"),
    ("ps", "شپږ سوه او شل", "620"),
    ("ar", "ستمية وخمسة وعشرين", "625"),
    ("ti", "ሽዱሽተ ሚእትን ዕስራን", "620"),
]

BESIDE = [
    ("fr", "vingt minutes cent fois", [], "what is below one hundred begins no number"),
    ("fr", "deux trois cents fois", ["300"], "of two numbers side by side each stays its own"),
    ("en", "and fifty of them", [], "a joining word alone joins nothing"),
    ("pt", "cem e pouco", [], "a hundred and something is a hundred"),
]


@pytest.mark.parametrize(("language", "words", "figures"), COMPOSED, ids=[f"{c[0]}-{c[2]}" for c in COMPOSED])
def test_a_number_of_several_words_is_one_number(
    understanding: Understanding, language: str, words: str, figures: str
) -> None:
    stream = read_stream(understanding.tokeniser.tokens(words), understanding.lexicons[language])

    assert [token.text for token in stream.tokens] == [figures]
    assert stream.span(0, 1) == (0, len(words))


@pytest.mark.parametrize(("language", "words", "figures", "why"), BESIDE, ids=[c[3] for c in BESIDE])
def test_what_composes_no_number_stays_words(
    understanding: Understanding, language: str, words: str, figures: list[str], why: str
) -> None:
    stream = read_stream(understanding.tokeniser.tokens(words), understanding.lexicons[language])

    assert [token.text for token in stream.tokens if token.text.isdigit()] == figures, why


def test_the_words_of_the_number_are_its_evidence(understanding: Understanding) -> None:
    reading: Reading = understanding.read(
        "six cent vingt-trois je crois", now=NOW, language="fr", asked="household_quotient"
    )

    assert [(f.field, f.value, f.evidence) for f in reading.facts] == [
        ("household_quotient", 623, "six cent vingt-trois")
    ]
