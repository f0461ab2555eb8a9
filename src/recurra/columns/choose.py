"""What each of several columns holds, told once from all of its training cells; and the columns learned from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from recurra.columns.category import CategoryColumn
from recurra.columns.column import Column, ColumnKind
from recurra.data import Findings, Numbers
from recurra.data.content import Cell
from recurra.data.images import ImageFile
from recurra.data.number_format import Said, Written, column_format
from recurra.data.number_text import MISSING, NotANumber, is_number, parse_number
from recurra.errors import DataError, UsageError
from recurra.options import unknown_name
from recurra.text.counted import counted

NUMBERS = 0.95  # share of the cells from which on a column is one of numbers; the rest is then wrong
MAX_CATEGORIES = 100
USES = 5  # times that each category is met, on the average
KEPT = 1000  # different texts that are counted
CHOICES = ("text", "category", "number")


class Choice(NamedTuple):
    """What a column holds, and why."""

    kind: ColumnKind
    reason: str


@dataclass
class CellCounts:
    """What is counted in the cells of one column."""

    total: int = 0
    missing: int = 0
    numbers: int = 0
    images: int = 0
    rows: str = ""  # "vector", "series" of what Python gave as numbers
    texts: Counter[str] = field(default_factory=Counter[str])

    def add(self, cell: Cell) -> None:
        """Takes one more."""
        self.total += 1
        if isinstance(cell, Numbers):
            self.rows = "series" if cell.is_series else "vector"
        elif isinstance(cell, np.ndarray | ImageFile):
            self.images += 1
        else:
            text = cell.strip()
            self.missing += text.lower() in MISSING
            self.numbers += text.lower() not in MISSING and is_number(text)
            if text in self.texts or len(self.texts) < KEPT:
                self.texts[text] += 1

    def choice(self) -> Choice:
        """What the column holds."""
        if self.rows:
            return Choice("series" if self.rows == "series" else "vector", "these are numbers")
        filled = self.total - self.missing
        if self.images and self.images >= NUMBERS * self.total:
            return Choice("image", "its cells name images")
        if filled and self.numbers >= NUMBERS * filled:
            return Choice("number", "its cells are numbers")
        different, empty = len(self.texts), self.texts.get("", 0)
        left = f" ({empty:,} of them empty)" if empty else ""
        if different <= MAX_CATEGORIES and self.total >= USES * different:
            return Choice("category", f"only {counted(different, 'different text')} in {self.total:,}{left}")
        return Choice("text", f"{different:,}{'+' * (different == KEPT)} different texts in {self.total:,}{left}")


def choose_kinds(
    rows: Iterable[tuple[Cell, ...]], names: tuple[str, ...], said: Mapping[str, ColumnKind]
) -> list[Choice]:
    """What each column holds: as the user says, or told from all cells.

    Raises:
        UsageError: the user names a column that is not there.
    """
    for name in said:
        if name not in names:
            raise unknown_name("column", name, names, where="data.kinds")
    counts = [CellCounts() for _ in names]
    for row in rows:
        for count, cell in zip(counts, row, strict=True):
            count.add(cell)
    return [
        Choice(said[name], "data.kinds says so") if name in said else count.choice()
        for name, count in zip(names, counts, strict=True)
    ]


def kinds_said(text: str) -> dict[str, ColumnKind]:
    """What the setting data.kinds says: "zip=category review=text".

    Raises:
        UsageError: something else, or a kind that there is not.
    """
    said: dict[str, ColumnKind] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, kind = part.rpartition("=")
        if not equals or not name.strip():
            fix = 'Write it as data.kinds="zip=category, age=number".'
            raise UsageError(f"data.kinds: expected COLUMN=KIND, got {part!r}", fix=fix)
        if kind.strip() not in CHOICES:
            raise unknown_name("kind", kind.strip(), CHOICES, where="data.kinds")
        said[name.strip()] = kind.strip()  # type: ignore[assignment]
    return said


def read_numbers(cells: Iterable[tuple[Cell, str]], name: str, where: str, said: Said, *, by_commas: bool) -> Written:
    """How the numbers of a column are written; refuses what is no number in this way.

    Args:
        said: how the user says that they are.
        by_commas: whether commas stand between the columns of the data.

    Raises:
        DataError: all of them in one message.
    """
    texts = ((_text(cell), place) for cell, place in cells)
    written = column_format(texts, name, said, f"{where}: column {name!r}", by_commas=by_commas)
    findings = Findings(where)
    for cell, place in cells:
        try:
            parse_number(_text(cell), written.form)
        except NotANumber as error:
            fix = f'{error.fix} If the column holds no numbers: --set data.kinds="{name}=text" (or category).'
            findings.add(
                "cells that are not numbers", DataError(f"column {name!r}: {error.what}", where=place, fix=fix)
            )
    findings.raise_if_any()
    return written


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else str(cell)


def categories_note(column: Column) -> str:
    """The first categories, for a note."""
    if not isinstance(column, CategoryColumn):
        return ""
    shown = ", ".join(map(repr, column.categories[:5]))
    return f" ({shown}{', ...' if len(column.categories) > 5 else ''})"
