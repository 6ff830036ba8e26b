"""The weights of the ear for the part that a place plays: a row for each part, against the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
from sklearn.model_selection import GroupKFold

from bot.learnt import weights
from bot.understanding.role_examples import place
from bot.understanding.roles import EXAMPLES, LEARNT, pieces
from engine.regression import learn, table

# The higher, the closer the weights follow the examples.
C = 10.0


def roles(data: Path, write: bool) -> dict[str, Any]:
    """How many examples there are and which share of them is heard right by weights made without it; with `write` the
    file that is read instead."""
    examples = weights.lines(data / EXAMPLES)
    sides = numpy.array([one.side for one in examples])
    matrix = table((pieces(place(one.text)), {}) for one in examples)
    figures: dict[str, Any] = {"examples": len(examples)}
    if write:
        rows = {name: learn(matrix, sides == name, C) for name in sorted(set(sides))}
        arrays: dict[str, Any] = {}
        for name, (row, offset) in rows.items():
            arrays |= weights.packed(name, row, offset, {})
        weights.write(data / LEARNT, examples, arrays)
        return figures
    # The two lines of one place stay together.
    groups = [one.text.split(" ", 3)[-1] for one in examples]
    right = numpy.zeros(len(examples), dtype=bool)
    for train, test in GroupKFold(5).split(matrix, sides, groups):
        rows = {name: learn(matrix[train], sides[train] == name, C) for name in sorted(set(sides))}
        scores = numpy.stack([matrix[test] @ row + offset for row, offset in rows.values()])
        right[test] = numpy.array(list(rows))[scores.argmax(0)] == sides[test]
    for name in sorted(set(sides)):
        figures[name] = round(float(right[sides == name].mean()), 3)
    return figures
