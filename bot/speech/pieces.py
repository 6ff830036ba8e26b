"""A sentence in the making: pieces of text that remember where they come from.

Where a piece comes from decides what may be done to it: the catalogue's own words may lose an accent
to save an SMS segment, a place name or a person's words may not; what runs against the sentence's
direction is isolated where the channel can show it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

LEFT_TO_RIGHT_ISOLATE, RIGHT_TO_LEFT_ISOLATE, POP_ISOLATE = "\u2066", "\u2067", "\u2069"
_ADDRESS = re.compile(r"://|@|www\.")
_SPACES = re.compile(r"[ \t]{2,}")
_SPACE_BORDER = re.compile(r"[ \t]+(?=\n|$)|(?<=\n)[ \t]+")


class Loss(IntEnum):
    """How far a piece may be rewritten to save an SMS segment."""

    NONE = 0
    TYPOGRAPHIC = 1
    SPELLING = 2


@dataclass(frozen=True)
class Piece:
    """Some text, what it may lose in an SMS, and whether it is a foreign body to set apart."""

    text: str
    loss: Loss = Loss.SPELLING
    apart: bool = False


Pieces = tuple[Piece, ...]


def given(text: str) -> Pieces:
    """A place, a link, a number: kept as they are, set apart where directions differ."""
    return (Piece(text, Loss.NONE, apart=True),) if text else ()


def cited(text: str) -> Pieces:
    """A service's name, a source's or a person's words: set apart; signs may be redrawn in an SMS, letters not.

    What holds an address is kept to the sign.
    """
    return (
        (Piece(text, Loss.NONE if _ADDRESS.search(text) else Loss.TYPOGRAPHIC, apart=True),) if text else ()
    )


def quoted(pieces: Iterable[Piece]) -> Pieces:
    """A passage in another language as one foreign body: set apart piece by piece, its words would change places."""
    parts = tuple(pieces)
    if not parts:
        return ()
    return (Piece(plain(parts), min(piece.loss for piece in parts), apart=True),)


def words(text: str) -> Pieces:
    """Words of a catalogue or of the language's own formats."""
    return (Piece(text),) if text else ()


def direction(text: str) -> str | None:
    """`ltr` or `rtl` after the first letter that has a direction; None when no letter has one."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            return "ltr"
        if kind in ("R", "AL"):
            return "rtl"
    return None


def plain(pieces: Iterable[Piece]) -> str:
    """The text as it stands, without any mark added."""
    return "".join(piece.text for piece in pieces)


def isolated(pieces: Iterable[Piece], around: str) -> str:
    """The text for a screen: pieces that run against `around` (`ltr` or `rtl`) are set in isolates.

    Digits and signs alone (a phone number in groups) run from left to right, so that they need an
    isolate inside right-to-left text although no letter of theirs has a direction.
    """
    out: list[str] = []
    for piece in pieces:
        own = direction(piece.text) or "ltr"
        if piece.apart and own != around:
            opening = LEFT_TO_RIGHT_ISOLATE if own == "ltr" else RIGHT_TO_LEFT_ISOLATE
            out.append(f"{opening}{piece.text}{POP_ISOLATE}")
        else:
            out.append(piece.text)
    return "".join(out)


def tidied(pieces: Iterable[Piece]) -> Pieces:
    """The same pieces without the doubled or trailing spaces that an omitted value leaves behind."""
    out: list[Piece] = []
    for piece in pieces:
        text = piece.text
        if not piece.apart:
            text = _SPACES.sub(" ", text)
            if text.startswith(" ") and (not out or out[-1].text.endswith((" ", "\n"))):
                text = text[1:]
        if text:
            out.append(Piece(text, piece.loss, piece.apart))
    if out and not out[-1].apart:
        last = out[-1]
        out[-1] = Piece(_SPACE_BORDER.sub("", last.text), last.loss)
    return tuple(out)
