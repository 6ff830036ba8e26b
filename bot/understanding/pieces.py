"""The parts that patterns are put together from: expressions, the words they need, and what denies in them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WEIGHT_COMMON = 400  # an anchor of two letters is in nearly every message
# How many needs of a pattern are looked at. Of 2 300 patterns some 435 were tried on a message of 200 characters with
# one, 218 with two, 178 with three: it is read in 0.91 of the time of two, since words met before are seldom looked up
# again. Five save nothing more (27 November 2026).
MOST_NEEDS = 3

Needs = tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Piece:
    """A part of a pattern: its expression, and what every match holds: of each of its `needs`, one word or more.

    A need is a set of words (or stems with `*`), the rarest need first; none when no word must be there.
    `denying` is the expression of the matches that must hold a word of negation, `plain` that of the others,
    each None when there are none; what may be missing is plain.
    """

    source: str
    needs: Needs
    plain: str | None
    denying: str | None = None


def unmarked(source: str, anchors: frozenset[str] | None = None) -> Piece:
    """A piece in which no word denies."""
    return Piece(source, (anchors,) if anchors else (), source)


def other_way(source: str, word: str, denies: bool) -> Piece:
    """What a word is written as besides: it denies as the word does (« san » for « sans »)."""
    return Piece(source, (frozenset([word]),), None if denies else source, source if denies else None)


def either(options: Sequence[Piece]) -> Piece:
    """One of several pieces."""
    if len(options) == 1:
        return options[0]
    return Piece(
        any_of([option.source for option in options]) or "",
        _shared([option.needs for option in options]),
        any_of([option.plain for option in options]),
        any_of([option.denying for option in options]),
    )


def _shared(options: Sequence[Needs]) -> Needs:
    """What a match of any of several pieces holds: the rarest of one or the rarest of another, and so on."""
    if not all(options):
        return ()
    return rarest(
        frozenset().union(*(needs[min(rank, len(needs) - 1)] for needs in options))
        for rank in range(max(map(len, options)))
    )


def rarest(needs: Iterable[frozenset[str]]) -> Needs:
    """The needs worth looking at."""
    return tuple(sorted(dict.fromkeys(needs), key=weight)[:MOST_NEEDS])


def any_of(sources: Sequence[str | None]) -> str | None:
    """The expression of one of these, None when there is none."""
    kept = [source for source in sources if source is not None]
    return "(?:" + "|".join(kept) + ")" if kept else None


def sequence(pieces: Sequence[Piece]) -> Piece:
    """Pieces one after the other; the rarest words anchor them."""
    if len(pieces) == 1:
        return pieces[0]
    sources, plain = [piece.source for piece in pieces], [piece.plain for piece in pieces]
    return Piece(
        "".join(sources),
        rarest(need for piece in pieces for need in piece.needs),
        None if None in plain else "".join(filter(None, plain)),
        any_of(
            [
                "".join([*sources[:rank], piece.denying, *sources[rank + 1 :]])
                for rank, piece in enumerate(pieces)
                if piece.denying is not None
            ]
        ),
    )


@functools.lru_cache(maxsize=4096)
def weight(anchors: frozenset[str]) -> int:
    """How often some of these words will be met, in no unit: short words are common."""
    return sum(1 + WEIGHT_COMMON // (len(word.strip("*")) ** 3) for word in anchors)
