"""What the n-gram model of aligned pairs writes by itself: the most probable outputs that a beam finds for each source.

A source is read from left to right in pieces of one or two units, and each way to go on writes the units of a pair of
pieces. Where a unit was never seen, nothing is written for it.

N hypotheses, G sources, P pairs of pieces, L units of the longest n-gram.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.baselines.pairs import NOTHING, PairsModel, Sequences, hashed, hashed_up_to, padded
from recurra.baselines.units import START, Known, chances, known
from recurra.lists import integers

BEAM = 12  # hypotheses of a source that have read equally much of it
AT_ONCE = 128  # sources
LEAST = 1e-38  # of a probability

Numbers = NDArray[np.int64]


class Ways(NamedTuple):
    """Hypotheses that have read the same number of units."""

    rows: Numbers  # [N] their sources
    before: Numbers  # [N, L - 1] the last pairs of pieces, the last first
    scores: NDArray[np.float64]  # [N] log-probabilities
    steps: Numbers  # [N] the last step of each: its place among all


class Ended(NamedTuple):
    """Hypotheses that have read all."""

    rows: Numbers  # [N] their sources
    scores: NDArray[np.float64]  # [N]
    steps: Numbers  # [N] the last step of each


def outputs(model: PairsModel, sources: Sequences) -> list[list[int]]:
    """The most probable output for each source."""
    return [best[0] if best else [] for best in best_outputs(model, sources, 1)]


def best_outputs(model: PairsModel, sources: Sequences, number: int) -> list[list[list[int]]]:
    """The most probable outputs for each source, at most so many, the best first; no two are equal."""
    return [
        best
        for first in range(0, len(sources), AT_ONCE)
        for best in Reading(model, sources[first : first + AT_ONCE]).outputs(number)
    ]


class Reading:
    """Some sources as they are read."""

    def __init__(self, model: PairsModel, sources: Sequences) -> None:
        self.table, self.units = model.following.table, model.pieces.units
        self.x, self.lengths = padded(sources, 2), np.array([len(one) for one in sources], np.int64)
        keys = hashed_up_to(self.units[:, :2], (self.units[:, :2] != NOTHING).sum(1))
        self.order = np.argsort(keys, kind="stable")  # [P] the pairs of pieces by their sources
        self.keys = keys[self.order]
        rows: Numbers = np.arange(len(sources))
        start = np.full((len(sources), model.following.longest - 1), START, np.int64)
        # Of every step the step before it and the number of its pair of pieces: 0 at the beginning.
        self.parents, self.numbers = [np.full_like(rows, NOTHING)], [np.zeros_like(rows)]
        self.made = len(rows)
        self.waiting = {0: [Ways(rows, start, np.zeros(len(rows)), rows)]}  # by what they have read
        self.ended: list[Ended] = []

    def outputs(self, number: int) -> list[list[list[int]]]:
        """What is written for each source, at most so many different outputs, the best first."""
        for i in range(int(self.lengths.max(initial=0)) + 1):
            if i in self.waiting:
                self._read(i, best_few(joined(self.waiting.pop(i))))
        parents, numbers = np.concatenate(self.parents), np.concatenate(self.numbers)
        rows, scores, steps = (np.concatenate(parts) for parts in zip(*self.ended, strict=True))
        order = np.argsort(-scores, kind="stable")
        found: list[list[list[int]]] = [[] for _ in self.lengths]
        for row, step in zip(integers(rows[order]), integers(steps[order]), strict=True):
            if len(found[row]) < number:
                one = self._written(parents, numbers, step)
                if one not in found[row]:
                    found[row].append(one)
        return found

    def _read(self, i: int, ways: Ways) -> None:
        """All ways to go on from hypotheses that have read i units; those that have read all are ended."""
        told, unseen = known(self.table, ways.before), len(self.units) + 2
        left = self.lengths[ways.rows] - i
        self._end(ways, told, np.flatnonzero(left == 0))
        going = np.flatnonzero(left > 0)
        following = self.x[ways.rows[going], i : i + 2]
        lost = np.ones(len(going), np.bool_)
        for read in (1, 2):
            wanted = hashed(following, 1, read)[:, 0]
            low, high = np.searchsorted(self.keys, wanted), np.searchsorted(self.keys, wanted, side="right")
            counts = np.where(left[going] >= read, high - low, 0)
            places = np.arange(int(counts.sum())) + np.repeat(low - np.cumsum(counts) + counts, counts)
            self._go_on(ways, told, np.repeat(going, counts), self.order[places] + 1, i + read)
            lost &= counts == 0
        self._go_on(ways, told, going[lost], np.full(int(lost.sum()), unseen, np.int64), i + 1)

    def _go_on(self, ways: Ways, told: Known, chosen: Numbers, numbers: Numbers, read: int) -> None:
        """Some hypotheses, each with one more pair of pieces, wait until as much is read as they have."""
        before = np.concatenate([numbers[:, None], ways.before[chosen]], 1)[:, : ways.before.shape[1]]
        scores = ways.scores[chosen] + self._log_chances(told, chosen, numbers)
        steps: Numbers = np.arange(self.made, self.made + len(chosen))
        self.waiting.setdefault(read, []).append(Ways(ways.rows[chosen], before, scores, steps))
        self.parents.append(ways.steps[chosen])
        self.numbers.append(numbers)
        self.made += len(chosen)

    def _end(self, ways: Ways, told: Known, chosen: Numbers) -> None:
        """Keeps hypotheses that have read all of their sources."""
        end = np.full(len(chosen), len(self.units) + 1, np.int64)
        scores = ways.scores[chosen] + self._log_chances(told, chosen, end)
        self.ended.append(Ended(ways.rows[chosen], scores, ways.steps[chosen]))

    def _log_chances(self, told: Known, chosen: Numbers, numbers: Numbers) -> NDArray[np.float64]:
        """The log-probability of a pair of pieces after each of some hypotheses."""
        some = Known(told.places[chosen], told.contexts[chosen], told.shares[chosen])
        return np.log(chances(self.table, some, numbers - 1).clip(min=LEAST))

    def _written(self, parents: Numbers, numbers: Numbers, step: int) -> list[int]:
        """The units up to a step."""
        pieces: list[list[int]] = []
        while numbers[step]:
            if numbers[step] <= len(self.units):
                pieces.append([one for one in integers(self.units[numbers[step] - 1, 2:]) if one != NOTHING])
            step = int(parents[step])
        return [one for piece in reversed(pieces) for one in piece]


def joined(parts: Sequence[Ways]) -> Ways:
    """Hypotheses together."""
    rows, before, scores, steps = zip(*parts, strict=True)
    return Ways(np.concatenate(rows), np.concatenate(before), np.concatenate(scores), np.concatenate(steps))


def best_few(ways: Ways) -> Ways:
    """The best of each source."""
    falling = np.argsort(-ways.scores, kind="stable")
    order = falling[np.argsort(ways.rows[falling], kind="stable")]
    rows = ways.rows[order]
    kept = order[np.arange(len(rows)) - np.searchsorted(rows, rows) < BEAM]
    return Ways(ways.rows[kept], ways.before[kept], ways.scores[kept], ways.steps[kept])
