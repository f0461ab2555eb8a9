"""What a column of the input is to everything that reads it.

A column is learned from the training examples once, says what it decided and why, and is stored in the model. From
then on it turns cells (a text, numbers, an image) into rows of values on the disk, rows into batches, and cells into
what can be shown; and it knows the part of a network that reads it.

B batch, T time, D numbers of a step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from recurra.data import Numbers, Ragged
from recurra.data.content import Cell
from recurra.data.images import ImageFile
from recurra.data.table import Values
from recurra.errors import DataError
from recurra.models import Branch, ManyToOneOptions
from recurra.models.many_to_one import Kind
from recurra.padded import Padded
from recurra.text.counted import counted

ColumnKind = Literal["text", "category", "number", "vector", "series", "image"]

# The kind of network that reads a column, where the recipe leaves it open.
AUTO_NETWORK: dict[str, Kind] = {"text": "rnn", "series": "rnn", "vector": "feedforward", "image": "cnn"}


class Column(Protocol):
    """One of the columns of this room: frozen dataclasses."""

    @property
    def kind(self) -> ColumnKind:
        """What a cell is."""
        ...

    @property
    def dtype(self) -> str:
        """numpy's name of what is kept of a cell: "<i4"."""
        ...

    @property
    def counted(self) -> str:
        """What the length of a cell counts: "units"."""
        ...

    def describe(self) -> str:
        """What is read, in words: "the units of a text"."""
        ...

    def sizes(self) -> dict[str, object]:
        """For the card."""
        ...

    def encode(self, cells: Sequence[Cell], places: Sequence[str]) -> list[Values]:
        """The values of each cell, flat.

        Raises:
            DataError: a cell of another kind, or one that cannot be read; with its place.
        """
        ...

    def lengths(self, counts: NDArray[np.int32]) -> NDArray[np.int32]:
        """Units or steps of each cell, from the numbers of values that are kept of it."""
        ...

    def batch(self, rows: Ragged) -> Padded:
        """Rows of values as a network reads them."""
        ...

    def tokens(self, cell: Cell) -> list[str]:
        """The units or steps of a cell as they can be shown: as many as its length."""
        ...

    def unknown(self, cell: Cell, row: Values) -> list[str]:
        """What of the cell the network does not know."""
        ...

    def branch(self, options: ManyToOneOptions) -> Branch:
        """The part of a network that reads it, with fresh weights."""
        ...

    def standardise(self, branch: Branch, cells: Iterable[tuple[Cell, str]], name: str) -> list[str]:
        """Puts the means and deviations of the training cells, which come with their places, into that part.

        Args:
            name: of the data.

        Returns:
            What should be said of these cells.
        """
        ...

    def to_mapping(self) -> dict[str, object]:
        """JSON values, its kind among them."""
        ...


def network_kind(kind: ColumnKind, options: ManyToOneOptions) -> Kind:
    """The kind of network over a column: as the recipe says, else what suits the column."""
    return AUTO_NETWORK[kind] if options.kind == "auto" else options.kind


def padded(rows: Ragged, width: int, kind: type[np.int64 | np.float32]) -> Padded:
    """Rows of values, `width` for each step, to [B, T] or, of numbers, to [B, T, D]."""
    steps = rows.lengths // width
    longest = int(steps.max(initial=0))
    shape = (len(steps), longest) if kind is np.int64 else (len(steps), longest, width)
    values = np.zeros(shape, dtype=kind)
    values[np.arange(longest) < steps[:, None]] = rows.values.reshape(-1, *shape[2:])
    return Padded(torch.from_numpy(values), torch.from_numpy(steps.astype(np.int64)))


def ragged(rows: Sequence[Values]) -> Ragged:
    """Rows one after another."""
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    return Ragged(np.concatenate(rows) if rows else np.zeros(0), lengths)


def kind_of_cell(cell: Cell) -> str:
    """What a cell is, in words, so that two with the same answer go together."""
    if isinstance(cell, ImageFile | np.ndarray):
        return "an image"
    if isinstance(cell, str):
        return "a text"
    size = len(cell.names)
    return f"series of {counted(size, 'number')} a step" if cell.is_series else f"vectors of {counted(size, 'number')}"


def other_kind(expected: str, cell: Cell, place: str) -> DataError:
    """The refusal of a cell that a column cannot be."""
    seen = kind_of_cell(cell)
    if isinstance(cell, Numbers):
        seen = f"{'a series' if cell.is_series else 'a vector'} ({cell})"
    return DataError(f"expected {expected}, saw {seen}", where=place, fix="A model reads what it was trained with.")
