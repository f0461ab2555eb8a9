"""In what a forecaster counts numbers: deviations from a centre, of the numbers themselves or of their logarithms.

With logarithms a season that grows with the level is one that stays as it is, and an error of a tenth means the same at
every level. Quantiles of logarithms are the logarithms of quantiles, so that nothing else has to know.

B batch, T steps, D columns.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from recurra.padded import Padded

ROUNDING = 1e-15  # of a number: deviations that are no larger are rounding errors
LARGEST = 690.0  # logarithm of a number that is forecast, so that it is finite


class Units(NamedTuple):
    """What the numbers of each window are counted in."""

    centre: Tensor  # [B, D] float64, of `level`
    scale: Tensor  # [B, D] float64, one deviation; 0 where a window never changes
    lowest: Tensor | None = None  # [D] float64; where above 0 logarithms are counted, of numbers that are as large

    def only(self, columns: Tensor) -> Units:
        """Those of some columns."""
        lowest = None if self.lowest is None else self.lowest[columns]
        return Units(self.centre[:, columns], self.scale[:, columns], lowest)

    def beside(self, points: int) -> Units:
        """With so many more columns that are read as they are: points of the calendar."""
        centre, scale = self.centre.new_zeros(len(self.centre), points), self.scale.new_ones(len(self.scale), points)
        lowest = None if self.lowest is None else torch.cat([self.lowest, self.lowest.new_zeros(points)])
        return Units(torch.cat([self.centre, centre], 1), torch.cat([self.scale, scale], 1), lowest)

    def level(self, values: Tensor) -> Tensor:
        """Numbers [..., D] as they are counted: their logarithms, or as they are."""
        return values if self.lowest is None else logarithms(values, self.lowest)

    def at_level(self, deviations: Tensor) -> Tensor:
        """What deviations [B, T, D] are as `level` has it."""
        return deviations.double() * self.scale[:, None] + self.centre[:, None]

    def counted(self, values: Tensor) -> Tensor:
        """Numbers [B, T, D] in deviations from the centre; what is missing stays NaN."""
        scale = torch.where(self.scale > 0, self.scale, 1.0)
        return ((self.level(values) - self.centre[:, None]) / scale[:, None]).float()

    def read(self, values: Tensor) -> Tensor:
        """The same as a network reads them: what is missing is the centre."""
        return self.counted(values).nan_to_num(nan=0.0)

    def own(self, deviations: Tensor) -> Tensor:
        """The way back: [B, T, D]."""
        found = self.at_level(deviations)
        if self.lowest is None:
            return found
        return torch.where(self.lowest > 0, found.clamp(max=LARGEST).exp(), found)


def logarithms(values: Tensor, lowest: Tensor) -> Tensor:
    """Of the columns [D] that have a lowest number, and of no number below that; the others [..., D] as they are."""
    logged = lowest > 0
    return torch.where(logged, torch.where(logged, values, 1.0).maximum(lowest).log(), values)


def window_units(window: Padded) -> Units:
    """Mean and deviation of each window [B, T, D]; what is missing counts for neither."""
    known = window.mask[..., None] & ~window.values.isnan()
    counts = known.sum(1).clamp(min=1)
    values = torch.where(known, window.values, 0.0)
    first = values.gather(1, known.int().argmax(1, keepdim=True))  # [B, 1, D] the first that is known
    changes = torch.where(known, values - first, 0.0)  # whose mean is exact where nothing changes
    mean = changes.sum(1) / counts
    largest = changes.abs().amax(1)
    unit = torch.where(largest > 0, largest, 1.0)  # so that no square is too large or too small for a number
    squares = torch.where(known, (changes - mean[:, None]) / unit[:, None], 0.0).square().sum(1)
    deviation = unit * (squares / counts).sqrt()
    rounding = ROUNDING * values.abs().amax(1)
    return Units(first[:, 0] + mean, torch.where(deviation > rounding, deviation, 0.0))
