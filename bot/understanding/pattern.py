"""A pattern of a lexicon: its expression over a stream, the words it needs, what a match captured."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bot.understanding.expressions import compiled
from bot.understanding.gaps import crosses
from bot.understanding.pieces import Needs, Piece

_GROUP = re.compile(r"\(\?P<([a-z0-9]+)>")


@dataclass
class Pattern:
    """One pattern, compiled when a message first holds one of its anchors."""

    source: str
    piece: Piece
    bare: bool = False  # no look for a negation around it: it began with `!`, or says no itself

    @property
    def needs(self) -> Needs:
        """Sets of words (or stems with `*`): of each, every match holds one or more. None of them: no such word."""
        return self.piece.needs

    def forget(self) -> None:
        """Let go of what is only looked at while a lexicon is read: its index knows the needs, a third of it all."""
        self.piece = Piece(self.piece.source, (), None)

    @cached_property
    def crosses(self) -> bool:
        """Whether a match may hold the border between two clauses."""
        return crosses(self.piece.source)

    @property
    def regular(self) -> str:
        """The expression over a stream, as `re` reads it; a capture written twice becomes `n_1`, `n_2`."""
        count = itertools.count(1)
        source = _GROUP.sub(lambda found: f"(?P<{found.group(1)}_{next(count)}>", self.piece.source)
        return source + r"(?= |$)"

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """The same, compiled."""
        return compiled(self.regular)

    def finditer(self, stream: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Every match in a stream, or between two of its characters, left to right, not overlapping."""
        return self.expression.finditer(stream, start, end)


def captured(match: re.Match[str]) -> list[tuple[str, str, int, int]]:
    """What a match captured: name, words, start, end in the stream; the first one where there are several."""
    out: list[tuple[str, str, int, int]] = []
    if not match.re.groups:
        return out
    seen = set()
    for name, words in match.groupdict().items():
        short = name.rpartition("_")[0]
        if words is not None and short not in seen:
            seen.add(short)
            out.append((short, words.strip(), match.start(name) + 1, match.end(name)))
    return out
