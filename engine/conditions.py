"""`python -m engine.conditions [--write]`: the weights of the ear for conditions, made of `bot.tamis.examples`' lines.

Reads them from standard input. Prints what cross-validation by file says (nearly each file is by another writer),
last line one JSON object; with `--write` it learns from all examples and writes the file that the application reads.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy
from sklearn.model_selection import GroupKFold

from bot.learnt import weights
from bot.learnt.grams import SIZE, pieces
from engine.regression import learn, table
from engine.threshold import ROOT

DATA = ROOT / "data"
# As `bot.tamis.ear` names them: that room needs the application's Python and spaCy.
SIDES = ("restricts", "shut", "informs")
EXAMPLES, LEARNT = DATA / "tamis" / "examples", DATA / "tamis" / "learnt.npz"
# The higher, the closer the weights follow the examples.
CLOSENESS = 10.0
FOLDS = 3


def sentences(examples: Sequence[Mapping[str, Any]], cues: Sequence[str]) -> Any:
    """A row an example: its pieces, then a column a cue."""
    column = {cue: number for number, cue in enumerate(cues)}
    return table(
        ((pieces(one["words"]), {column[cue]: 1.0 for cue in one["cues"]}) for one in examples), len(cues)
    )


def crossed(rows: Any, sides: Any, files: Any) -> dict[str, Any]:
    """How many of each side are heard as which, by weights that know nothing of their writers."""
    found = numpy.empty(len(sides), dtype=object)
    for train, test in GroupKFold(FOLDS).split(rows, sides, files):
        scores = []
        for side in SIDES:
            row, offset = learn(rows[train], sides[train] == side, CLOSENESS)
            scores.append(rows[test] @ row + offset)
        found[test] = numpy.array(SIDES, dtype=object)[numpy.argmax(scores, axis=0)]
    heard = {
        side: {other: int(((sides == side) & (found == other)).sum()) for other in SIDES} for side in SIDES
    }
    return {"right": round(float((found == sides).mean()), 4), "heard": heard}


def main() -> None:
    """Learn and tell how well."""
    asked = argparse.ArgumentParser(prog="python -m engine.conditions", description=__doc__)
    asked.add_argument("--write", action="store_true", help="write what the application reads")
    write = asked.parse_args().write
    examples = [json.loads(line) for line in sys.stdin]
    cues = sorted({cue for example in examples for cue in example["cues"]})
    rows = sentences(examples, cues)
    sides = numpy.array([example["side"] for example in examples], dtype=object)
    files = numpy.array([example["file"] for example in examples], dtype=object)
    figures = {"sentences": len(examples), **crossed(rows, sides, files)}
    if write:
        arrays: dict[str, Any] = {}
        for side in SIDES:
            row, offset = learn(rows, sides == side, CLOSENESS)
            arrays |= weights.packed(side, row, offset, dict(zip(cues, row[SIZE:].tolist(), strict=True)))
        weights.write(LEARNT, weights.lines(EXAMPLES), arrays)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
