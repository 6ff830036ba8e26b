"""Logistic regression on pieces of words, each counting as much as it tells the two sides apart (Wang and Manning,
"Baselines and Bigrams", 2012)."""

from __future__ import annotations

from typing import Any

import numpy
from scipy.sparse import diags
from sklearn.linear_model import LogisticRegression

from bot.learnt.grams import SIZE


def learn(matrix: Any, yes: Any, closeness: float) -> tuple[Any, float]:
    """A weight for each column, and what is added; the higher `closeness`, the closer they follow the examples."""
    telling = numpy.ones(matrix.shape[1])
    words = matrix[:, :SIZE] > 0
    here, there = (1.0 + numpy.asarray(words[side].sum(0)).ravel() for side in (yes, ~yes))
    telling[:SIZE] = numpy.abs(numpy.log((here / here.sum()) / (there / there.sum())))
    model = LogisticRegression(C=closeness, max_iter=300, solver="liblinear", random_state=7)
    model.fit(matrix @ diags(telling), yes)
    return model.coef_[0] * telling, float(model.intercept_[0])
