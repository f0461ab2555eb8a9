"""The input of a network: one column, or several side by side."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import cast

import numpy as np
from numpy.typing import NDArray

from recurra.baselines import Cells
from recurra.columns.category import CategoryColumn
from recurra.columns.column import Column, Values, ragged
from recurra.columns.images import ImageColumn
from recurra.columns.numbers import NumberColumn, NumbersColumn
from recurra.columns.stored import damaged, json_object, stored_list, stored_one_of
from recurra.columns.text import TextColumn
from recurra.data import EncodedTable
from recurra.data.content import Cell, Content, ContentKind, Fields
from recurra.errors import DataError
from recurra.models import Branch, ManyToOneOptions
from recurra.narrowing import are_texts, is_object
from recurra.padded import Padded
from recurra.text.counted import counted
from recurra.tracing import Part, Picture

COLUMNS: dict[str, Callable[[dict[str, object]], Column]] = {
    "text": TextColumn.from_mapping,
    "category": CategoryColumn.from_mapping,
    "number": NumberColumn.from_mapping,
    "vector": NumbersColumn.from_mapping,
    "series": NumbersColumn.from_mapping,
    "image": ImageColumn.from_mapping,
}

# What columns are to a linear layer; others are numbers.
PLAIN = {"text": "text", "category": "text", "series": "series"}

Index = NDArray[np.int64]


@dataclass(frozen=True)
class Inputs:
    """The columns, and their names where there are several."""

    columns: tuple[Column, ...]
    names: tuple[str, ...] = ()

    @property
    def kind(self) -> ContentKind:
        """What the only column holds; "columns" of several."""
        return cast("ContentKind", self.columns[0].kind) if len(self.columns) == 1 else "columns"

    @property
    def counted(self) -> str:
        """What lengths count."""
        return self.columns[0].counted if len(self.columns) == 1 else "units and steps"

    @property
    def variables(self) -> int:
        """Numbers of a step, of a series."""
        column = self.columns[0]
        return len(column.names) if isinstance(column, NumbersColumn) else 1

    def describe(self) -> str:
        """What is read, in words."""
        if len(self.columns) == 1:
            return self.columns[0].describe()
        return ", ".join(f"{name} ({one.describe()})" for name, one in zip(self.names, self.columns, strict=True))

    def sizes(self) -> dict[str, object]:
        """For the card."""
        if len(self.columns) == 1:
            return self.columns[0].sizes()
        named = zip(self.names, self.columns, strict=True)
        return {f"{what} of {name}": size for name, one in named for what, size in one.sizes().items()}

    def dtypes(self) -> dict[str, str]:
        """What is kept of each column on the disk, by the names it has there."""
        return dict(zip(self._stored, (column.dtype for column in self.columns), strict=True))

    def cells(self, content: Content, place: str) -> tuple[Cell, ...]:
        """The cell of each column: by the names that the model knows, or by their order if these are other names.

        Raises:
            DataError: as many as the model does not have.
        """
        if not isinstance(content, Fields):
            content = Fields((content,), ())
        cells, names = content
        if names and self.names and set(self.names) <= set(names):
            return tuple(cells[names.index(name)] for name in self.names)
        if len(cells) != len(self.columns):
            named = f" ({', '.join(self.names)})" if self.names else ""
            what = f"expected {counted(len(self.columns), 'column')}{named}, saw {len(cells)}"
            raise DataError(what, where=place, fix="Give the columns that the model was trained with.")
        return cells

    def encode(self, contents: Sequence[Content], places: Sequence[str]) -> list[list[Values]]:
        """The values of each column, of each example.

        Raises:
            DataError: what is not what the model reads, with its place.
        """
        rows = [self.cells(content, place) for content, place in zip(contents, places, strict=True)]
        return [column.encode([row[k] for row in rows], places) for k, column in enumerate(self.columns)]

    def rows(self, encoded: Sequence[Sequence[Values]], example: int) -> dict[str, Values]:
        """What is written of one example."""
        return {name: column[example] for name, column in zip(self._stored, encoded, strict=True)}

    def lengths(self, table: EncodedTable) -> NDArray[np.int32]:
        """Units or steps of each example of a table, of all columns together."""
        return self._lengths([table[name].lengths for name in self._stored])

    def lengths_of(self, encoded: Sequence[Sequence[Values]]) -> NDArray[np.int32]:
        """The same of examples that have just been encoded."""
        return self._lengths([np.array([len(row) for row in column], dtype=np.int32) for column in encoded])

    def gather(self, table: EncodedTable, index: Index) -> list[Padded]:
        """A batch of each column, of the examples `index` of a table."""
        return [
            column.batch(table[name].gather(index)) for name, column in zip(self._stored, self.columns, strict=True)
        ]

    def batch(self, encoded: Sequence[Sequence[Values]], index: Sequence[int]) -> list[Padded]:
        """The same of examples that have just been encoded."""
        pairs = zip(self.columns, encoded, strict=True)
        return [column.batch(ragged([rows[k] for k in index])) for column, rows in pairs]

    def plain(self, contents: Sequence[Content], encoded: Sequence[Sequence[Values]]) -> list[Cells]:
        """What the columns of examples hold as a linear layer reads it: texts, numbers, series.

        Args:
            encoded: the values of each column, of each example.
        """
        rows = [self.cells(content, "") for content in contents]
        found: list[Cells] = []
        for k, (column, values) in enumerate(zip(self.columns, encoded, strict=True)):
            match PLAIN.get(column.kind, "numbers"):
                case "text":
                    found.append(Cells("text", [str(row[k]) for row in rows]))
                case "series":
                    series = [one.astype(np.float64).reshape(-1, self.variables) for one in values]
                    found.append(Cells("series", series))
                case _:
                    found.append(Cells("numbers", np.stack(values).astype(np.float64)))
        return found

    def plain_kinds(self) -> list[str]:
        """What each column is to a linear layer."""
        return [PLAIN.get(column.kind, "numbers") for column in self.columns]

    def tokens(self, content: Content) -> list[str]:
        """The units or steps as they can be shown, one column after the other."""
        cells = self.cells(content, "")
        return [token for column, cell in zip(self.columns, cells, strict=True) for token in column.tokens(cell)]

    def places(self, content: Content) -> list[Part]:
        """The same as a reader sees them: of texts the characters, each of one unit or several."""
        return list(chain(*self.places_by_column(content)))

    def places_by_column(self, content: Content) -> list[list[Part]]:
        """The same, each column by itself."""
        cells = zip(self.columns, self.cells(content, ""), strict=True)
        return [
            column.characters(cell) if isinstance(column, TextColumn) else [(token, 1) for token in column.tokens(cell)]
            for column, cell in cells
        ]

    def unknown(self, content: Content, rows: Sequence[Values]) -> list[str]:
        """What the network does not know."""
        parts = zip(self.columns, self.cells(content, ""), rows, strict=True)
        return [unit for column, cell, row in parts for unit in column.unknown(cell, row)]

    def picture(self, rows: Sequence[Values]) -> Picture | None:
        """The image, where that is the only column."""
        column = self.columns[0]
        return column.picture(rows[0]) if len(self.columns) == 1 and isinstance(column, ImageColumn) else None

    def branches(self, options: ManyToOneOptions) -> list[Branch]:
        """The parts of a network that read the columns, with fresh weights."""
        return [column.branch(options) for column in self.columns]

    def to_json(self) -> str:
        """All of it."""
        columns = [column.to_mapping() for column in self.columns]
        return json.dumps({"names": list(self.names), "columns": columns}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Inputs:
        """The same again.

        Raises:
            ModelError: it is damaged.
        """
        mapping = json_object(text)
        names, columns = stored_list(mapping, "names"), stored_list(mapping, "columns")
        described = [one for one in columns if is_object(one)]
        if not columns or len(described) < len(columns):
            raise damaged("expected 'columns' to be a list of objects")
        if not are_texts(names) or len(names) != (0 if len(columns) == 1 else len(columns)):
            raise damaged(f"expected a name for each of {counted(len(columns), 'column')}")
        return cls(tuple(COLUMNS[stored_one_of(one, "kind", tuple(COLUMNS))](one) for one in described), tuple(names))

    @property
    def _stored(self) -> list[str]:
        """The names of the columns on the disk; users' names may have letters that files cannot have."""
        return ["input"] if len(self.columns) == 1 else [f"input{k}" for k in range(1, len(self.columns) + 1)]

    def _lengths(self, counts: Iterable[NDArray[np.int32]]) -> NDArray[np.int32]:
        each = [column.lengths(count) for column, count in zip(self.columns, counts, strict=True)]
        return each[0] if len(each) == 1 else np.stack(each).sum(axis=0).astype(np.int32)
