"""Means and deviations of training numbers, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recurra.data.examples import WARNING
from recurra.models import ImageReader, NumberReader

STILL = 1e-6  # a deviation this small beside the mean is rounding: numbers are read in single precision
COARSE = 1e-4  # with one this small few digits of the differences are left
WHOLE = 2.0**24  # up to here single precision has every whole number


class Moments(NamedTuple):
    """Of D variables."""

    mean: NDArray[np.float64]  # [D]
    deviation: NDArray[np.float64]  # [D]; 1 of what never changes, which says nothing and is left as it is
    coarse: NDArray[np.bool_]  # [D] whether differences may be lost because the numbers are so large beside them

    def notes(self, names: Sequence[str], name: str) -> list[str]:
        """What should be said of the variables of these names, in the data of that name."""
        found = [k for k in range(len(names)) if self.coarse[k]]
        return [
            f"{WARNING}{name}: the numbers of {names[k]} are about {self.mean[k]:.6g} and differ by less than a "
            "ten-thousandth of that; only 7 digits of each are read, so small differences are lost: subtract a "
            "constant from that column"
            for k in found
        ]


def moments(rows: Iterable[NDArray[np.floating]], variables: int) -> Moments:
    """Over rows of steps [T, D]; what is missing (NaN) does not count."""
    count, total, squares = np.zeros(variables), np.zeros(variables), np.zeros(variables)
    first = np.full(variables, np.nan)  # differences from it have all their digits, however large the numbers are
    for row in rows:
        values = row.reshape(-1, variables).astype(np.float64)
        known = ~np.isnan(values)
        if values.size and np.isnan(first).any():
            first = np.where(np.isnan(first), values[known.argmax(axis=0), np.arange(variables)], first)
        values -= first
        count += known.sum(axis=0)
        total += np.nansum(values, axis=0)
        squares += np.nansum(values**2, axis=0)
    count = np.maximum(count, 1)
    offset = total / count
    mean = np.nan_to_num(first) + offset
    deviation = np.sqrt(np.maximum(squares / count - offset**2, 0))
    coarse = (deviation < COARSE * np.abs(mean)) & ((deviation > 0) | (np.abs(mean) > WHOLE))
    return Moments(mean, np.where(deviation > STILL * np.abs(mean), deviation, 1.0), coarse)


@torch.no_grad()
def put_moments(reader: NumberReader | ImageReader, found: Moments) -> None:
    """Puts them into what reads numbers or images."""
    pairs: list[tuple[Tensor, NDArray[np.float64]]] = [(reader.mean, found.mean), (reader.deviation, found.deviation)]
    for buffer, values in pairs:
        buffer.copy_(torch.from_numpy(values))
