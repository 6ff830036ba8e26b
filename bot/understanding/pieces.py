"""The parts that patterns are put together from: expressions, the words they need, and what denies in them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

WEIGHT_COMMON = 400  # an anchor of two letters is in nearly every message


@dataclass(frozen=True)
class Piece:
    """A part of a pattern: its expression, and words one of which must be there (None: no such word).

    `denying` is the expression of the matches that must hold a word of negation, `plain` that of the others,
    each None when there are none; what may be missing is plain.
    """

    source: str
    anchors: frozenset[str] | None
    plain: str | None
    denying: str | None = None


def unmarked(source: str, anchors: frozenset[str] | None = None) -> Piece:
    """A piece in which no word denies."""
    return Piece(source, anchors, source)


def other_way(source: str, word: str, denies: bool) -> Piece:
    """What a word is written as besides: it denies as the word does (« san » for « sans »)."""
    return Piece(source, frozenset([word]), None if denies else source, source if denies else None)


def either(options: Sequence[Piece]) -> Piece:
    """One of several pieces."""
    if len(options) == 1:
        return options[0]
    anchors: frozenset[str] | None = frozenset()
    for option in options:
        anchors = None if anchors is None or option.anchors is None else anchors | option.anchors
    return Piece(
        any_of([option.source for option in options]) or "",
        anchors,
        any_of([option.plain for option in options]),
        any_of([option.denying for option in options]),
    )


def any_of(sources: Sequence[str | None]) -> str | None:
    """The expression of one of these, None when there is none."""
    kept = [source for source in sources if source is not None]
    return "(?:" + "|".join(kept) + ")" if kept else None


def sequence(pieces: Sequence[Piece]) -> Piece:
    """Pieces one after the other; the rarest words anchor them."""
    if len(pieces) == 1:
        return pieces[0]
    anchored = [piece.anchors for piece in pieces if piece.anchors]
    sources, plain = [piece.source for piece in pieces], [piece.plain for piece in pieces]
    return Piece(
        "".join(sources),
        min(anchored, key=weight) if anchored else None,
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
