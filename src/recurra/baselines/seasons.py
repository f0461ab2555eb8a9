"""A second, longer season of a series: the week of its hours, whose days are the first.

A series with two seasons is more like itself a week before than six or eight days before. How far it is from itself so
many seasons before is compared with how far it is one season less and one more, so that a level that drifts does not
count: it makes all of them more different the longer ago they are. In noise one is often found by chance; so whoever
uses one has to see that it does no harm.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
MOST = 14  # seasons that a second one has at most
TIMES = 2.5  # so often a series has to go through it
BELOW = 0.96  # the share (below) of a second season is at most this
CHANCE = 0.8  # the standard error of a share of a single step; where few steps are compared, it has to be lower by it
ROUNDED = 1e-9  # of the largest number: differences that are no more are none
NEARLY = 0.05  # of multiples that differ by less the smallest is taken: a week, not two


def second_season(series: Iterable[Values], season: int, longest: int) -> int:
    """How many steps it has; 1 where there is none.

    Args:
        series: [T, K] each; what is not known is NaN. Half of them at least have to be long enough for it.
        season: steps of the first one.
        longest: steps that it may have.
    """
    if season < 2:
        return 1
    each = [(len(values), shares(values, season)) for values in series]
    found = dict[int, float]()
    for times in range(2, min(MOST, longest // season) + 1):
        known = [(one[times], steps - times * season) for steps, one in each if times in one]
        if not known or 2 * len(known) < len(each):
            continue
        share, compared = float(np.mean([one for one, _ in known])), sum(steps for _, steps in known)
        if share <= min(BELOW, 1 - CHANCE / math.sqrt(compared)):
            found[times] = share
    least = min(found.values(), default=1.0)
    return next((season * times for times, share in found.items() if share <= least + NEARLY), 1)


def shares(values: Values, season: int) -> dict[int, float]:
    """How far a series is from itself so many seasons before, over how far it is one season less and one more before.

    The latter is the mean of both; the share is a mean over columns.
    """
    most = min(MOST, int(len(values) / (TIMES * season)))
    changes = np.array([change(values, times * season) for times in range(1, most + 2)])  # [times, K]
    found = dict[int, float]()
    for times in range(2, most + 1):
        beside = (changes[times - 2] + changes[times]) / 2
        known = beside > 0  # of a column that never changes nothing is known
        if known.any():
            found[times] = float((changes[times - 1][known] / beside[known]).mean())
    return found


def change(values: Values, lag: int) -> Values:
    """The mean absolute difference of each column [K] from so many steps before; 0 where nothing is known."""
    wrong = np.abs(values[lag:] - values[:-lag])
    largest = np.abs(np.nan_to_num(values)).max(axis=0, initial=0.0)
    known = ~np.isnan(wrong)
    return np.where(wrong > ROUNDED * largest, wrong, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
