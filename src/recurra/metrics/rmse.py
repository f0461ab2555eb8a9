"""The root mean squared error: in the units of the numbers; large errors weigh more."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from recurra.metrics.forecast_errors import plain, quotient
from recurra.metrics.measure import Measure


def rmse(squared: ArrayLike, counts: ArrayLike) -> Measure:
    """Sums of squared errors over counts of numbers, both [N] per window."""
    definition = "root mean squared error of the median forecast, over all steps"
    return quotient(squared, counts, definition, lambda sums: np.sqrt(plain(sums)))
