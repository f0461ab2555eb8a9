"""Measures that are one sum over another: errors of units, right outputs of all outputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from recurra.metrics.bootstrap import Numbers, interval
from recurra.metrics.measure import Measure


def percentage(counted: ArrayLike, total: ArrayLike, definition: str) -> Measure:
    """100 * sum(counted) / sum(total), both [N] per sentence."""
    statistics = np.stack([np.asarray(counted, np.float64), np.asarray(total, np.float64)], axis=1)
    value = float(_percent(statistics.sum(axis=0, keepdims=True))[0])
    return Measure(value, *interval(statistics, _percent, value), definition)


def _percent(sums: Numbers) -> Numbers:
    # References without any unit count as one unit: what is then predicted is wrong, and nothing is divided by 0.
    return 100 * sums[:, 0] / np.maximum(sums[:, 1], 1)
