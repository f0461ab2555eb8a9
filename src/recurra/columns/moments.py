"""Means and deviations of training numbers, in one pass."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recurra.models import ImageReader, NumberReader

STILL = 1e-6  # a deviation this small beside the mean is rounding


class Moments(NamedTuple):
    """Of D variables."""

    mean: NDArray[np.float64]  # [D]
    deviation: NDArray[np.float64]  # [D]; 1 of what never changes, which says nothing and is left as it is


def moments(rows: Iterable[NDArray[np.floating]], variables: int) -> Moments:
    """Over rows of steps [T, D]; what is missing (NaN) does not count."""
    count, total, squares = np.zeros(variables), np.zeros(variables), np.zeros(variables)
    for row in rows:
        values = row.reshape(-1, variables).astype(np.float64)
        count += (~np.isnan(values)).sum(axis=0)
        total += np.nansum(values, axis=0)
        squares += np.nansum(values**2, axis=0)
    count = np.maximum(count, 1)
    mean = total / count
    deviation = np.sqrt(np.maximum(squares / count - mean**2, 0))
    return Moments(mean, np.where(deviation > STILL * np.maximum(STILL, np.abs(mean)), deviation, 1.0))


@torch.no_grad()
def put_moments(reader: NumberReader | ImageReader, found: Moments) -> None:
    """Puts them into what reads numbers or images."""
    pairs: list[tuple[Tensor, NDArray[np.float64]]] = [(reader.mean, found.mean), (reader.deviation, found.deviation)]
    for buffer, values in pairs:
        buffer.copy_(torch.from_numpy(values))
