"""What is recognised only to be forgotten: phone numbers, social security, bank and card numbers."""

from __future__ import annotations

import functools
import re

from bot.understanding.text import Letters

_GAP = r"[ .\-/ ]?"
_SHAPES = (
    # IBAN, French or not: two letters, two digits, then 11 to 30 characters in groups
    re.compile(
        rf"(?<![0-9a-z])[a-z]{{2}}\d{{2}}(?:{_GAP}[a-z0-9]{{4}}){{3,7}}(?:{_GAP}[a-z0-9]{{1,3}})?(?![0-9a-z])"
    ),
    # NIR: sex, year, month, département, commune, order, and maybe a key
    re.compile(
        rf"(?<!\d)[1-478]{_GAP}\d\d{_GAP}(?:0[1-9]|1[0-2]|[2-9]\d){_GAP}(?:\d\d|2[ab])"
        rf"{_GAP}\d{{3}}{_GAP}\d{{3}}(?:{_GAP}\d\d)?(?!\d)"
    ),
    # payment cards: 13 to 19 digits
    re.compile(r"(?<!\d)\d{4}[ \-]?\d{4}[ \-]?\d{4}[ \-]?\d{1,7}(?!\d)"),
    # phone numbers: French with or without the country code, then any international one
    re.compile(
        rf"(?<!\d)(?:(?:\+|00){_GAP}33{_GAP}(?:\(0\)){_GAP}?|(?:\+|00){_GAP}33{_GAP}|0)[1-9](?:{_GAP}\d\d){{4}}(?!\d)"
    ),
    re.compile(r"(?<!\d)(?:\+|00)\d{1,3}(?:[ .\-/]?\d){6,12}(?!\d)"),
    re.compile(r"(?<!\d)\d{9,}(?!\d)"),
)
MAX_CHARS = 20_000


def sensitive_spans(text: str, letters: Letters) -> tuple[tuple[int, int], ...]:
    """The (start, end) spans of `text` that hold a number never to be kept, in order, not overlapping.

    Digits of any script and full-width letters count as plain ones.
    """
    plain = text[:MAX_CHARS].translate(_plain(letters))
    spans: list[tuple[int, int]] = []
    for shape in _SHAPES:
        for match in shape.finditer(plain):
            start, end = match.span()
            if not any(start < b and a < end for a, b in spans):
                spans.append((start, end))
    return tuple(sorted(spans))


class _Plain(dict[int, str]):
    """One character for one, so that positions stay those of the message."""

    def __init__(self, letters: Letters) -> None:
        super().__init__()
        self._letters = letters

    def __missing__(self, point: int) -> str:
        char = chr(point)
        folded = self._letters.fold_char(char)
        if len(folded) == 1 and folded.isascii() and folded.isalnum():
            plain = folded
        else:
            plain = char if char in "+-./() " else (" " if not folded or char.isspace() else "_")
        self[point] = plain
        return plain


@functools.lru_cache(maxsize=8)
def _plain(letters: Letters) -> _Plain:
    return _Plain(letters)
