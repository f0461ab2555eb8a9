"""The mean absolute scaled error (Hyndman & Koehler 2006): errors in units of what naive forecasts err by.

The scale of a column is the mean absolute difference between a number of the training data and the one a season
before it (the one just before it where there is no season). So columns of different units can be averaged.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from recurra.metrics.forecast_errors import quotient
from recurra.metrics.measure import Measure


def mase(scaled: ArrayLike, counts: ArrayLike, season: int = 1) -> Measure:
    """Sums of absolute errors in units of the scale over counts of numbers, both [N] per window."""
    before = "the number before" if season == 1 else f"the number {season} steps before"
    definition = f"mean absolute error divided by that of predicting {before}, on the training data"
    return quotient(scaled, counts, definition)
