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
    count = min(len(losses), apart)
    if count < 2:
        return 0.0
    differences, sizes = losses - others, np.abs(losses) + np.abs(others)
    lower = -float(np.sign(differences.mean()))
    if min(losses.min(), others.min()) >= 0:
        differences = np.where(sizes > 0, differences / np.where(sizes > 0, sizes, 1.0), 0.0)
    mean, error = -lower * float(differences.mean()), float(differences.std()) / math.sqrt(count - 1)
    if mean <= 0:  # no difference, or another one in proportion
        return 0.0
    if error == 0:
        return lower * math.inf
    t, free = mean / error, count - 1
    return lower * math.sqrt(free * math.log1p(t * t / free)) * (8 * free + 1) / (8 * free + 3)


def sure_part(errors: float, by: float = SURELY) -> float:
    """How much is kept of what is better by so many standard errors: the less, the less sure it is.

    A shrinkage estimate (James & Stein 1961): nothing of what chance explains, nearly all of what it does not.

    Args:
        by: standard errors that chance alone would give.
    """
    return 1 - (by / errors) ** 2 if errors > by else 0.0
