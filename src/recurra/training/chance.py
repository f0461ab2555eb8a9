"""Whether one network is better than another on a few validation examples, or was only lucky with them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Losses = NDArray[np.float64]  # of each example; NaN where nothing of it is known


def clearly_lower(losses: Losses, others: Losses, apart: int, by: float = 1.5) -> bool:
    """Whether losses are lower than others of the same examples on average, by more than chance.

    Args:
        by: how many standard errors of the mean difference.
        apart: how many of the examples tell something of their own; windows that overlap tell the same.
    """
    differences = losses - others
    known = differences[~np.isnan(differences)]
    if not len(known) or apart < 1:
        return False
    error = float(known.std()) / math.sqrt(min(len(known), apart))
    return float(known.mean()) < -by * error
