"""A linear layer over what is read of each column: a label, or a number, for a whole input.

N examples, L labels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recurra.baselines.allowance import Allowance
from recurra.baselines.kernels import SeriesReader
from recurra.baselines.linear import Linear, chosen_penalty, logistic, ridge
from recurra.baselines.readers import NumberReader, Reader, TextReader
from recurra.baselines.sparse import Matrix, side_by_side
from recurra.baselines.stored import Array, Stored

PENALTY = 0.2  # of logistic regression
MOST_WEIGHTS = 2_000_000  # of texts, all labels together
MOST_NGRAMS = 150_000  # of a family
MOST_COLUMNS = 10_000

# What is read of a column -> what reads it.
READERS: dict[str, type[TextReader | NumberReader | SeriesReader]] = {
    "text": TextReader,
    "numbers": NumberReader,
    "series": SeriesReader,
}
Kind = Literal["text", "numbers", "series"]


class Cells(NamedTuple):
    """A column of the examples: texts, numbers [N, D], or series of [T, C] each."""

    kind: Kind
    values: Any


@dataclass(frozen=True)
class ColumnsBaseline:
    """What was learned."""

    readers: Sequence[Reader]
    linear: Linear
    method: str
    quotes: bool = False

    @property
    def name(self) -> str:
        """The method, and what is read."""
        return f"{self.method} over {' and '.join(dict.fromkeys(reader.what for reader in self.readers))}"

    @classmethod
    def fit(cls, columns: Sequence[Cells], targets: Tensor, labels: int, allowance: Allowance) -> ColumnsBaseline:
        """Learned from examples.

        Args:
            targets: the number of the label of each [N], or numbers in standard form [N].
            labels: L; 0 where the targets are numbers.
        """
        return Fitting.of(columns, targets, labels, allowance).whole()

    @classmethod
    def from_stored(cls, stored: Stored) -> ColumnsBaseline:
        """The same again.

        Raises:
            ValueError, KeyError: it is damaged.
        """
        readers = [READERS[part.kind].from_stored(part) for part in stored_columns(stored)]
        weights = stored.array("weights", "<f2", (sum(reader.size for reader in readers), None))
        bias = stored.array("bias", "<f4", weights.shape[1:])
        linear = Linear(torch.from_numpy(weights.astype(np.float32)), torch.from_numpy(bias))
        return cls(readers, linear, str(stored.facts["method"]))

    def stored(self) -> Stored:
        """All of it."""
        facts: dict[str, object] = {"columns": len(self.readers), "method": self.method}
        largest = float(np.finfo(np.float16).max)
        arrays: dict[str, Array] = {
            "weights": self.linear.weights.numpy().clip(-largest, largest).astype(np.float16),
            "bias": self.linear.bias.numpy(),
        }
        for k, reader in enumerate(self.readers):
            inner = reader.stored()
            facts[f"{k}."] = {"kind": inner.kind, **inner.facts}
            arrays |= {f"{k}.{name}": array for name, array in inner.arrays.items()}
        return Stored("columns", facts, arrays)

    def shares(self, columns: Sequence[Cells]) -> list[Tensor]:
        """What each part of each column of one example adds to the outputs: [T, L] for each column.

        With the bias they add up to the outputs.
        """
        weights, first = self.linear.weights.numpy(), 0
        found: list[Tensor] = []
        for reader, column in zip(self.readers, columns, strict=True):
            own = weights[first : first + reader.size]
            found.append(torch.from_numpy(reader.shares(column.values[0], own)).float())
            first += reader.size
        return found

    def outputs(self, columns: Sequence[Cells]) -> Tensor:
        """Scores of the labels [N, L], or numbers in standard form [N, 1].

        Raises:
            ValueError: other columns than it was fitted on.
        """
        pairs = zip(self.readers, columns, strict=True)
        return self.linear(side_by_side([reader.read(column.values) for reader, column in pairs]))


@dataclass(frozen=True)
class Fitting:
    """Columns that are read, and how a linear layer over them is fitted: to all examples, or to some of them.

    Args:
        layer: fitted to examples of which each counts so much [N]; all count alike where nothing is said.
    """

    readers: Sequence[Reader]
    features: Matrix
    layer: Callable[[Tensor | None], Linear]
    method: str

    @classmethod
    def of(cls, columns: Sequence[Cells], targets: Tensor, labels: int, allowance: Allowance) -> Fitting:
        """As `ColumnsBaseline.fit`."""
        texts = sum(column.kind == "text" for column in columns)
        most = min(MOST_NGRAMS, MOST_WEIGHTS // (2 * max(1, texts) * max(1, labels)))
        learned = [learn(column, most) for column in columns]
        readers, features = [reader for reader, _ in learned], side_by_side([matrix for _, matrix in learned])
        if labels and "series" not in {column.kind for column in columns}:
            classes = partial(logistic, features, targets, labels, PENALTY, allowance)
            return cls(readers, features, lambda weights: classes(weights=weights), "logistic regression")
        wanted = torch.eye(labels)[targets] if labels else targets.float()[:, None]
        penalty = chosen_penalty(features, wanted, allowance, labels=bool(labels))
        return cls(
            readers, features, lambda weights: ridge(features, wanted, penalty, weights=weights), "ridge regression"
        )

    def whole(self) -> ColumnsBaseline:
        """Fitted to all examples."""
        return ColumnsBaseline(self.readers, self.layer(None), self.method)

    def held_out(self, groups: NDArray[np.int64]) -> Tensor:
        """The outputs [N, L] for each example of a layer that was fitted without it and without all of its group.

        Args:
            groups: of each example [N], from 0.
        """
        parts: list[Tensor] = []
        for group in range(int(groups.max()) + 1):
            held = torch.from_numpy(groups == group)
            parts.append(torch.where(held[:, None], self.layer((~held).float())(self.features), 0.0))
        return torch.stack(parts).sum(0)


def stored_columns(stored: Stored) -> list[Stored]:
    """What is kept of the reader of each column.

    Raises:
        ValueError, KeyError: it is damaged.
    """
    return [stored.under(f"{k}.") for k in range(stored.number("columns", 1, MOST_COLUMNS))]


def learn(column: Cells, most: int) -> tuple[Reader, Matrix]:
    """What is read of a column, and the features of the examples that it is learned from."""
    if column.kind == "text":
        return TextReader.learn(column.values, most)
    if column.kind == "series":
        return SeriesReader.learn(column.values)
    reader = NumberReader.learn(column.values)
    return reader, reader.read(column.values)
