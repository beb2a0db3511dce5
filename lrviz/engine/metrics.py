"""How good decisions and predictions are, for any number of runs at once.

What was decided or predicted is (..., N), the truth (N,) or of the same shape; the examples lie along the
last axis, and N is at least 1.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Floats = NDArray[np.float64]
Classes = NDArray[np.integer[Any]]
Counts = NDArray[np.int64]

_total = np.add.reduce
"""What `numpy.sum` and `numpy.mean` call, without their overhead: evaluations are frequent and small."""


def accuracy(true: Classes, decided: Classes) -> Floats:
    """The share of examples that are put into their own class, (...,).

    Reference: `sklearn.metrics.accuracy_score`.
    """
    return np.asarray(_total(decided == true, axis=-1, dtype=np.float64) / decided.shape[-1])


def confusion_matrix(true: Classes, decided: Classes, classes: int) -> Counts:
    """How often each true class (row) was decided to be each class (column), (..., classes, classes).

    Reference: `sklearn.metrics.confusion_matrix`.
    """
    shape = decided.shape[:-1]
    cells = np.broadcast_to(true, decided.shape).astype(np.int64) * classes + decided
    runs = np.arange(int(np.prod(shape)))[:, None] * classes**2
    counts = np.bincount((cells.reshape(len(runs), -1) + runs).ravel(), minlength=len(runs) * classes**2)
    return counts.reshape(*shape, classes, classes)


def balanced_accuracy(true: Classes, decided: Classes, classes: int) -> Floats:
    """The mean over the classes that occur of the share of each that is recognized, (...,).

    Guessing gives 1/classes however uneven the classes are. Source: Brodersen et al. 2010, "The balanced
    accuracy and its posterior distribution". Reference: `sklearn.metrics.balanced_accuracy_score`.
    """
    counts = confusion_matrix(true, decided, classes)
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    totals = counts.sum(axis=-1)
    occurring = totals > 0
    recognized = right / np.where(occurring, totals, 1)
    return np.asarray(recognized.sum(axis=-1) / occurring.sum(axis=-1))


def r_squared(true: Array, predicted: Array) -> Floats:
    """R² = 1 − Σ(y − z)² / Σ(y − ȳ)², (...,), in float64; a constant truth gives NaN.

    Reference: `sklearn.metrics.r2_score`, which has 0 or 1 there.
    """
    errors = np.subtract(predicted, true, dtype=np.float64)
    spread = true - _total(true, axis=-1, keepdims=True, dtype=np.float64) / true.shape[-1]
    variation = np.asarray(_total(np.square(spread), axis=-1))
    variation[variation == 0.0] = np.nan
    return np.asarray(1.0 - _total(np.square(errors), axis=-1) / variation)


def mean_absolute_error(true: Array, predicted: Array) -> Floats:
    """MAE = mean |y − z|, (...,), in float64 and in the unit of y.

    Reference: `sklearn.metrics.mean_absolute_error`.
    """
    return np.asarray(np.mean(np.absolute(np.subtract(predicted, true, dtype=np.float64)), axis=-1))
