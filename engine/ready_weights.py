"""Speed patch 6: the classifier's weights lie in memory the way they are multiplied.

Rasa 3.6.21 multiplies the sparse features of a message by the transposed weights; for it scipy copies all of them
(24 × 30 000) at every message: 3.06 ms of processor time, 0.18 without (27 November 2026). The figures are the same.
"""

from __future__ import annotations

from typing import Any

import numpy
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier

EXPECTED_NAMES = {"sio", "load", "clf"}
_stock_load: Any = LogisticRegressionClassifier.load


def load(cls: type[LogisticRegressionClassifier], *args: Any, **kwargs: Any) -> LogisticRegressionClassifier:
    """The component as Rasa loads it, its weights column by column."""
    component = _stock_load.__func__(cls, *args, **kwargs)
    weights = getattr(component.clf, "coef_", None)
    if weights is not None:
        component.clf.coef_ = numpy.asfortranarray(weights)
    return component


def apply() -> None:
    """Put the patch in place. Raises `RuntimeError` when Rasa's method is not the one this was written for."""
    code = LogisticRegressionClassifier.load.__func__.__code__
    if not {*code.co_names, *code.co_varnames} >= EXPECTED_NAMES:
        raise RuntimeError(
            "Rasa's LogisticRegressionClassifier.load has changed: review engine/ready_weights.py"
        )
    LogisticRegressionClassifier.load = classmethod(load)
