"""How far numbers are off: what all measures of forecasts have in common, a sum over another for each window.

N windows (a window is one forecast of all its steps).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from recurra.metrics.bootstrap import Numbers, Score
from recurra.metrics.measure import Measure, measure_of

WINDOWS = "windows resampled as if independent"


def quotient(above: ArrayLike, below: ArrayLike, definition: str, score: Score | None = None) -> Measure:
    """sum(above) / sum(below), both [N] per window, or another score of the two sums [R, 2].

    Raises:
        ValueError: the second sum is 0: there is nothing to measure.
    """
    statistics = np.stack([np.asarray(above, np.float64), np.asarray(below, np.float64)], axis=1)
    if not statistics[:, 1].sum() > 0:
        raise ValueError("nothing to measure")
    return measure_of(statistics, score or plain, f"{definition} ({WINDOWS})")


def plain(sums: Numbers) -> Numbers:
    """The quotient of two sums [R, 2]; of a resample without anything below, infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(sums[:, 0] / sums[:, 1], nan=0.0, posinf=np.inf)
