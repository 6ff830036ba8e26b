"""Logistic regression on pieces of words, each counting as much as it tells the two sides apart (Wang and Manning,
"Baselines and Bigrams", 2012)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from bot.learnt.grams import SIZE, Pieces


def table(examples: Iterable[tuple[Pieces, Mapping[int, float]]], cues: int = 0) -> Any:
    """A row an example: its pieces, then a column for each of so many cues; of these each example tells those it has,
    by their number."""
    ends, index, values = [0], [], []
    for found, told in examples:
        index += [*found.numbers.tolist(), *(SIZE + cue for cue in told)]
        values += [*found.weights.tolist(), *told.values()]
        ends.append(len(index))
    return csr_matrix((values, index, ends), shape=(len(ends) - 1, SIZE + cues))


def learn(matrix: Any, yes: Any, closeness: float) -> tuple[Any, float]:
    """A weight for each column, and what is added; the higher `closeness`, the closer they follow the examples."""
    telling = numpy.ones(matrix.shape[1])
    words = matrix[:, :SIZE] > 0
    here, there = (1.0 + numpy.asarray(words[side].sum(0)).ravel() for side in (yes, ~yes))
    telling[:SIZE] = numpy.abs(numpy.log((here / here.sum()) / (there / there.sum())))
    model = LogisticRegression(C=closeness, max_iter=300, solver="liblinear", random_state=7)
    model.fit(matrix @ diags(telling), yes)
    return model.coef_[0] * telling, float(model.intercept_[0])
