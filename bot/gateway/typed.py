"""What a person typed, made safe to read: normal form, no control or direction marks, never a command."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

MASK = "[…]"
# The joiners are letters' business in Persian, Pashto and Arabic; every other format character goes.
JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class Typed:
    """The cleaned text, whether its end was left out, and what it is made of."""

    text: str
    cut: bool
    made_of: Literal["words", "emoji", "nothing"]


def clean(text: str, limit: int) -> Typed:
    """The text as the rest of the house may read it, of at most `limit` characters.

    Normal form C; control, direction and other invisible characters removed (line ends and tabs become
    spaces); a leading `/` removed, since the engine obeys it as a command.
    """
    # Cut first, with room for what goes away: a giant message must not cost a giant normalisation.
    head = text[: 4 * limit]
    kept = "".join(_kept(char) for char in unicodedata.normalize("NFC", head))
    whole = kept.strip()
    while whole.startswith("/"):
        whole = whole[1:].lstrip()
    return Typed(whole[:limit].rstrip(), len(whole) > limit or len(text) > len(head), _made_of(whole))


def _kept(char: str) -> str:
    category = unicodedata.category(char)
    if char in "\n\t\r\u2028\u2029" or category == "Zs":
        return " " if char != "\n" else "\n"
    if category in ("Cc", "Cs", "Co", "Cn") or (category == "Cf" and char not in JOINERS):
        return ""
    return char


def _made_of(text: str) -> Literal["words", "emoji", "nothing"]:
    categories = {unicodedata.category(char) for char in text if char not in JOINERS}
    if any(category[0] in "LN" for category in categories):
        return "words"
    if "So" in categories or "Sk" in categories:
        return "emoji"
    # A lone « ? » is a question: somebody who does not understand must be heard.
    return "words" if any(category[0] in "PS" for category in categories) else "nothing"


def masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with each (start, end) span replaced by `[…]`; overlapping spans count as one."""
    out: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if end <= at:
            continue
        if start >= at:
            out += [text[at:start], MASK]
        at = end
    return "".join([*out, text[at:]])
