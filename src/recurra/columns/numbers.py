"""Vectors and series of numbers; and one number among other columns.

T time, D variables (of a vector: entries).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recurra.columns.column import ColumnKind, Values, network_kind, other_kind, padded
from recurra.columns.moments import moments, put_moments
from recurra.columns.stored import format_mapping, stored, stored_format, stored_names, stored_one_of
from recurra.data import Numbers, Ragged
from recurra.data.content import Cell
from recurra.data.number_text import LARGEST_SINGLE, PLAIN, NotANumber, NumberFormat, parse_number
from recurra.data.numbers import columns_in_order, filled_forward, missing_in
from recurra.errors import DataError
from recurra.models import Branch, ManyToOneOptions, NumberReader, number_branch
from recurra.padded import Padded

Missing = Literal["refuse", "mean", "previous"]  # or filled: by the training mean, by the step before
MISSING: tuple[Missing, ...] = ("refuse", "mean", "previous")


@dataclass(frozen=True)
class NumbersColumn:
    """Vectors or series.

    Args:
        names: of the D variables.
        series: whether there are steps.
        missing: what becomes of a missing number.
        transposed: whether the network reads a vector entry by entry.
    """

    names: tuple[str, ...]
    series: bool
    missing: Missing = "refuse"
    transposed: bool = False
    dtype: str = "<f4"

    @classmethod
    def learn(cls, first: Numbers, missing: Missing, options: ManyToOneOptions) -> NumbersColumn:
        """What the first of the training examples is, all are."""
        kind = "series" if first.is_series else "vector"
        transposed = kind == "vector" and network_kind(kind, options) != "feedforward"
        return cls(first.names, first.is_series, missing, transposed)

    @property
    def kind(self) -> ColumnKind:
        """Of the cells."""
        return "series" if self.series else "vector"

    @property
    def counted(self) -> str:
        """What lengths count."""
        return "steps" if self.series else "numbers"

    def describe(self) -> str:
        return f"the {'steps of a series' if self.series else 'numbers of a vector'}"

    def sizes(self) -> dict[str, object]:
        return {"numbers of a step" if self.series else "numbers of a vector": len(self.names)}

    def encode(self, cells: Sequence[Cell], places: Sequence[str]) -> list[Values]:
        """The numbers of each cell [T * D]."""
        return [self._row(cell, place).ravel() for cell, place in zip(cells, places, strict=True)]

    def lengths(self, counts: NDArray[np.int32]) -> NDArray[np.int32]:
        return counts if self.transposed else counts // len(self.names)

    def batch(self, rows: Ragged) -> Padded:
        """Numbers [B, T, D]."""
        return padded(rows, len(self.names), np.float32)

    def tokens(self, cell: Cell) -> list[str]:
        """Names for the steps."""
        if not isinstance(cell, Numbers):
            return []
        if self.transposed:
            return list(self.names)
        return [str(step) for step in range(1, (len(cell.values) if self.series else 1) + 1)]

    def unknown(self, cell: Cell, row: Values) -> list[str]:
        """Numbers are never unknown."""
        return []

    def branch(self, options: ManyToOneOptions) -> Branch:
        kind = network_kind(self.kind, options)
        return number_branch(options, kind, len(self.names), transposed=self.transposed)

    def standardise(self, branch: Branch, cells: Iterable[tuple[Cell, str]], name: str) -> list[str]:
        assert isinstance(branch.reader, NumberReader)
        values = (cell.values for cell, _ in cells if isinstance(cell, Numbers))
        found = moments(values, len(self.names))
        put_moments(branch.reader, found)
        return found.notes(self.names, name)

    def to_json(self) -> str:
        """The same as `to_mapping`, as a text."""
        return json.dumps(self.to_mapping(), ensure_ascii=False)

    def to_mapping(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "names": list(self.names),
            "missing": self.missing,
            "transposed": self.transposed,
        }

    @classmethod
    def from_mapping(cls, mapping: dict[str, object]) -> NumbersColumn:
        """The same again.

        Raises:
            ModelError: it is damaged.
        """
        series = stored_one_of(mapping, "kind", ("vector", "series")) == "series"
        return cls(stored_names(mapping, "names"), series, _missing(mapping), stored(mapping, "transposed", bool))

    def _row(self, cell: Cell, place: str) -> NDArray[np.float32]:
        if not isinstance(cell, Numbers) or cell.is_series != self.series:
            raise other_kind(f"a {self.kind}", cell, place)
        values = self._in_order(cell, place)
        if self.missing == "refuse" and (gap := missing_in(cell)):
            raise refused(gap, place)
        if self.missing == "previous" and self.series:
            values = filled_forward(values)
        return values

    def _in_order(self, cell: Numbers, place: str) -> NDArray[np.float32]:
        what = f"numbers{' a step' if self.series else ''}"
        return cell.values[..., columns_in_order(cell.names, self.names, what, place)]


@dataclass(frozen=True)
class NumberColumn:
    """One number among other columns."""

    name: str
    missing: Missing = "refuse"
    form: NumberFormat = PLAIN
    kind: ColumnKind = "number"
    dtype: str = "<f4"
    counted: str = "numbers"

    def describe(self) -> str:
        return "a number"

    def sizes(self) -> dict[str, object]:
        return {}

    def encode(self, cells: Sequence[Cell], places: Sequence[str]) -> list[Values]:
        """The number of each cell [1]; NaN where there is none."""
        return [np.array([self._number(cell, place)], np.float32) for cell, place in zip(cells, places, strict=True)]

    def lengths(self, counts: NDArray[np.int32]) -> NDArray[np.int32]:
        return counts

    def batch(self, rows: Ragged) -> Padded:
        """Numbers [B, 1, 1]."""
        return padded(rows, 1, np.float32)

    def tokens(self, cell: Cell) -> list[str]:
        """The number as it stands there."""
        return [str(cell).strip()]

    def unknown(self, cell: Cell, row: Values) -> list[str]:
        """Numbers are never unknown."""
        return []

    def branch(self, options: ManyToOneOptions) -> Branch:
        return number_branch(options, "feedforward", 1)

    def standardise(self, branch: Branch, cells: Iterable[tuple[Cell, str]], name: str) -> list[str]:
        assert isinstance(branch.reader, NumberReader)
        found = moments((np.array([self._number(cell, place)]) for cell, place in cells), 1)
        put_moments(branch.reader, found)
        return found.notes([self.name], name)

    def to_mapping(self) -> dict[str, object]:
        return {"kind": self.kind, "name": self.name, "missing": self.missing, **format_mapping(self.form)}

    @classmethod
    def from_mapping(cls, mapping: dict[str, object]) -> NumberColumn:
        """The same again.

        Raises:
            ModelError: it is damaged.
        """
        return cls(stored(mapping, "name", str), _missing(mapping), stored_format(mapping))

    def _number(self, cell: Cell, place: str) -> float:
        if not isinstance(cell, str):
            raise other_kind("a number", cell, place)
        try:
            value = parse_number(cell, self.form, LARGEST_SINGLE)
        except NotANumber as error:
            raise DataError(f"column {self.name!r}: {error.what}", where=place, fix=error.fix) from None
        if np.isnan(value) and self.missing == "refuse":
            raise refused(f"the number of {self.name!r} is missing", place)
        return value


def _missing(mapping: dict[str, object]) -> Missing:
    return stored_one_of(mapping, "missing", MISSING)


def refused(gap: str, place: str) -> DataError:
    """The refusal of numbers that are missing."""
    fix = "Fill it, or train with --set data.missing=mean (or, of series, =previous), which says how it is filled."
    return DataError(gap, where=place, fix=fix)
