"""An ear for danger that has learnt from examples (`data/lexicons/danger/examples`), beside the rules that state it.

The rules hear what somebody thought of writing down; the ear weighs the pieces of words of a whole message and hears
what nobody thought of. What the rules say is one of the things it weighs. Its weights
(`data/lexicons/danger/learnt.npz`) are made by `make learn`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bot.learnt import weights
from bot.learnt.grams import pieces
from bot.learnt.weights import Weights

FOLDER = Path("lexicons", "danger")
EXAMPLES = FOLDER / "examples"
LEARNT = FOLDER / "learnt.npz"
NONE = "none"
DANGER = "danger"
RULE = "rule"
# The score from which a danger is heard; lower where a rule speaks: what was thought of is not lightly put aside.
# On 650 messages never learnt from (27 November 2026), half of the safe ones made to look like danger: from 0.35 and
# 0.3 on, 191 of 195 dangers and 29 of 455 others were heard; from 0.5 and 0.45 on, 190 and 20.
LIMIT, LIMIT_RULED = weights.score(0.5), weights.score(0.45)
# A clause of which a rule speaks by itself is heard whatever else the message asks (« je dors dehors, quel bus pour
# le 115 ? »): surely enough, for out of its sentence it may mean another thing. From 0.85 on, « je dors dans ma
# voiture depuis 3 semaines » beside a job was not heard; from 0.75 it is, and twelve more of 15,500 ordinary messages
# (28 November 2026).
LIMIT_CLAUSE = weights.score(0.75)
# A long message is listened to in parts: a cry for help in the middle of a life's story is heard too.
PART, STEP = 40, 20


class Ear:
    """Weighs a message. Safe to share between threads."""

    def __init__(self, danger: Weights, kinds: Mapping[str, Weights]) -> None:
        """`danger` weighs danger against none, `kinds` each code against the others."""
        self._danger, self._kinds = danger, dict(kinds)

    @classmethod
    def load(cls, data: Path) -> Ear | None:
        """What was learnt; None where nothing was: the rules then stand alone."""
        arrays = weights.read(data / LEARNT)
        if arrays is None:
            return None
        rows = weights.rows(arrays)
        return cls(rows.pop(DANGER), rows)

    def hear(self, words: Sequence[str], ruled: str | None) -> str | None:
        """The danger the folded words of a message speak of, `ruled` being what the rules say of it."""
        if not words:
            return ruled
        cues = (RULE,) if ruled is not None else ()
        found = [pieces(part) for part in parts(words)]
        best, strongest = max((self._danger.score(one, cues), -index) for index, one in enumerate(found))
        if best < (LIMIT if ruled is None else LIMIT_RULED):
            return None
        return ruled or max(self._kinds, key=lambda kind: self._kinds[kind].score(found[-strongest]))

    def sure(self, words: Sequence[str]) -> bool:
        """Whether a clause of which the rules speak is a danger by itself, whatever stands beside it."""
        return self._danger.score(pieces(words), (RULE,)) >= LIMIT_CLAUSE


def parts(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """A message whole when it is short, else runs of its words that overlap."""
    if len(words) <= PART:
        yield words
        return
    for start in itertools.count(0, STEP):
        yield words[start : start + PART]
        if start + PART >= len(words):
            return
