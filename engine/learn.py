"""`python -m engine.learn`: how good the weights of the ears for danger and for roles are, by five-fold
cross-validation of the examples they are made of; the last line printed is one JSON object. With `--write` it makes
them of all examples instead, and writes the files that the application reads.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy
from scipy.sparse import vstack
from sklearn.model_selection import StratifiedKFold

from bot.learnt import weights
from bot.learnt.grams import SIZE, pieces
from bot.understanding.ear import DANGER, EXAMPLES, LEARNT, NONE, RULE
from bot.understanding.reader import Understanding
from engine.regression import learn, table
from engine.roles import roles
from engine.threshold import ROOT
from engine.threshold import examples as intents

DATA = ROOT / "data"
# The higher, the closer the weights follow the examples.
C = 100.0
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def crossed(matrix: Any, yes: Any, sides: Any, beside: Any) -> Any:
    """The chance of each row by weights made without it; `beside` are further rows that are never `yes`."""
    chance = numpy.zeros(matrix.shape[0])
    for train, test in StratifiedKFold(5, shuffle=True, random_state=7).split(matrix, sides):
        row, offset = learn(*joined(matrix[train], yes[train], beside), C)
        chance[test] = 1.0 / (1.0 + numpy.exp(-(matrix[test] @ row + offset)))
    return chance


def joined(matrix: Any, yes: Any, beside: Any) -> tuple[Any, Any]:
    """Rows with those beside them, which are no."""
    no = numpy.zeros(beside.shape[0], dtype=bool)
    return vstack([matrix, beside]).tocsr(), numpy.concatenate([yes, no])


def curve(chance: Any, yes: Any) -> dict[str, list[float]]:
    """For each share of certainty: how many of the one side are above it, and how many of the other."""
    found = {
        str(share): [round(float((chance[side] > share).mean()), 3) for side in (yes, ~yes)]
        for share in SHARES
    }
    for share, (right, wrong) in found.items():
        print(f"above {share}: {right} of what is, {wrong} of what is not", file=sys.stderr)
    return found


def messages(understanding: Understanding, texts: Iterable[str]) -> Any:
    """A row a text: its pieces, and in the last column whether a rule speaks."""
    return table(
        (
            (
                pieces(understanding.plain_words(text)),
                {0: float(understanding.ruled_danger(text) is not None)},
            )
            for text in texts
        ),
        1,
    )


def danger(write: bool) -> dict[str, Any]:
    """Messages of danger, and what only looks like one; what people ask for in `data/nlu` is none."""
    understanding = Understanding.load(DATA)

    examples = weights.lines(DATA / EXAMPLES)
    sides = numpy.array([one.side for one in examples])
    rows = messages(understanding, (one.text for one in examples))
    ordinary = messages(understanding, intents()[0])
    yes = sides != NONE
    figures: dict[str, Any] = {"examples": len(examples)}
    if not write:
        figures["curve"] = curve(crossed(rows, yes, sides, ordinary), yes)
    else:
        made = {DANGER: learn(*joined(rows, yes, ordinary), C)}
        words = rows[yes][:, :SIZE]
        made |= {kind: learn(words, sides[yes] == kind, C) for kind in sorted(set(sides) - {NONE})}
        _write(examples, made)
    return figures


def _write(examples: Sequence[weights.Line], made: Mapping[str, tuple[Any, float]]) -> None:
    arrays: dict[str, Any] = {}
    for name, (row, offset) in made.items():
        arrays |= weights.packed(name, row, offset, {RULE: float(row[SIZE])} if name == DANGER else {})
    weights.write(DATA / LEARNT, examples, arrays)


def main() -> None:
    """Learn and tell how well."""
    asked = argparse.ArgumentParser(prog="python -m engine.learn", description=__doc__)
    asked.add_argument("--write", action="store_true", help="make and write what the application reads")
    write = asked.parse_args().write
    print(json.dumps({"danger": danger(write), "roles": roles(DATA, write)}))


if __name__ == "__main__":
    main()
