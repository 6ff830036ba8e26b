"""Numbers above one hundred written out in several words: « six cent vingt-trois », « oitocentos e trinta »."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bot.understanding.text import Token

HUNDRED = 100
THOUSAND = 1000
LONGEST = 4  # words of the longest number below one hundred: « quatre vingt dix sept »


class Numerals:
    """How one lexicon composes numbers: its number words, its words for hundred and thousand, what joins them.

    What a lexicon lists under `numbers` stays as it is; what is composed of it beyond one hundred becomes one token
    of figures, as if it had been typed so.
    """

    def __init__(
        self, numbers: Mapping[str, int], content: Mapping[str, Any], spelt: Callable[[str], str]
    ) -> None:
        """`content`: `hundred` and `thousand` (words), `joins` (words that may stand between two parts)."""
        self._hundreds = {spelt(str(word)) for word in content.get("hundred") or ()}
        self._thousands = {spelt(str(word)) for word in content.get("thousand") or ()}
        self._joins = frozenset(spelt(str(word)) for word in content.get("joins") or ())
        self._below = {words: value for words, value in numbers.items() if 0 < value < HUNDRED}
        self._whole = {
            words: value
            for words, value in numbers.items()
            if " " not in words and HUNDRED <= value < THOUSAND and value % HUNDRED == 0
        }
        self._great = frozenset({*self._hundreds, *self._thousands, *self._whole})

    def composed(self, tokens: Sequence[Token]) -> list[Token]:
        """The tokens, each composed number one token of figures."""
        if not any(token.text in self._great for token in tokens):
            return list(tokens)
        out: list[Token] = []
        at = 0
        while at < len(tokens):
            value, end = self._number(tokens, at)
            if value > HUNDRED and end - at > 1:
                out.append(Token(str(value), tokens[at].start, max(token.end for token in tokens[at:end])))
                at = end
            else:
                out.append(tokens[at])
                at += 1
        return out

    def _number(self, tokens: Sequence[Token], at: int) -> tuple[int, int]:
        """The number that begins at a token, and where it ends; 0 where none does."""
        thousands, end = self._scaled(tokens, at, self._thousands, THOUSAND)
        hundreds, end = self._hundred(tokens, end, after=bool(thousands))
        if not thousands + hundreds:
            return 0, at
        rest, end = self._rest(tokens, end)
        return thousands + hundreds + rest, end

    def _scaled(self, tokens: Sequence[Token], at: int, words: Iterable[str], scale: int) -> tuple[int, int]:
        """« hundred », « two hundred »: a word of a scale, with a figure below ten before it or none."""
        if at < len(tokens) and tokens[at].text in words:
            return scale, at + 1
        if at + 1 < len(tokens) and tokens[at + 1].text in words:
            times = self._below.get(tokens[at].text, HUNDRED)
            if times < 10:
                return times * scale, at + 2
        return 0, at

    def _hundred(self, tokens: Sequence[Token], at: int, *, after: bool) -> tuple[int, int]:
        start = at + 1 if after and self._joined(tokens, at) else at
        value, end = self._scaled(tokens, start, self._hundreds, HUNDRED)
        if not value and start < len(tokens) and tokens[start].text in self._whole:
            value, end = self._whole[tokens[start].text], start + 1
        return (value, end) if value else (0, at)

    def _rest(self, tokens: Sequence[Token], at: int) -> tuple[int, int]:
        """What is below one hundred: in one piece, tens and ones, or, as Arabic does, ones and tens."""
        value, end = self._piece(tokens, at)
        more, further = self._piece(tokens, end)
        if value and value % 10 == 0 and more < 10:
            return value + more, further
        if more and more % 10 == 0 and 0 < value < 10 and self._joined(tokens, end):
            return value + more, further
        return value, end

    def _piece(self, tokens: Sequence[Token], at: int) -> tuple[int, int]:
        start = at + 1 if self._joined(tokens, at) else at
        for end in range(min(len(tokens), start + LONGEST), start, -1):
            value = self._below.get(" ".join(token.text for token in tokens[start:end]))
            if value is not None:
                return value, end
        return 0, at

    def _joined(self, tokens: Sequence[Token], at: int) -> bool:
        return at < len(tokens) and tokens[at].text in self._joins
