"""How long an output may become.

A model that has gone astray repeats itself and never says EOS, so every output needs a limit. It follows from the
length of the sentence's own source and not from the longest of the batch: the same sentence gives the same output in
any company.

What is usual is learned from the training pairs. Of all lines t = extra + ratio * s that have (nearly) every pair of a
source of s units and a target of t below them, it is the one that is lowest on average; but it grows at least as fast
as all targets together grow with all sources, so that a source longer than any in training gets its due. An output may
become twice as long, and a few units longer. A handful of pairs far away from all others (misaligned ones) would make
every limit long: one in a thousand, the farthest, is left aside, and what then does not fit is counted.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from recurra.decoding.options import LONGEST_OUTPUT, MAX_EXTRA, MAX_RATIO, DecodingOptions
from recurra.padded import Padded

TIMES, SLACK = 2.0, 10  # an output may be so much longer than what is usual
FAR = 1000  # one pair in so many may be far away from all others

Lengths = NDArray[np.integer]
Floats = NDArray[np.float64]


class Limit(NamedTuple):
    """At most `ratio` output tokens per source token and `extra` more."""

    ratio: float
    extra: int


def learned_limit(sources: Lengths, targets: Lengths) -> Limit:
    """What is right for pairs of these lengths [N], which count neither <EOS> nor <GO>."""
    x, y = sources.astype(np.float64) + 1, targets.astype(np.float64)  # a source ends in <EOS>
    least = y.sum() / x.sum()
    near = np.argsort(y - least * x, kind="stable")[: len(y) - len(y) // FAR]
    ratio, extra = _lowest_line(x[near], y[near], least)
    # Rounded up to what can be read in a recipe, and no more than may stand there.
    ratio = min(max(0.01, np.ceil(100 * TIMES * ratio) / 100), LONGEST_OUTPUT)
    return Limit(float(ratio), min(int(np.ceil(TIMES * extra)) + SLACK, LONGEST_OUTPUT))


def learned_length(targets: Lengths) -> int:
    """What is right for targets of these lengths [N] where they do not depend on the length of a source."""
    usual = np.sort(targets)[len(targets) - len(targets) // FAR - 1]
    return min(int(np.ceil(TIMES * usual)) + SLACK, LONGEST_OUTPUT)


def _lowest_line(sources: Floats, targets: Floats, least: float) -> tuple[float, float]:
    """Slope and height of the line above all points that is lowest at their mean source, no flatter than `least`."""
    middle = float(sources.mean())
    lengths = np.unique(sources)
    tops = np.zeros(len(lengths))
    np.maximum.at(tops, np.searchsorted(lengths, sources), targets)
    slope = max(least, _slope_above(lengths, tops, middle))
    return slope, max(0.0, float((tops - slope * lengths).max()))


def _slope_above(lengths: Floats, tops: Floats, middle: float) -> float:
    """The slope, over `middle`, of the upper hull of points [M] in the order of their lengths; 0 of a single one."""
    hull: list[int] = []
    for k in range(len(lengths)):
        while len(hull) > 1 and _is_below(hull[-1], hull[-2], k, lengths, tops):
            hull.pop()
        hull.append(k)
    for one, other in pairwise(hull):
        if lengths[other] >= middle:
            return float((tops[other] - tops[one]) / (lengths[other] - lengths[one]))
    return 0.0


def _is_below(between: int, left: int, right: int, lengths: Floats, tops: Floats) -> bool:
    """Whether a point is on or below the line from the one before to the one behind it."""
    rise = (tops[right] - tops[left]) * (lengths[between] - lengths[left])
    return bool((tops[between] - tops[left]) * (lengths[right] - lengths[left]) <= rise)


def length_limits(source: Padded, options: DecodingOptions) -> Tensor:
    """The most tokens, EOS not counted, of each sentence's output: [B] int64."""
    return source.lengths.new_tensor(_limits(source.lengths.cpu().numpy(), options))


def fitting(sources: Lengths, targets: Lengths, options: DecodingOptions) -> NDArray[np.bool_]:
    """Which targets are no longer than an output for their source may become [N]; lengths count no <EOS>."""
    return targets <= _limits(sources + 1, options)


def _limits(sources: Lengths, options: DecodingOptions) -> NDArray[np.int64]:
    """The most tokens for sources of these lengths [N], <EOS> counted."""
    if options.max_length is not None:
        return np.full(len(sources), options.max_length, dtype=np.int64)
    ratio = MAX_RATIO if options.max_ratio is None else options.max_ratio
    extra = MAX_EXTRA if options.max_extra is None else options.max_extra
    longest = np.minimum((sources * ratio).astype(np.int64) + extra, LONGEST_OUTPUT)
    return np.maximum(longest, max(1, options.min_length))
