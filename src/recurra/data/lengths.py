"""How long sequences are: percentiles, gathered while they stream by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class LengthReport:
    """Lengths in units, without <GO> and <EOS>."""

    median: int
    p90: int  # nine in ten are at most so long
    p95: int
    p99: int
    longest: int
    longest_line: int  # where the longest stands
    too_long: int  # how many are longer than the limit


class LengthCounter:
    """Counts how many sequences there are of each length.

    Args:
        limit: the greatest length allowed; None for no limit.
    """

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        self._counts: NDArray[np.int64] = np.zeros(1, dtype=np.int64)
        self._longest = -1
        self._longest_line = 0

    def add(self, lengths: Sequence[int], lines: Sequence[int]) -> None:
        """Takes some lengths in, and the lines they belong to."""
        counts = np.bincount(np.asarray(lengths, dtype=np.int64), minlength=len(self._counts))
        counts[: len(self._counts)] += self._counts
        self._counts = counts
        longest = max(lengths)
        if longest > self._longest:
            self._longest, self._longest_line = longest, lines[lengths.index(longest)]

    def report(self) -> LengthReport:
        """What was counted; there must be at least one sequence."""
        reached: NDArray[np.int64] = np.cumsum(self._counts)  # how many are at most so long

        def percentile(percent: int) -> int:
            return int(np.searchsorted(reached, percent / 100 * int(reached[-1])))

        too_long = 0 if self.limit is None else int(self._counts[self.limit + 1 :].sum())
        return LengthReport(
            percentile(50),
            percentile(90),
            percentile(95),
            percentile(99),
            self._longest,
            self._longest_line,
            too_long,
        )
