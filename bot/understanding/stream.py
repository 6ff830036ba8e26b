"""A message as one lexicon spells it: the string patterns run on, and the way back to the original."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from bot.understanding.index import REMEMBERED, Index, Rule
from bot.understanding.lexicon import Lexicon
from bot.understanding.pattern import Pattern, captured
from bot.understanding.script import script_of
from bot.understanding.text import BORDER, Token, split_digits
from bot.understanding.vocabulary import TWICE

MAX_TOKENS = 500  # bounds the work on pasted documents
MAX_GLUED = 2  # particles before one word: « وبالسيارة »
LEAST_GLUED = 4


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

    def candidates(self, index: Index) -> list[Candidate]:
        """What is worth trying of an index, in its order."""
        clauses, entries = self._clauses, index.entries
        return [
            Candidate(*entries[number], [(clauses[first][0], clauses[end - 1][1]) for first, end in runs])
            for number, runs in index.where([words for _, _, words in clauses])
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


def read_stream(raw: Sequence[Token], lexicon: Lexicon, known: frozenset[str] = frozenset()) -> Stream:
    """The stream of a message's raw tokens for one lexicon.

    Spelling lists see whole chunks; glued particles are split off words that are then known; words of
    six letters or more one slip away from the lexicon's vocabulary are read as the word meant. `known`
    holds words never to mend (names of places).
    """
    out: list[Token] = []
    for rank, chunk in enumerate(raw):
        if len(out) >= MAX_TOKENS:
            break
        text, start, end = chunk
        follows = raw[rank + 1].text if rank + 1 < len(raw) else ""
        inside = lexicon.script != "latin" and rank and follows in known and raw[rank - 1].text in known
        if inside and script_of(text) == "latin":  # « la » of « Saint-Pierre-la-Cour » is no « لا »
            out.append(chunk)
            continue
        parts = spelt(chunk, lexicon, known)
        if not parts or (len(parts) > 1 and parts[0].text == text and parts[1].text == follows):
            out.append(chunk)  # « c'est » is written out already
        elif len(parts) == 1:
            out.append(Token(parts[0].text, start, end))
        else:
            out.extend(Token(part.text, start + part.start, start + part.end) for part in parts)
    out = lexicon.numerals.composed(out)
    if lexicon.borders.isdisjoint([token.text for token in out]):
        return Stream(out, lexicon.sparing)
    parted: list[Token] = []
    for token in out:
        if token.text in lexicon.borders and parted and parted[-1].text != BORDER:
            parted.append(Token(BORDER, token.start, token.start))
        parted.append(token)
    return Stream(parted, lexicon.sparing)


def spelt(chunk: Token, lexicon: Lexicon, known: frozenset[str]) -> tuple[Token, ...]:
    """One chunk as the lexicon spells it, remembered; spans are relative to the chunk. Empty: as it stands."""
    key = met_as(chunk)
    parts = lexicon.memory.get(key)
    if parts is None:
        whole = Token(chunk.text, 0, chunk.end - chunk.start)
        parts = tuple(_parts(whole, lexicon, known))
        if parts == (whole,):
            parts = ()
        if len(lexicon.memory) >= REMEMBERED:
            lexicon.memory.clear()
        lexicon.memory[key] = parts
    return parts


def met_as(chunk: Token) -> str | tuple[str, int]:
    """What a chunk is remembered by: its text, and its length in the message where that differs."""
    text, start, end = chunk
    return text if len(text) == end - start else (text, end - start)


def _parts(chunk: Token, lexicon: Lexicon, known: frozenset[str]) -> Iterator[Token]:
    """One chunk as the lexicon spells it; spans are relative to the chunk."""
    spelled = lexicon.spelling.get(chunk.text)
    if spelled is not None:
        yield from (Token(word, chunk.start, chunk.end) for word in spelled)
        return
    for token in split_digits(chunk):
        word = token.text
        spelled = lexicon.spelling.get(word)
        if spelled is not None:
            yield from (Token(part, token.start, token.end) for part in spelled)
        elif word in known or not word.isalpha() or lexicon.knows(word) or word in lexicon.foreign:
            yield token
        else:
            yield from _mended(token, lexicon, known)


def _mended(token: Token, lexicon: Lexicon, known: frozenset[str]) -> list[Token]:
    word, vocabulary = token.text, lexicon.vocabulary
    size = token.end - token.start
    if (glued := _unglued(word, lexicon, known)) is not None:
        head, rest = glued
        cut = token.start + min(len(word) - len(rest), size)
        parts = lexicon.spelling.get(rest, (rest,))
        return [
            *(Token(part, token.start, cut) for part in head),
            *(Token(part, cut, token.end) for part in parts),
        ]
    for suffix, spelt in lexicon.suffixes:
        rest = word[: -len(suffix)]
        if word.endswith(suffix) and len(rest) >= 3 and (lexicon.knows(rest) or rest in known):
            cut = token.end - min(len(suffix), size)
            parts = lexicon.spelling.get(rest, (rest,))
            return [*(Token(part, token.start, cut) for part in parts), Token(spelt, cut, token.end)]
    squeezed = TWICE.sub(r"\1", word)
    if squeezed != word and squeezed in vocabulary:
        return [token._replace(text=squeezed)]
    if (doubled := lexicon.doubled.get(word)) is not None:
        return [token._replace(text=doubled)]
    if (meant := lexicon.heard_as(word)) is not None:
        return [token._replace(text=meant)]
    for prefix, spelt in lexicon.prefixes:
        rest = word[len(prefix) :]
        if word.startswith(prefix) and (meant := lexicon.heard_as(rest)) is not None:
            cut = token.start + min(len(prefix), size)
            return [Token(spelt, token.start, cut), Token(meant, cut, token.end)]
    meant = lexicon.one_slip_from(word)
    return [token if meant is None else token._replace(text=meant)]


def _unglued(
    word: str, lexicon: Lexicon, known: frozenset[str], deep: int = MAX_GLUED
) -> tuple[list[str], str] | None:
    """The particles glued before a known word, as patterns spell them, and that word: the longest one known."""
    for prefix, spelt in reversed(lexicon.prefixes):
        rest = word[len(prefix) :]
        if word.startswith(prefix) and len(rest) >= 2 and (lexicon.knows(rest) or rest in known):
            return [spelt] if spelt else [], rest
    if deep > 1:
        for prefix, spelt in reversed(lexicon.prefixes):
            rest = word[len(prefix) :]
            if word.startswith(prefix) and len(rest) >= LEAST_GLUED:
                inner = _unglued(rest, lexicon, known, deep - 1)
                if inner is not None:
                    return [*([spelt] if spelt else []), *inner[0]], inner[1]
    return None
