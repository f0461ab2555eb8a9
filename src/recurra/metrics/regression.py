"""Measures of predicted numbers: mean absolute error, root mean squared error, share of variance explained (R2).

N examples.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from recurra.metrics.bootstrap import Numbers
from recurra.metrics.measure import Measure, measure_of, require_pairs


def measure_numbers(predictions: ArrayLike, references: ArrayLike) -> dict[str, Measure]:
    """MAE, RMSE and R2 by name, in the order they are shown in.

    Raises:
        ValueError: no numbers, or not one reference for each prediction.
    """
    given, right = np.asarray(predictions, np.float64), np.asarray(references, np.float64)
    require_pairs(given, right)
    error = given - right
    ones, centred = np.ones(len(error)), right - right.mean()  # R2 is the same for shifted numbers, and more exact
    squares = np.stack([error**2, centred, centred**2, ones], axis=1)
    return {
        "mae": measure_of(np.stack([np.abs(error), ones], axis=1), _mean, "mean absolute error"),
        "rmse": measure_of(squares[:, [0, 3]], lambda sums: np.sqrt(_mean(sums)), "root mean squared error"),
        "r2": measure_of(squares, r2, "share of the variance that is explained: 1 - sum of squared errors / sum of "
                         "squared deviations of the references from their mean"),
    }  # fmt: skip


def r2(sums: Numbers) -> Numbers:
    """Sums [R, 4] of squared errors, of numbers, of their squares, and of ones, to R2 [R].

    Where all numbers of a resample are the same, nothing can be explained: 0, or 1 where all are predicted exactly.
    """
    squared, total, squares, count = sums.T
    spread = squares - total**2 / np.maximum(count, 1)
    flat = spread <= 1e-12 * np.maximum(squares, 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        explained = 1 - squared / spread
    return np.where(flat, np.where(squared == 0, 1.0, 0.0), explained)


def _mean(sums: Numbers) -> Numbers:
    return sums[:, 0] / np.maximum(sums[:, 1], 1)
