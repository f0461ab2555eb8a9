"""95 % bootstrap intervals: what would the measure be on other sentences like these?

Every measure here is a function of sums over sentences (errors and units, matched and seen n-grams, ...). So each
sentence is reduced to a row of numbers once, and a resample is a weighted sum of rows: no sentence is scored twice.
The resamples depend on the number of sentences only, so all measures of one evaluation see the same ones.

N sentences, K sufficient statistics, G groups, R resamples
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 12345
GROUPS = 5000  # more sentences than this are resampled in groups, so that the time stays bounded
CHUNK = 100  # resamples held in memory at once

Numbers = NDArray[np.float64]
Score = Callable[[Numbers], Numbers]  # sums [R, K] -> scores [R]


class Interval(NamedTuple):
    """The middle 95 % of the resampled scores."""

    low: float
    high: float


def interval(statistics: Numbers, score: Score, value: float) -> Interval:
    """The percentile interval of `score` over resamples of the rows of `statistics` [N, K].

    It always contains `value`, the score of the sample itself: in tiny samples the percentiles of a measure that
    is no mean (BLEU) may both lie on one side of it.
    """
    scores = np.sort(resampled(statistics, score))
    cut = RESAMPLES // 40  # 2.5 % on each side; an order statistic, since infinities cannot be interpolated
    return Interval(min(value, float(scores[cut])), max(value, float(scores[-1 - cut])))


def resampled(statistics: Numbers, score: Score) -> Numbers:
    """The score of each resample of the rows of `statistics` [N, K]: [R].

    Row r is the same resample for all statistics of equally many sentences, so that differences are paired.
    """
    rows = _grouped(statistics)
    generator = np.random.default_rng(SEED)
    return np.concatenate([score(_counts(generator, len(rows)) @ rows) for _ in range(RESAMPLES // CHUNK)])


def _counts(generator: np.random.Generator, size: int) -> Numbers:
    """How often each of `size` rows is drawn, for CHUNK resamples: [CHUNK, size]."""
    drawn = generator.integers(0, size, (CHUNK, size)) + size * np.arange(CHUNK)[:, None]
    return np.bincount(drawn.ravel(), minlength=CHUNK * size).reshape(CHUNK, size).astype(np.float64)


def _grouped(statistics: Numbers) -> Numbers:
    """Rows [N, K] added up to at most GROUPS rows of randomly chosen, almost equally many sentences.

    The sum over a resample of groups varies as the sum over a resample of sentences does, since the sentences of
    a group are independent of each other.
    """
    count = len(statistics)
    if count <= GROUPS:
        return statistics
    shuffled = statistics[np.random.default_rng(SEED).permutation(count)]
    starts = np.arange(GROUPS) * count // GROUPS
    return np.add.reduceat(shuffled, starts, axis=0)
