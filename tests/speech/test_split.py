from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.speech import sms, telegram
from bot.speech.gsm7 import Alphabet
from bot.speech.split import split

CASES = [
    ("fits", "Un. Deux.", 20, ["Un. Deux."]),
    ("sentences", "Un deux. Trois ? Quatre.", 10, ["Un deux.", "Trois ?", "Quatre."]),
    ("as many sentences as fit", "Un. Deux. Trois.", 10, ["Un. Deux.", "Trois."]),
    ("paragraphs before sentences", "Un. Deux.\n\nTrois. Quatre.", 16, ["Un. Deux.", "Trois. Quatre."]),
    ("lines before sentences", "Un. Deux.\nTrois. Quatre.", 16, ["Un. Deux.", "Trois. Quatre."]),
    ("words when a sentence is too long", "un deux trois quatre", 9, ["un deux", "trois", "quatre"]),
    ("characters when a word is too long", "abcdefgh ij", 3, ["abc", "def", "gh", "ij"]),
    ("a number is no sentence end", "Prix 2.50 euros. Oui.", 16, ["Prix 2.50 euros.", "Oui."]),
    ("Arabic question mark", "كيف؟ نعم.", 5, ["كيف؟", "نعم."]),
    ("Ethiopic full stop", "ሰላም። ከመይ፧", 5, ["ሰላም።", "ከመይ፧"]),
    ("a letter keeps its mark", "e\u0301e\u0301e\u0301", 3, ["e\u0301", "e\u0301", "e\u0301"]),
    ("nothing", " \n ", 5, []),
]


@pytest.mark.parametrize(
    ("text", "size", "parts"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_split(text: str, size: int, parts: list[str]) -> None:
    assert split(text, lambda message: len(message) <= size) == parts


TEXTS = st.text(alphabet=st.sampled_from("ab é.!?\n€ع؟🚲\u0301"), max_size=600)


@given(text=TEXTS, size=st.integers(10, 80))
def test_nothing_is_lost_and_every_part_fits(text: str, size: int) -> None:
    parts = split(text, lambda message: len(message) <= size)
    assert all(0 < len(part) <= size for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(text=TEXTS, segments=st.integers(1, 3))
def test_sms_messages_fit(alphabet: Alphabet, text: str, segments: int) -> None:
    parts = sms.messages(text, alphabet, segments)
    assert all(1 <= alphabet.segments(part) <= segments for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_sms_are_cut_between_sentences(alphabet: Alphabet) -> None:
    sentence = "Une phrase de quarante caractères environ."
    assert sms.messages(" ".join([sentence] * 5), alphabet, 1) == [
        " ".join([sentence] * 3),
        " ".join([sentence] * 2),
    ]


def test_no_message_is_less_than_a_segment(alphabet: Alphabet) -> None:
    with pytest.raises(ValueError, match="at least one"):
        sms.messages("x", alphabet, 0)


def test_somebodys_own_words_keep_their_letters(alphabet: Alphabet) -> None:
    words = "\u2066Garçon\u2069\u00a0: « l’été »" + " mot" * 20
    assert sms.verbatim(words, alphabet).startswith("Garçon : « l’été »")
    assert sms.verbatim("L’été" + " mot" * 20, alphabet).startswith("L'été")


@pytest.mark.parametrize(
    ("text", "lengths"),
    [("a" * 4096, [4096]), ("a" * 4097, [4096, 1]), ("🚲" * 2049, [2048, 1]), ("mot. " * 1000, [4094, 904])],
    ids=["at the limit", "over", "characters of two units", "sentences"],
)
def test_telegram(text: str, lengths: list[int]) -> None:
    assert [len(message) for message in telegram.messages(text)] == lengths
