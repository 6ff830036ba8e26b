from __future__ import annotations

import gsm0338
import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from bot.speech.gsm7 import Alphabet
from bot.speech.pieces import Loss, Piece, plain

CODEC = gsm0338.Codec()
LATIN = st.text(alphabet=st.sampled_from("aeéèàçêœ’«» €{}[]^|~\\\n.Zß@ÜΔ…ăș"), max_size=400)
ANY = st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\x1b"), max_size=400)
MIXED = st.one_of(LATIN, ANY, st.text(alphabet=st.sampled_from("ab€é"), max_size=700))


def encodable(character: str) -> bool:
    try:
        CODEC.encode(character)
    except UnicodeEncodeError:
        return False
    return True


def test_the_alphabet_is_that_of_two_other_implementations(alphabet: Alphabet) -> None:
    everything = [chr(code) for code in range(0x10000) if not 0xD800 <= code <= 0xDFFF and code != 0x1B]
    ours = {c for c in everything if c in alphabet.basic or c in alphabet.extension}
    assert ours == {c for c in everything if smsutil.is_valid_gsm(c)}
    assert ours == {c for c in everything if encodable(c)}
    assert {c for c in ours if len(CODEC.encode(c)[0]) == 2} == alphabet.extension


@given(text=MIXED.filter(bool))
def test_segments_are_those_of_smsutil(alphabet: Alphabet, text: str) -> None:
    oracle = smsutil.split(text)
    assert alphabet.segments(text) == len(oracle.parts)
    assert (alphabet.encoding(text) == "gsm7") == (oracle.encoding == "gsm0338")


@given(text=LATIN)
def test_length_is_that_of_the_codec(alphabet: Alphabet, text: str) -> None:
    if alphabet.encoding(text) == "gsm7":
        assert alphabet.length(text) == len(CODEC.encode(text)[0])
    else:
        assert alphabet.length(text) == len(text.encode("utf-16-be")) // 2


BORDERS = [
    ("a" * 160, 1),
    ("a" * 161, 2),
    ("a" * 306, 2),
    ("a" * 307, 3),
    ("€" * 80, 1),
    ("€" * 81, 2),
    ("a" * 152 + "€" + "a" * 151, 2),
    ("a" * 152 + "€" + "a" * 152, 3),
    ("ç" * 70, 1),
    ("ç" * 71, 2),
    ("ç" * 134, 2),
    ("ç" * 135, 3),
    ("🚲" * 35, 1),
    ("", 0),
]


@pytest.mark.parametrize(("text", "count"), BORDERS, ids=[f"{t[:1]}x{len(t)}" for t, _ in BORDERS])
def test_borders(alphabet: Alphabet, text: str, count: int) -> None:
    assert alphabet.segments(text) == count


LONG = " mot" * 20
SHORTENED = [
    ("nothing to save: signs stay", [Piece("L’été")], "L’été"),
    ("signs save a segment", [Piece("L’été" + LONG)], "L'été" + LONG),
    ("letters only when signs are not enough", [Piece("L’être" + LONG)], "L'etre" + LONG),
    ("a name keeps its letters, so nothing is touched",
     [Piece("L’an à "), Piece("Bouchemaînê", Loss.NONE), Piece(LONG)], "L’an à Bouchemaînê" + LONG),
    ("a bare string keeps its letters", [Piece("L’être" + LONG, Loss.TYPOGRAPHIC)], "L’être" + LONG),
    ("no-break spaces always go", [Piece("Prêt\u202f? 3\u00a0km \u2066Angers\u2069")], "Prêt ? 3 km Angers"),
    ("quotes lose their inner spaces", [Piece("« oui »" + LONG)], '"oui"' + LONG),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pieces", "text"), [case[1:] for case in SHORTENED], ids=[case[0] for case in SHORTENED]
)
def test_shortened(alphabet: Alphabet, pieces: list[Piece], text: str) -> None:
    assert alphabet.shortened(pieces) == text


@given(parts=st.lists(st.tuples(MIXED, st.sampled_from(list(Loss))), max_size=4))
def test_shortening_laws(alphabet: Alphabet, parts: list[tuple[str, Loss]]) -> None:
    pieces = [Piece(text, loss) for text, loss in parts]
    clean = plain(alphabet.cleaned(pieces))
    short = alphabet.shortened(pieces)
    assert short == clean or alphabet.segments(short) < alphabet.segments(clean)
    assert not set(short) & set(alphabet.always)
    for piece in alphabet.cleaned(pieces):
        if piece.loss is Loss.NONE:
            assert piece.text in short
    assert alphabet.shortened([Piece(short)]) == short or alphabet.segments(short) >= 1


def test_replacements_are_in_the_alphabet(alphabet: Alphabet) -> None:
    for table in (alphabet.typographic, alphabet.spelling):
        for sign, stand_in in table.items():
            assert alphabet.encoding(stand_in) == "gsm7", sign
            assert alphabet.encoding(sign) == "ucs2", sign
