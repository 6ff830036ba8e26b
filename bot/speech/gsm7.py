"""What fits in an SMS: the 7-bit alphabet, segments, and substitutions that save one.

The alphabet, the limits and the substitutions are data: `data/speech/gsm7.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.speech.pieces import Loss, Piece, Pieces, plain
from bot.yaml_text import yaml_loads


@dataclass(frozen=True)
class Alphabet:
    """The SMS alphabet and its arithmetic; text outside it is counted in 16-bit units (UCS-2)."""

    basic: frozenset[str]
    extension: frozenset[str]
    single: Mapping[str, int]
    part: Mapping[str, int]
    always: Mapping[str, str]
    typographic: Mapping[str, str]
    spelling: Mapping[str, str]

    @classmethod
    def load(cls, path: Path) -> Alphabet:
        """Read `gsm7.yml`."""
        table = yaml_loads(path.read_text(encoding="utf-8"))
        return cls(
            basic=frozenset(table["basic"]),
            extension=frozenset(table["extension"]),
            single={encoding: limit["single"] for encoding, limit in table["limits"].items()},
            part={encoding: limit["part"] for encoding, limit in table["limits"].items()},
            always=table["always"],
            typographic=table["typographic"],
            spelling=table["spelling"],
        )

    def encoding(self, text: str) -> str:
        """`gsm7` when every character is in the alphabet, else `ucs2`."""
        return "gsm7" if self._all.issuperset(text) else "ucs2"

    def width(self, character: str, encoding: str) -> int:
        """Septets (gsm7) or 16-bit units (ucs2) that one character takes."""
        if encoding == "gsm7":
            return 2 if character in self.extension else 1
        return 2 if ord(character) > 0xFFFF else 1

    def length(self, text: str) -> int:
        """Septets or 16-bit units of the whole text, in the encoding it needs."""
        if self.encoding(text) == "gsm7":
            return len(text) + sum(map(text.count, self.extension))
        return len(text.encode("utf-16-le", "surrogatepass")) // 2

    def segments(self, text: str) -> int:
        """Number of SMS the text is sent as; 0 for an empty text.

        A character of two units never straddles two segments: the first one ends a unit early.
        """
        encoding, length = self.encoding(text), self.length(text)
        if length <= self.single[encoding]:
            return 1 if text else 0
        if length == len(text):
            return -(-length // self.part[encoding])
        count, room = 1, self.part[encoding]
        for width in (self.width(character, encoding) for character in text):
            if width > room:
                count, room = count + 1, self.part[encoding]
            room -= width
        return count

    def cleaned(self, pieces: Sequence[Piece]) -> Pieces:
        """The pieces without the characters that never belong in an SMS."""
        return tuple(
            Piece(_swap(piece.text, self._always, self.always), piece.loss, piece.apart) for piece in pieces
        )

    def shortened(self, pieces: Sequence[Piece]) -> str:
        """The SMS text: cleaned, then rewritten only as far as it saves at least one segment.

        Typographic signs give way first; accents only where that saves one segment more.
        No piece is rewritten beyond what it allows (`Piece.loss`).
        """
        clean = self.cleaned(pieces)
        best = plain(clean)
        if self.encoding(best) == "gsm7":
            return best
        for loss in (Loss.TYPOGRAPHIC, Loss.SPELLING):
            candidate = "".join(self._rewritten(piece, loss) for piece in clean)
            if self.segments(candidate) < self.segments(best):
                best = candidate
        return best

    def _rewritten(self, piece: Piece, loss: Loss) -> str:
        text = piece.text
        if piece.loss >= Loss.TYPOGRAPHIC:
            text = _swap(text, self._typographic, self.typographic)
        if min(loss, piece.loss) == Loss.SPELLING:
            text = _swap(text, self._spelling, self.spelling)
        return text

    @cached_property
    def _all(self) -> frozenset[str]:
        return self.basic | self.extension

    @cached_property
    def _always(self) -> re.Pattern[str]:
        return _any_of(self.always)

    @cached_property
    def _typographic(self) -> re.Pattern[str]:
        return _any_of(self.typographic)

    @cached_property
    def _spelling(self) -> re.Pattern[str]:
        return _any_of(self.spelling)


def _any_of(table: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(sign) for sign in sorted(table, key=len, reverse=True)))


def _swap(text: str, pattern: re.Pattern[str], table: Mapping[str, str]) -> str:
    return pattern.sub(lambda found: table[found[0]], text)
