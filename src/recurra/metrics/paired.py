"""Is one kind of network significantly better than another? Paired by example and by seed.

Two kinds are trained with the same seeds and measured on the same examples. The difference d of their means over the
seeds varies for two reasons: other examples, and other seeds. So its variance is the sum of two:

    examples    variance of d over bootstrap resamples of the examples, the same resamples for both (Koehn 2004)
    seeds       variance of the difference at one seed over the seeds, divided by their number

d over the root of that sum is compared with Student's t, with the degrees of freedom of Satterthwaite (1946): a seed
variance known from three seeds is not known well. Of many comparisons the p values are Holm's (1979).

S seeds, N examples, R resamples; statistics [S, N, 2] as of metrics/examples.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from recurra.metrics.bootstrap import Numbers, resampled
from recurra.metrics.examples import PERCENT, shares

LEVEL = 0.05  # of significance
MAX_DEGREES = 1000.0  # beyond it Student's t is the normal distribution
MIN_EXAMPLES = 20  # with fewer, no difference is significant
GRID = 20_001  # points of the integral


class Resampled(NamedTuple):
    """A kind of network: its measure at each seed, and its mean over the seeds on resampled examples."""

    values: Numbers  # [S]
    resampled: Numbers  # [R]
    examples: int
    scale: float  # of the measure: 100 of a rate in percent


class Difference(NamedTuple):
    """The mean of one kind less that of another."""

    value: float
    error: float  # its standard error
    p: float  # of a difference as large where there is none, two-sided


def resample(statistics: Numbers, scale: float = PERCENT) -> Resampled:
    """The measure at each seed, and its mean over the seeds on each resample of the examples."""
    seeds, examples, _ = statistics.shape
    values = shares(statistics.sum(axis=1))
    rows = statistics.transpose(1, 0, 2).reshape(examples, 2 * seeds)
    means = resampled(rows, lambda sums: shares(sums.reshape(-1, seeds, 2)).mean(axis=1))
    return Resampled(values, means, examples, scale)


def paired_difference(one: Resampled, other: Resampled) -> Difference:
    """The difference of two kinds, its standard error and p value; the same seeds, the same examples."""
    seeds, examples = len(one.values), one.examples
    each = one.values - other.values
    value = float(each.mean())
    if examples < MIN_EXAMPLES:
        return Difference(value, math.inf, 1.0)
    # Where every resample says the same, the next example may still say something else.
    of_examples = max(float(np.var(one.resampled - other.resampled)), (one.scale / (examples + 2)) ** 2)
    of_seeds = float(np.var(each, ddof=1)) / seeds if seeds > 1 else 0.0
    variance = of_examples + of_seeds
    degrees = variance**2 / (of_examples**2 / (examples - 1) + (of_seeds**2 / (seeds - 1) if seeds > 1 else 0.0))
    return Difference(value, math.sqrt(variance), student_p(value / math.sqrt(variance), degrees))


def student_p(t: float, degrees: float) -> float:
    """P(|T| > |t|) for Student's t: with t = sqrt(v) tan(a), the density is proportional to cos(a)^(v - 1)."""
    degrees = min(max(degrees, 1.0), MAX_DEGREES)
    start = math.atan(abs(t) / math.sqrt(degrees))
    return min(1.0, _area(start, degrees) / _area(0.0, degrees))


def holm(p_values: Sequence[float]) -> list[float]:
    """p values corrected for their number, so that in all of them together a false one is as rare as in one (Holm)."""
    order = sorted(range(len(p_values)), key=lambda k: p_values[k])
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, k in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[k]))
        corrected[k] = highest
    return corrected


def _area(start: float, degrees: float) -> float:
    """The integral of cos(a)^(v - 1) from `start` to pi / 2."""
    angles = np.linspace(start, math.pi / 2, GRID)
    return float(np.trapezoid(np.cos(angles) ** (degrees - 1), angles))
