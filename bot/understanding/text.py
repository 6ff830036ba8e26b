"""A message as folded words that remember where they stand in the original text."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

BORDER = "|"
MAX_CHARS = 3000  # beyond this a message is a pasted document; its head is read, so that time stays bounded

_BORDERS = frozenset('.,;:!?()[]{}<>"«»“”…\n\r\t|،؛؟።፣፤፥፧፨•·')
_BETWEEN_DIGITS = frozenset(".,:/-")


class Token(NamedTuple):
    """A folded word and the span [start, end) of the characters it was read from."""

    text: str
    start: int
    end: int


class Letters:
    """How characters fold: case, accents, marks, width and the letters that are written several ways.

    `same` maps a letter (after case and accents are gone) to the one it is read as.
    """

    def __init__(self, same: Mapping[str, str]) -> None:
        self._same = dict(same)
        self._cache: dict[str, str] = {}

    def fold_char(self, char: str) -> str:
        """The folded form of one character: letters or digits, a border, a sign, or nothing."""
        known = self._cache.get(char)
        if known is None:
            known = self._fold_char(char)
            if len(self._cache) < 20_000:
                self._cache[char] = known
        return known

    def _fold_char(self, char: str) -> str:
        category = unicodedata.category(char)
        if category in ("Mn", "Me", "Cf", "Cc") and char not in "\n\r\t":
            return ""
        if category == "Sc":
            return char
        digit = unicodedata.digit(char, None)
        if digit is not None and category == "Nd":
            return str(digit)
        if char in _BORDERS:
            return BORDER
        folded = unicodedata.normalize("NFKD", char.casefold())
        kept = "".join(
            self._same.get(c, c) for c in folded if unicodedata.category(c) not in ("Mn", "Me", "Cf")
        )
        if all(c.isalnum() for c in kept):
            return kept
        if any(c in _BORDERS for c in kept):
            return BORDER
        return BORDER if category in ("So", "Sk", "Co", "Cn", "Cs") else " "

    @functools.lru_cache(maxsize=4096)  # noqa: B019  one Letters lives as long as the program
    def fold(self, text: str) -> str:
        """The words of `text`, folded and separated by one space; borders are dropped."""
        return " ".join(t.text for t in self.tokens(text) if t.text != BORDER)

    def tokens(self, text: str) -> list[Token]:
        """Chunks of letters and digits, currency signs, and borders, in order.

        Digits and letters are not yet parted (« 9h30 » is one token): spelling lists see whole chunks first.
        """
        out: list[Token] = []
        start = -1
        parts: list[str] = []
        last = 0
        for index, char in enumerate(text[:MAX_CHARS]):
            folded = self.fold_char(char)
            if not folded:
                if start >= 0:
                    last = index + 1
                continue
            if folded[0].isalnum():
                if start < 0:
                    start = index
                parts.append(folded)
                last = index + 1
                continue
            if start >= 0:
                out.append(Token("".join(parts), start, last))
                start, parts = -1, []
            if folded == " " and char not in _BETWEEN_DIGITS:
                continue
            if char in _BETWEEN_DIGITS and _digit_at(text, index - 1) and _digit_at(text, index + 1):
                out.append(Token(char, index, index + 1))
            elif folded == BORDER:
                if not out or out[-1].text != BORDER or char in "?؟፧":
                    out.append(Token(BORDER, index, index + 1))
            elif folded != " ":
                out.append(Token(folded, index, index + 1))
        if start >= 0:
            out.append(Token("".join(parts), start, last))
        return out


def _digit_at(text: str, index: int) -> bool:
    return 0 <= index < len(text) and text[index].isdigit()


def split_digits(token: Token) -> Iterable[Token]:
    """« 9h30 » → « 9 », « h », « 30 »; a chunk of one kind is given back whole."""
    text = token.text
    if text.isdigit() or text.isalpha() or len(text) != token.end - token.start:
        yield token
        return
    begin = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or text[index].isdigit() != text[index - 1].isdigit():
            yield Token(text[begin:index], token.start + begin, token.start + index)
            begin = index
