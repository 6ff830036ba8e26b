"""A message as the string that patterns run on, what they find in it, and the way back to the original."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from bot.understanding.index import Index, Meeting, Rule
from bot.understanding.pattern import Pattern, captured
from bot.understanding.text import BORDER, Token


class Hit(NamedTuple):
    """One match of a rule: tokens [start, end) of the stream and what was captured (words, start, end)."""

    rule: Rule
    pattern: Pattern
    start: int
    end: int
    groups: Mapping[str, tuple[str, int, int]] = MappingProxyType({})

    def overlaps(self, start: int, end: int) -> bool:
        """Whether it shares a token with [start, end)."""
        return self.start < end and start < self.end


class Candidate(NamedTuple):
    """A pattern of a rule that may match, and where in the stream's string: from one character to another."""

    rule: Rule
    pattern: Pattern
    spans: Sequence[tuple[int, int]]


class Stream:
    """Tokens as words of one lexicon, and the string its patterns run on. `sparing`: the patterns of all `unless`."""

    def __init__(self, tokens: Sequence[Token], sparing: Index) -> None:
        self.tokens = list(tokens)
        self.string = "".join([" " + token.text for token in self.tokens])
        self._sparing = sparing
        self._spared: dict[int, list[Hit]] = {}
        self._meetings: dict[int, Meeting] = {}  # by the index met, which outlives the stream

    @cached_property
    def _places(self) -> dict[int, int]:
        """Positions between the words of the string → the rank of the token that begins there, or would."""
        places: dict[int, int] = {}
        at = 0
        for rank, token in enumerate(self.tokens):
            places[at] = rank
            at += 1 + len(token.text)
        places[at] = len(self.tokens)
        return places

    def __len__(self) -> int:
        return len(self.tokens)

    def candidates(self, index: Index, within: int | None = None) -> list[Candidate]:
        """What is worth trying of an index, in its order; `within`: only of these entries (see `Index.that`)."""
        clauses, entries = self._clauses, index.entries
        meeting = self._meetings.get(id(index))
        if meeting is None:
            meeting = self._meetings[id(index)] = index.meeting([words for _, _, words in clauses])
        return [
            Candidate(*entries[number], [(clauses[first][0], clauses[end - 1][1]) for first, end in runs])
            for number, runs in index.listed(meeting, within)
        ]

    def hits(self, candidates: Iterable[Candidate]) -> list[Hit]:
        """Every match of the candidates, in their order."""
        out = []
        string = self.string
        for rule, pattern, spans in candidates:
            for start, end in spans:
                for match in pattern.finditer(string, start, end):
                    hit = self._hit(rule, pattern, match)
                    if hit is not None:
                        out.append(hit)
        return out

    def _hit(self, rule: Rule, pattern: Pattern, match: re.Match[str]) -> Hit | None:
        """The tokens of a match; None where it cuts one."""
        places = self._places
        start, end = places.get(match.start()), places.get(match.end())
        if start is None or end is None or end <= start:
            return None
        if not pattern.expression.groups:
            return Hit(rule, pattern, start, end)
        groups = {name: (words, places[a - 1], places[b]) for name, words, a, b in captured(match)}
        return Hit(rule, pattern, start, end, groups)

    @cached_property
    def _clauses(self) -> list[tuple[int, int, list[str]]]:
        """Where each clause begins and ends in the string, and its words."""
        out = []
        at = 0
        words: list[str] = []
        begun = 0
        for token in self.tokens:
            end = at + 1 + len(token.text)
            if token.text == BORDER:
                out.append((begun, at, words))
                begun, words = end, []
            else:
                words.append(token.text)
                if token.text[0] == "§":  # a replaced mention also answers to its kind (`§p`, `§t`, `§d`)
                    words.append(token.text[:2])
            at = end
        out.append((begun, at, words))
        return out

    def at(self, start: int, end: int) -> tuple[int | None, int | None]:
        """The tokens [start, end) that a match [start, end) of the string stands for; None where it cuts one."""
        return self._places.get(start), self._places.get(end)

    def token_at(self, position: int) -> int:
        """The first token that ends after a character of the message."""
        return next((i for i, t in enumerate(self.tokens) if t.end > position), len(self.tokens))

    def spares(self, hit: Hit) -> bool:
        """Whether words that its rule names under `unless` overlap a hit."""
        unless = hit.rule.unless
        if not unless:
            return False
        spared = self._spared.get(id(unless))
        if spared is None:
            tried = [one for one in self._may_spare if one.rule.unless is unless]
            spared = self._spared[id(unless)] = self.hits(tried)
        return any(hit.overlaps(other.start, other.end) for other in spared)

    @cached_property
    def _may_spare(self) -> list[Candidate]:
        return self.candidates(self._sparing)

    def clause(self, index: int) -> tuple[int, int]:
        """The tokens [start, end) of the clause around a token, borders left out."""
        borders = self._borders
        rank = bisect_left(borders, index)
        if rank < len(borders) and borders[rank] == index:  # a border is its own clause's end
            return (borders[rank - 1] + 1 if rank else 0), index
        return (borders[rank - 1] + 1 if rank else 0), (borders[rank] if rank < len(borders) else len(self))

    @cached_property
    def _borders(self) -> list[int]:
        return [rank for rank, token in enumerate(self.tokens) if token.text == BORDER]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the message that tokens [start, end) were read from."""
        inside = [t for t in self.tokens[start:end] if t.text != BORDER]
        if not inside:
            inside = self.tokens[start:end]
        return min(t.start for t in inside), max(t.end for t in inside)

    def replaced(self, mentions: Sequence[tuple[int, int, str]]) -> Stream:
        """This stream with tokens [start, end) of each mention replaced by one mark such as `§p0`."""
        out: list[Token] = []
        at = 0
        for start, end, mark in sorted(mentions):
            if start < at:
                continue
            out.extend(self.tokens[at:start])
            first, last = self.span(start, end)
            out.append(Token(mark, first, last))
            at = end
        out.extend(self.tokens[at:])
        return Stream(out, self._sparing)
