"""Which columns of a table hold source and target, and what is wrong with a row that has not got them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from recurra.data.pair_source import PairSource
from recurra.errors import DataError, UsageError
from recurra.options import unknown_name


class Columns(NamedTuple):
    """Where the two texts stand in a row."""

    source: int  # from 0
    target: int
    least: int  # how many columns a row has at least
    most: int | None  # ... and at most; None: any number

    def fit(self, row: Sequence[str]) -> bool:
        """Whether a row has the right number of columns."""
        return self.least <= len(row) and (self.most is None or len(row) <= self.most)

    @property
    def expected(self) -> str:
        """The number of columns in words: "2 columns", "at least 3 columns"."""
        return f"{'' if self.most else 'at least '}{self.least} columns"


def are_named(source: PairSource) -> bool:
    """Whether the user names a column, so that the table must have a header.

    Raises:
        UsageError: one column by number and the other by name or not at all, or both the same.
    """
    given = [source.source_column, source.target_column]
    if all(column is None for column in given):
        return False
    _refuse_same(given[0], given[1])
    numbers = [column is not None and is_number(column) for column in given]
    if any(numbers) and not all(numbers):
        raise UsageError(
            f"expected both columns by number or both by name, got {given[0]!r} and {given[1]!r}",
            where="--source-column, --target-column",
            fix="For example --source-column 1 --target-column 3; the first column is 1.",
        )
    return not all(numbers)


def is_number(column: str) -> bool:
    """Whether a column is given by number."""
    return column.isascii() and column.isdigit()


def by_number(source: PairSource) -> Columns:
    """The columns a user numbered, or the only two of a table without header."""
    if source.source_column is None or source.target_column is None:
        return Columns(0, 1, 2, 2)
    first, second = int(source.source_column), int(source.target_column)
    if first == 0 or second == 0:
        raise UsageError("columns are counted from 1, got 0", where="--source-column, --target-column")
    return Columns(first - 1, second - 1, max(first, second), None)


def by_name(source: PairSource, header: Sequence[str], place: str) -> Columns:
    """The columns a user named, found in the header of the table."""
    names = wanted_names(source)
    for name in names:
        if name not in header:
            error = unknown_name("column", name, header, where=place)
            seen = f"the header has no column {name!r}; it names {', '.join(map(repr, header))}"
            raise DataError(seen, where=place, fix=error.fix)
        if header.count(name) > 1:
            raise DataError(f"the header names the column {name!r} twice", where=place, fix="Rename one of them.")
    return Columns(header.index(names[0]), header.index(names[1]), len(header), len(header))


def wanted_names(source: PairSource) -> tuple[str, str]:
    """The names of the two columns; "source" and "target", or as the source calls them, where the user gave none.

    Raises:
        UsageError: they are the same.
    """
    names = source.source_column or source.first, source.target_column or source.second
    _refuse_same(*names)
    return names


def _refuse_same(source: str | None, target: str | None) -> None:
    if source == target:
        raise UsageError(f"source and target are the same column {source!r}", where="--source-column, --target-column")
