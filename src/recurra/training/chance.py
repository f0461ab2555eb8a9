"""Whether one network is better than another on a few validation examples, or was only lucky with them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Losses = NDArray[np.float64]  # of each example; NaN where nothing of it is known


def clearly_lower(losses: Losses, others: Losses, apart: int, by: float = 1.5) -> bool:
    """Whether the losses are lower on average than other losses of the same examples, by more than chance.

    Args:
        by: how many standard errors of the mean difference.
        apart: how many of the examples are independent of one another; windows that overlap are not.
    """
    differences = losses - others
    known = differences[~np.isnan(differences)]
    if not len(known) or apart < 1:
        return False
    error = float(known.std()) / math.sqrt(min(len(known), apart))
    return float(known.mean()) < -by * error
