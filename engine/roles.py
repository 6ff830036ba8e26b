"""The weights of the ear for the part that a place plays: a row for each part, against the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from bot.learnt import weights
from bot.learnt.grams import SIZE
from bot.understanding.role_examples import place
from bot.understanding.roles import EXAMPLES, LEARNT, pieces

# The higher, the closer the weights follow the examples.
C = 30.0


def roles(data: Path, write: bool) -> dict[str, Any]:
    """How many examples there are and which share of them is heard right by weights made without it; with `write` the
    file that is read instead."""
    examples = weights.lines(data / EXAMPLES)
    sides = numpy.array([one.side for one in examples])
    matrix = _table([one.text for one in examples])
    figures: dict[str, Any] = {"examples": len(examples)}
    if write:
        rows = {name: _learn(matrix, sides == name) for name in sorted(set(sides))}
        arrays: dict[str, Any] = {}
        for name, (row, offset) in rows.items():
            arrays |= weights.packed(name, row, offset, {})
        weights.write(data / LEARNT, examples, arrays)
        return figures
    # The two lines of one place stay together.
    groups = [one.text.split(" ", 3)[-1] for one in examples]
    right = numpy.zeros(len(examples), dtype=bool)
    for train, test in GroupKFold(5).split(matrix, sides, groups):
        rows = {name: _learn(matrix[train], sides[train] == name) for name in sorted(set(sides))}
        scores = numpy.stack([matrix[test] @ row + offset for row, offset in rows.values()])
        right[test] = numpy.array(list(rows))[scores.argmax(0)] == sides[test]
    for name in sorted(set(sides)):
        figures[name] = round(float(right[sides == name].mean()), 3)
    return figures


def _learn(matrix: Any, yes: Any) -> tuple[Any, float]:
    model = LogisticRegression(C=C, max_iter=300, solver="liblinear", random_state=7).fit(matrix, yes)
    return model.coef_[0], float(model.intercept_[0])


def _table(texts: list[str]) -> Any:
    ends, index, values = [0], [], []
    for text in texts:
        found = pieces(place(text))
        index += found.numbers.tolist()
        values += found.weights.tolist()
        ends.append(len(index))
    return csr_matrix((values, index, ends), shape=(len(texts), SIZE))
