"""An ear for conditions that has learnt from sentences (`data/tamis/examples`), beside the rules that read them.

The rules find which statuses, ages, places a sentence asks for; whether a sentence asks for anything at all is said in
more ways than anybody can write down. The ear weighs the pieces of its words, the field it stands in and what the
rules made of it. Its weights (`data/tamis/learnt.npz`) are made by `make learn`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from bot.learnt import weights
from bot.learnt.grams import pieces
from bot.learnt.weights import Weights
from bot.tamis.combine import Statement
from bot.tamis.criteria import Full, Season, Stated, Validity, atoms
from bot.tamis.unread import is_unread

EXAMPLES = Path("tamis", "examples")
LEARNT = Path("tamis", "learnt.npz")
FULL = Stated("other", "complet")
_WORD = re.compile(r"[a-z]+|\d+|[€%?!:]")
_LONGEST_NUMBER = 4


class Side(StrEnum):
    """What a sentence does."""

    RESTRICTS = "restricts"
    SHUT = "shut"
    INFORMS = "informs"


class Read(StrEnum):
    """What the rules made of a sentence."""

    NOTHING = "nothing"
    WELCOME = "welcome"
    UNREAD = "unread"
    PARTLY = "partly"
    WHOLE = "whole"
    FULL = "full"
    SHUT = "shut"


class Ear:
    """Weighs a sentence. Safe to share between threads."""

    def __init__(self, rows: Mapping[Side, Weights]) -> None:
        """`rows` weigh each side against the others."""
        self._rows = dict(rows)

    @classmethod
    def load(cls, data: Path) -> Ear | None:
        """What was learnt; None where nothing was: the rules then stand alone."""
        arrays = weights.read(data / LEARNT)
        return None if arrays is None else cls({side: weights.unpacked(side, arrays) for side in Side})

    def hear(self, folded: str, field: str, read: Read) -> dict[Side, float]:
        """How much speaks for each side (0: as likely as not) of a folded sentence of this field."""
        found = pieces(words_of(folded))
        cues = cues_of(field, read)
        return {side: row.score(found, cues) for side, row in self._rows.items()}


def words_of(folded: str) -> list[str]:
    """The words of a folded sentence to learn from: of a number its length, of marks those that tell."""
    return [
        "9" * min(len(word), _LONGEST_NUMBER) if word[0].isdigit() else word for word in _WORD.findall(folded)
    ]


def cues_of(field: str, read: Read) -> tuple[str, str]:
    """What else is weighed: the field a sentence stands in, what the rules made of it there."""
    return field, f"{field} {read}"


def read_of(statement: Statement | None, welcome: bool) -> Read:
    """What the rules made of a sentence."""
    if statement is None:
        return Read.WELCOME if welcome else Read.NOTHING
    found = list(atoms(statement.expression))
    if any(isinstance(atom, Full | Validity | Season) for atom in found):
        return Read.SHUT
    if statement.expression == FULL:
        return Read.FULL
    if is_unread(statement.expression):
        return Read.UNREAD
    left = any(isinstance(atom, Stated) and atom.field == "other" for atom in found)
    return Read.PARTLY if left else Read.WHOLE
