"""Windows of series, found by number: nothing is kept for a window, only two numbers for each series.

Before the origin of a window stand the steps that are read, from the origin on those to be forecast. A series has a
window for each origin that leaves enough steps on both sides; a series that is shorter than a window has one, with all
the steps before its last ones.

B batch, T steps, W window, H horizon, D columns, K of them forecast, S series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, overload

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recurra.data import EncodedTable
from recurra.padded import Padded
from recurra.training import Index

ROUNDS = 4


class Span(NamedTuple):
    """What a window reads and the steps to be forecast after it, in one row."""

    values: Tensor  # [B, T, D] what is missing is filled, or NaN; then the points of the calendar that are read
    truths: Tensor  # [B, T, K] what is missing is NaN
    units: Tensor  # [B, K] what errors are counted in: those of the numbers, or of their logarithms
    known: Tensor  # [B] steps before the origin
    lengths: Tensor  # [B] all steps: known + H

    @property
    def window(self) -> Padded:
        """The steps before the origin."""
        return Padded(self.values[:, : int(self.known.max())], self.known)

    def to(self, device: torch.device) -> Span:
        """The same on a device."""
        return Span(*(part.to(device) for part in self))


@dataclass(frozen=True)
class Windows:
    """The windows of a table of series.

    Args:
        table: columns `inputs` [T * D], `targets` [T * K], `units` [K], `log_units` [K], `start` [1] of each series.
        columns: D.
        window: W.
        horizon: H.
        units: the column of what errors are counted in.
        calendar: which points of the column `calendar` are read, from 0.
    """

    table: EncodedTable
    columns: int
    window: int
    horizon: int
    units: str = "units"
    calendar: tuple[int, ...] = ()

    @cached_property
    def _first(self) -> NDArray[np.int64]:
        """The first origin of each series [S]."""
        steps = self.table["inputs"].lengths.astype(np.int64) // self.columns
        return np.maximum(self.table["start"].values, np.minimum(self.window, steps - self.horizon))

    @cached_property
    def _before(self) -> NDArray[np.int64]:
        """How many windows the series before each one have [S + 1]."""
        steps = self.table["inputs"].lengths.astype(np.int64) // self.columns
        return np.concatenate([[0], np.cumsum(steps - self.horizon - self._first + 1)])

    def __len__(self) -> int:
        return int(self._before[-1])

    def span(self, numbers: Index) -> Span:
        """The windows with these numbers [B]."""
        series = np.searchsorted(self._before, numbers, side="right") - 1
        origin = self._first[series] + numbers - self._before[series]
        known = np.minimum(origin, self.window)
        inputs, targets = self.table["inputs"], self.table["targets"]
        begin = inputs.offsets[series] // self.columns + origin - known
        lengths = known + self.horizon
        steps = np.minimum(np.arange(int(lengths.max())), lengths[:, None] - 1) + begin[:, None]  # [B, T]
        parts = (table.values.reshape(-1, len(table.values) // self._steps)[steps] for table in (inputs, targets))
        values, truths = (torch.from_numpy(np.ascontiguousarray(part)) for part in parts)
        if self.calendar:
            points = self.table["calendar"].values.reshape(self._steps, -1)[steps[..., None], self.calendar]
            values = torch.cat([values, torch.from_numpy(points)], 2)
        units = self._units(self.units, series)
        return Span(values, truths, units, torch.from_numpy(known), torch.from_numpy(lengths))

    def own_units(self, numbers: Index) -> Tensor:
        """What the errors of these windows are counted in where no logarithms are taken: [B, K]."""
        return self._units("units", np.searchsorted(self._before, numbers, side="right") - 1)

    def _units(self, name: str, series: Index) -> Tensor:
        return torch.from_numpy(self.table[name].gather(series).values.reshape(len(series), -1))

    def apart(self) -> int:
        """How many windows forecast no step that another one of them forecasts too."""
        return int((-(-np.diff(self._before) // self.horizon)).sum())

    def lines(self, numbers: Index) -> list[int]:
        """The lines where the series of some windows begin, each once."""
        series = np.searchsorted(self._before, numbers, side="right") - 1
        return sorted({int(line) for line in self.table.lines[series]})

    @property
    def _steps(self) -> int:
        return len(self.table["inputs"].values) // self.columns


@dataclass(frozen=True)
class ShuffledBatches(Sequence[Index]):
    """The numbers from 0 to `total` in a random order, in batches, each made when it is asked for."""

    total: int
    size: int
    seed: int
    epoch: int

    def __len__(self) -> int:
        return -(-self.total // self.size)

    @overload
    def __getitem__(self, index: int) -> Index: ...
    @overload
    def __getitem__(self, index: slice) -> list[Index]: ...
    def __getitem__(self, index: int | slice) -> Index | list[Index]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        first = index % len(self) * self.size
        places = np.arange(first, min(first + self.size, self.total))
        return permuted(places, self.total, (self.seed, self.epoch))


def permuted(places: Index, count: int, key: tuple[int, int]) -> Index:
    """What stands at some places of a random order of the numbers below `count`, without making the whole order.

    A Feistel network (Luby & Rackoff 1988) orders the numbers below the next power of four; what it puts beyond
    `count` goes through it again until it falls inside.
    """
    half = max(1, (max(count - 1, 1).bit_length() + 1) // 2)
    keys = np.random.SeedSequence(key).generate_state(ROUNDS, np.uint64).astype(np.uint64)
    found = places.astype(np.uint64)
    outside = np.ones(len(found), dtype=bool)
    while outside.any():
        found[outside] = _feistel(found[outside], half, keys)
        outside = found >= count
    return found.astype(np.int64)


def _feistel(numbers: NDArray[np.uint64], half: int, keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mask, shift = np.uint64((1 << half) - 1), np.uint64(half)
    left, right = numbers >> shift, numbers & mask
    for key in keys:
        left, right = right, left ^ (_mixed(right ^ key) & mask)
    return (left << shift) | right


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele et al. 2014); overflow is wanted."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(factor)
    return numbers ^ (numbers >> np.uint64(31))
