"""The mean absolute error: in the units of the numbers."""

from __future__ import annotations

from numpy.typing import ArrayLike

from recurra.metrics.forecast_errors import quotient
from recurra.metrics.measure import Measure


def mae(absolute: ArrayLike, counts: ArrayLike) -> Measure:
    """Sums of absolute errors over counts of numbers, both [N] per window."""
    return quotient(absolute, counts, "mean absolute error of the median forecast, over all steps")
