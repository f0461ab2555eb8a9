"""The error beside that of the naive forecast of the same numbers: below 1 is better than naive."""

from __future__ import annotations

from numpy.typing import ArrayLike

from recurra.metrics.forecast_errors import quotient
from recurra.metrics.measure import Measure
from recurra.text.counted import counted


def relative_mae(scaled: ArrayLike, naive: ArrayLike, season: int = 1) -> Measure:
    """Sums of absolute errors of the model and of the naive forecast, in the scale of each series and column: [N]."""
    last = "the last known number"
    what = last if season == 1 else f"{last} at the same point in the season of {counted(season, 'step')}"
    return quotient(scaled, naive, f"mean absolute error divided by that of predicting {what}, on the same windows")
