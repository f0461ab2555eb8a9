"""The plane in which vectors differ most: their first two principal components (Pearson 1901), by SVD.

A plane shows how examples lie in two dimensions, and how much of their differences that is. What is near in it need not
be near in all dimensions: neighbours are looked for there (states.py).

N vectors, E entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

AXES = 2
NOTHING = 1e-12  # of the largest entry: directions in which vectors differ less are rounding


@dataclass(frozen=True, eq=False)
class Plane:
    """Two directions at right angles to each other, through the mean.

    Args:
        mean: of the vectors [E].
        axes: of length 1 [2, E]; zero where the vectors do not differ in so many directions.
        explained: which share of the variance of the vectors lies along each axis [2], between 0 and 1.
    """

    mean: Numbers
    axes: Numbers
    explained: Numbers

    @classmethod
    def of(cls, values: NDArray[np.floating]) -> Self:
        """The plane of vectors [N, E].

        The entry of an axis that is farthest from 0 is positive, so that the same vectors give the same picture.
        """
        rows = values.astype(np.float64)
        mean = rows.mean(axis=0)
        centred = rows - mean
        _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
        kept = min(AXES, len(sizes))
        axes, shares = np.zeros((AXES, rows.shape[1])), np.zeros(AXES)
        largest = np.abs(rows).max(initial=0.0)
        for k in range(kept):
            if sizes[k] > NOTHING * largest * np.sqrt(rows.size):
                axes[k] = directions[k] * np.sign(directions[k, np.abs(directions[k]).argmax()])
                shares[k] = sizes[k] ** 2 / (sizes**2).sum()
        return cls(mean, axes, shares)

    def points(self, values: NDArray[np.floating]) -> Numbers:
        """Where vectors [N, E] lie in it: [N, 2]."""
        return (values.astype(np.float64) - self.mean) @ self.axes.T
