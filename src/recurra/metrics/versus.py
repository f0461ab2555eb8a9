"""One model beside another on the same examples: the difference of a measure, on all of them and on parts.

The interval is the middle 95 % of the differences on resamples of the examples, the same resamples for both (Koehn
2004); the p value that of `paired_difference`, which knows these runs only and not their kinds of network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.metrics.bootstrap import RESAMPLES, Interval
from recurra.metrics.examples import Share
from recurra.metrics.paired import LEVEL, MIN_EXAMPLES, holm, paired_difference, resample
from recurra.metrics.slices import Grouping, Slice


class ShareDifference(NamedTuple):
    """One measure of two models."""

    one: float
    other: float
    value: float  # one less the other
    interval: Interval | None  # None of too few examples
    p: float  # of a difference as large where there is none

    def verdict(self, higher_is_better: bool, p: float | None = None) -> str:
        """Whether the first is "better" or "worse", significantly; empty: neither is.

        Args:
            p: corrected for the number of comparisons.
        """
        if (self.p if p is None else p) >= LEVEL:
            return ""
        return "better" if (self.value > 0) == higher_is_better else "worse"


def share_difference(one: Share, other: Share, examples: NDArray[np.int64] | None = None) -> ShareDifference:
    """The difference on all examples, or on some of them."""
    tables = [share.statistics()[None] for share in (one, other)]
    some = [table if examples is None else table[:, examples] for table in tables]
    first, second = (resample(table, share.scale) for table, share in zip(some, (one, other), strict=True))
    found = paired_difference(first, second)
    known: Interval | None = None
    if first.examples >= MIN_EXAMPLES:
        ordered, cut = np.sort(first.resampled - second.resampled), RESAMPLES // 40
        known = Interval(min(found.value, float(ordered[cut])), max(found.value, float(ordered[-1 - cut])))
    return ShareDifference(float(first.values[0]), float(second.values[0]), found.value, known, found.p)


def sliced_differences(one: Share, other: Share, groups: Sequence[Grouping]) -> list[Slice]:
    """The difference on each part of each grouping; p values are corrected for the number of parts (Holm)."""
    places = [(number, part) for number, group in enumerate(groups) for part in range(len(group.names))]
    members = [groups[number].examples(part) for number, part in places]
    differences = [share_difference(one, other, some) for some in members]
    corrected = holm([difference.p for difference in differences])
    found: list[Slice] = []
    for (number, part), some, difference, p in zip(places, members, differences, corrected, strict=True):
        group = groups[number]
        plain = Slice(group.by, group.names[part], len(some), difference.value, difference.interval)
        verdict = difference.verdict(one.higher_is_better, p)
        found.append(replace(plain, p=p, verdict=verdict, place=(number, part)))
    return found
