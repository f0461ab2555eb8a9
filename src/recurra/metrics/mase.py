"""The mean absolute scaled error (Hyndman & Koehler 2006): errors in units of what naive forecasts err by.

The scale of a column of a series is the mean absolute difference between its numbers and those a season before (just
before where there is no season). So series of different sizes and columns of different units can be averaged, and
neither counts more for being of larger numbers or longer.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from recurra.metrics.forecast_errors import quotient
from recurra.metrics.measure import Measure


def mase(scaled: ArrayLike, counts: ArrayLike, season: int = 1) -> Measure:
    """Sums of absolute errors in units of the scale over counts of numbers, both [N] per window.

    Both may be weighted so that each column of each series counts alike.
    """
    return quotient(scaled, counts, mase_definition(season))


def mase_definition(season: int = 1) -> str:
    """What is measured, in one sentence."""
    before = "the number before" if season == 1 else f"the number {season} steps before"
    return (
        f"mean absolute error divided by that of predicting {before} in the past of the same series, "
        "the mean over all series and columns"
    )
