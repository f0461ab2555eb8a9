"""Measures that are one sum over another: errors of units, right outputs of all outputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from recurra.metrics.examples import shares
from recurra.metrics.measure import Measure, measure_of


def percentage(counted: ArrayLike, total: ArrayLike, definition: str) -> Measure:
    """100 * sum(counted) / sum(total), both [N] per sentence."""
    statistics = np.stack([np.asarray(counted, np.float64), np.asarray(total, np.float64)], axis=1)
    return measure_of(statistics, shares, definition)
