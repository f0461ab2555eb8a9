"""Matrices of features, sparse or not, and the two products that learning needs of them.

N rows, F columns, L outputs, M numbers that are kept.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


class Matrix(Protocol):
    """A matrix [N, F]."""

    @property
    def shape(self) -> tuple[int, int]:
        """N and F."""
        ...

    def times(self, weights: Tensor) -> Tensor:
        """The product with weights [F, L]: [N, L]."""
        ...

    def transposed_times(self, values: Tensor) -> Tensor:
        """The product of the transposed matrix with values [N, L]: [F, L]."""
        ...


@dataclass(frozen=True)
class Sparse:
    """One of which most numbers are 0."""

    rows: NDArray[np.int64]  # [M]
    columns: NDArray[np.int64]  # [M] in increasing order
    values: NDArray[np.float32]  # [M]
    shape: tuple[int, int]

    @classmethod
    def empty(cls, rows: int, columns: int) -> Sparse:
        """Nothing but 0."""
        nothing = np.zeros(0, np.int64)
        return cls(nothing, nothing, np.zeros(0, np.float32), (rows, columns))

    def times(self, weights: Tensor) -> Tensor:
        return self._matrix @ weights

    def transposed_times(self, values: Tensor) -> Tensor:
        return self._transposed @ values

    @cached_property
    def _matrix(self) -> Tensor:
        order = np.argsort(self.rows, kind="stable")
        return compressed(self.rows[order], self.columns[order], self.values[order], self.shape)

    @cached_property
    def _transposed(self) -> Tensor:
        rows, columns = self.shape
        return compressed(self.columns, self.rows, self.values, (columns, rows))


@dataclass(frozen=True)
class Dense:
    """One with all of its numbers."""

    values: Tensor  # [N, F]

    @property
    def shape(self) -> tuple[int, int]:
        return self.values.shape[0], self.values.shape[1]

    def times(self, weights: Tensor) -> Tensor:
        return self.values @ weights

    def transposed_times(self, values: Tensor) -> Tensor:
        return self.values.T @ values


@dataclass(frozen=True)
class SideBySide:
    """Several with the same rows."""

    parts: Sequence[Matrix]

    @property
    def shape(self) -> tuple[int, int]:
        return self.parts[0].shape[0], sum(part.shape[1] for part in self.parts)

    def times(self, weights: Tensor) -> Tensor:
        total, first = torch.zeros(self.shape[0], weights.shape[1]), 0
        for part in self.parts:
            total += part.times(weights[first : first + part.shape[1]])
            first += part.shape[1]
        return total

    def transposed_times(self, values: Tensor) -> Tensor:
        return torch.cat([part.transposed_times(values) for part in self.parts])


def dense(values: NDArray[np.floating]) -> Dense:
    """Of numbers [N, F]."""
    return Dense(torch.from_numpy(values.astype(np.float32)))


def side_by_side(parts: Sequence[Matrix]) -> Matrix:
    """One matrix of several with the same rows."""
    return parts[0] if len(parts) == 1 else SideBySide(parts)


def compressed(
    rows: NDArray[np.int64], columns: NDArray[np.int64], values: NDArray[np.float32], shape: tuple[int, int]
) -> Tensor:
    """torch's matrix of compressed rows, from places in their order."""
    ends = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=shape[0]))])
    parts = (torch.from_numpy(part) for part in (ends, columns, values))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch calls them a beta
        return torch.sparse_csr_tensor(*parts, size=shape, check_invariants=False)
