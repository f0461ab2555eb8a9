"""One of a few texts, each met many times: read as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recurra.columns.column import ColumnKind, Values, other_kind, padded
from recurra.columns.stored import stored_names
from recurra.data import Ragged
from recurra.data.content import Cell
from recurra.models import Branch, ManyToOneOptions, category_branch
from recurra.padded import Padded
from recurra.text.counted import counted
from recurra.text.special import SPECIAL_TOKENS, UNK


@dataclass(frozen=True)
class CategoryColumn:
    """The categories in the order of their names; an empty cell is one of them where training had it."""

    categories: tuple[str, ...]
    kind: ColumnKind = "category"
    dtype: str = "<i4"
    counted: str = "categories"

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {category: k for k, category in enumerate(self.categories, len(SPECIAL_TOKENS))}

    @classmethod
    def learn(cls, texts: Iterable[str]) -> CategoryColumn:
        """All that are there."""
        return cls(tuple(sorted({text.strip() for text in texts})))

    def describe(self) -> str:
        return f"one of {counted(len(self.categories), 'category')}"

    def sizes(self) -> dict[str, object]:
        return {}

    def encode(self, cells: Sequence[Cell], places: Sequence[str]) -> list[Values]:
        """The number of each [1], behind those of the special symbols."""
        rows: list[Values] = []
        for cell, place in zip(cells, places, strict=True):
            if not isinstance(cell, str):
                raise other_kind("a category", cell, place)
            rows.append(np.array([self._numbers.get(cell.strip(), UNK)], np.int32))
        return rows

    def lengths(self, counts: NDArray[np.int32]) -> NDArray[np.int32]:
        return counts

    def batch(self, rows: Ragged) -> Padded:
        """Numbers [B, 1]."""
        return padded(rows, 1, np.int64)

    def tokens(self, cell: Cell) -> list[str]:
        return [str(cell).strip()]

    def unknown(self, cell: Cell, row: Values) -> list[str]:
        return [str(cell).strip()] if (row == UNK).any() else []

    def branch(self, options: ManyToOneOptions) -> Branch:
        return category_branch(options, len(SPECIAL_TOKENS) + len(self.categories))

    def standardise(self, branch: Branch, cells: Iterable[tuple[Cell, str]], name: str) -> list[str]:
        """Categories have no means."""
        return []

    def to_mapping(self) -> dict[str, object]:
        return {"kind": self.kind, "categories": list(self.categories)}

    @classmethod
    def from_mapping(cls, mapping: dict[str, object]) -> CategoryColumn:
        """The same again.

        Raises:
            ModelError: it is damaged.
        """
        return cls(stored_names(mapping, "categories"))
