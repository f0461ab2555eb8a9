"""Whether one network is better than another on a few validation examples, or was only lucky with them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

SURELY = 2.0  # standard errors from which on a difference is more than chance, of the best of many networks too

Losses = NDArray[np.float64]  # of each example; NaN where nothing of it is known


def clearly_lower(losses: Losses, others: Losses, apart: int, by: float = SURELY) -> bool:
    """Whether the losses are lower on average than other losses of the same examples, by more than chance.

    Args:
        by: how many standard errors of the mean difference, as `errors_lower` counts them.
        apart: as for `errors_lower`.
    """
    return errors_lower(losses, others, apart) > by


def errors_lower(losses: Losses, others: Losses, apart: int) -> float:
    """By how many standard errors of the mean difference the losses are lower than others of the same examples.

    Losses above 0 are compared in proportion, since a few large ones among the examples would hide that all are lower
    by the same share. Of few examples the standard error is not known well, so that Student's t is turned into the
    normal score that is as unlikely (Wallace 1959). One example alone has no standard error: 0.

    Args:
        apart: how many of the examples are independent of one another; windows that overlap are not.
    """
    known = ~np.isnan(losses - others)
    losses, others = losses[known], others[known]
    if min(len(losses), apart) < 2:
        return 0.0
    differences, sizes = losses - others, np.abs(losses) + np.abs(others)
    if min(losses.min(), others.min()) < 0:
        return errors_below(differences, apart)
    proportions = np.where(sizes > 0, differences / np.where(sizes > 0, sizes, 1.0), 0.0)
    found = errors_below(proportions, apart)
    return found if found * differences.mean() < 0 else 0.0  # no difference, or another one in proportion


def errors_below(differences: Losses, apart: int) -> float:
    """By how many standard errors the mean of some differences is below 0; the normal score, as in `errors_lower`."""
    differences = differences[~np.isnan(differences)]
    count = min(len(differences), apart)
    mean = float(differences.mean()) if count > 1 else 0.0
    if mean == 0:
        return 0.0
    error, below = float(differences.std()) / math.sqrt(count - 1), -math.copysign(1.0, mean)
    if error == 0:
        return below * math.inf
    t, free = abs(mean) / error, count - 1
    return below * math.sqrt(free * math.log1p(t * t / free)) * (8 * free + 1) / (8 * free + 3)


def sure_part(errors: float, by: float = SURELY) -> float:
    """How much is kept of what is better by so many standard errors: the less, the less sure it is.

    A shrinkage estimate (James & Stein 1961): nothing of what chance explains, nearly all of what it does not.

    Args:
        by: standard errors that chance alone would give.
    """
    return 1 - (by / errors) ** 2 if errors > by else 0.0
