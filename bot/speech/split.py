"""Cuts a long text into messages where a reader would pause: paragraphs, then sentences, then words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

# Each level keeps its separator at the end of the part before it, so that nothing is lost in the cut.
_BORDERS = (
    re.compile(r"(?<=\n\n)(?!\n)"),
    re.compile(r"(?<=\n)"),
    re.compile(r"(?<=[.!?…؟۔።፧])(?=\s)|(?<=[.!?…؟۔።፧][»\")\u2069])(?=\s)"),
    re.compile(r"(?<=\s)(?=\S)"),
)
_JOINERS = "\u200d\ufe0f"
_MARKS = 8
"""Marks kept with their letter; a longer pile of them is no word of any language."""


def split(text: str, fits: Callable[[str], bool]) -> list[str]:
    """The text as messages that each fit, cut at the strongest border there is, without outer spaces.

    `fits` tells whether a message may be sent; it must hold for a letter with its marks. Words too long for
    a message are cut between characters, never between a letter and its marks.
    """
    return [part for part in (piece.strip() for piece in _packed(text, fits, 0)) if part]


def _packed(text: str, fits: Callable[[str], bool], level: int) -> Iterator[str]:
    """Parts that fit, each as full as its border level allows."""
    if fits(text.strip()):
        yield text
        return
    held = ""
    for unit in _units(text, level):
        if fits((held + unit).strip()):
            held += unit
            continue
        if held:
            yield held
            held = ""
        if fits(unit.strip()) or level == len(_BORDERS):
            held = unit
            continue
        *whole, held = _packed(unit, fits, level + 1)
        yield from whole
    if held:
        yield held


def _units(text: str, level: int) -> list[str]:
    if level < len(_BORDERS):
        return [unit for unit in _BORDERS[level].split(text) if unit]
    units: list[str] = []
    for character in text:
        mark = unicodedata.combining(character) or character in _JOINERS
        if units and mark and len(units[-1]) <= _MARKS:
            units[-1] += character
        else:
            units.append(character)
    return units
