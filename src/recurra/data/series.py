"""Series of numbers to be continued: a table whose rows are steps, one series or several, or lists in Python.

    date,price,volume             series,step,load
    2024-01-01,17.2,300           north,1,5.5
    2024-01-02,17.9,280           north,2,5.7

Rows with one name in the column `series` are one series, in their order. A column that says when a step was (called
time, date, ..., or the only one without numbers) is kept for showing. All the others are numbers.

T steps, D columns.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, islice
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from recurra.data.delimited import table_rows
from recurra.data.examples import Kind, Reading, Skipped
from recurra.data.numbers import numbered
from recurra.data.rows import is_table
from recurra.data.series_columns import LOOK, SeriesColumns, find_columns, targets_of, why_series
from recurra.data.source import DataSource, Sides
from recurra.data.vectors import BROKEN_SERIES, filled_rows, fitting, row_numbers
from recurra.errors import DataError
from recurra.text.counted import counted
from recurra.text.visible import excerpt

STEPS = "Each row of the table is a step: its numbers, separated by commas or tabs."


class Series(NamedTuple):
    """One series. What is missing in it is NaN."""

    name: str  # empty where there is only one
    values: NDArray[np.float64]  # [T, D]
    columns: tuple[str, ...]  # the names of the D columns
    times: tuple[str, ...]  # T of them as they stand in the file, or none
    line: int  # of its first step
    targets: tuple[str, ...] = ()  # columns that the user wants to be forecast; none named: all
    start: int = 0  # the first step that may be forecast; those before it are there to be read

    def __str__(self) -> str:
        shown = f"{self.name}: " if self.name else ""
        return f"{shown}{counted(len(self.values), 'step')} of {counted(len(self.columns), 'number')}"

    @property
    def place(self) -> str:
        """What messages call it."""
        return f"series {self.name!r}" if self.name else "the series"


def read_series(reading: Reading) -> Iterator[Series]:
    """The series of a table; what is wrong with a row is a finding.

    Raises:
        DataError: it cannot be told what the columns are, or nothing stands below their names.
    """
    rows = filled_rows(table_rows(reading))
    first = list(islice(rows, LOOK))
    if not first:
        return
    columns = find_columns([fields for _, fields in first], reading)
    if columns.header and len(first) == 1:
        what = "expected steps below the header, found none"
        raise DataError(what, where=reading.place(first[0][0]), fix=STEPS)
    every = fitting(chain(first[1:] if columns.header else first, rows), columns.width, reading)
    seen = set[str]()
    for name, steps in groupby(every, key=lambda row: columns.name_of(row[1])):
        if name in seen:
            what = f"series {name!r} continues here, after rows of others"
            place = reading.place(next(steps)[0])
            reading.findings.add(
                BROKEN_SERIES, DataError(what, where=place, fix="Keep the rows of a series together: sort the table.")
            )
            continue
        seen.add(name)
        if (series := _one_series(name, steps, columns, reading)) is not None:
            yield series


def read_rows(reading: Reading) -> Iterator[Series]:
    """The series given in Python: a table by columns, or numbers, steps of numbers, columns by name for each.

    Raises:
        DataError: something that is no series, or of other columns than the first.
    """
    rows = reading.source.rows or ()
    if len(rows) > 1 and is_table(rows):
        yield from read_series(reading)
        return
    first: Series | None = None
    for number, given in enumerate(list_of_series(rows), 1):
        place = reading.place(number)
        try:
            series = checked_series(given, place, number)
            first = first or series
            if series.columns != first.columns:
                raise DataError(
                    f"expected the columns of the first series ({', '.join(first.columns)}), "
                    f"saw {', '.join(series.columns)}",
                    where=place,
                    fix="All series have the same columns.",
                )
            yield series
        except DataError as error:
            reading.findings.add("rows that are not valid series", error)


def are_series(rows: Sequence[Any]) -> str | None:
    """Why rows given in Python are surely series, as a clause that can follow "because"."""
    if is_table(rows) and len(rows) > 1:
        return why_series(DataSource(rows=rows))
    try:
        several = [checked_series(one, "") for one in list_of_series(rows)]
    except DataError:
        return None
    return "these are numbers without labels" if several and all(len(one.values) > 1 for one in several) else None


def list_of_series(given: Any) -> list[Any]:
    """Several series, or one that is given as its numbers: [3.5, 3.7, ...] or {"price": [...]}."""
    if isinstance(given, Mapping):
        return [given]
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise _no_series(given, "series")
    every: list[Any] = list(cast("Iterable[Any]", given))
    plain = bool(every) and all(isinstance(value, int | float | np.number) for value in every)
    return [every] if plain else every


def checked_series(given: Any, where: str, number: int = 1) -> Series:
    """A series given in Python: [T], [T][D], {"name": [T], ...}, or one that was read.

    Raises:
        DataError: it is no such thing.
    """
    if isinstance(given, Series):
        return given
    named: Mapping[str, Any] | None = cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else None
    lists: Any = cast("Any", given) if named is None else list(named.values())
    try:
        values = np.asarray(lists, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise _no_series(given, where) from error
    if named is not None:
        values = values.T
    elif values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2 or not values.shape[1]:
        raise _no_series(given, where)
    if np.isinf(values).any():
        raise DataError("a number is infinite", where=where, fix="Fix it; where a number is missing, give NaN.")
    columns = numbered(values.shape[1]) if named is None else tuple(map(str, named))
    return Series("", values, columns, (), number)


def _no_series(given: Any, where: str) -> DataError:
    what = f"expected a series of numbers, got {excerpt(repr(given), 40)}"
    fix = 'Give the numbers of each series, [3.5, 3.7, ...]; of several columns {"price": [...], "volume": [...]}.'
    return DataError(what, where=where, fix=fix)


def _one_series(
    name: str, steps: Iterator[tuple[int, list[str]]], columns: SeriesColumns, reading: Reading
) -> Series | None:
    """The series of some rows; None where a cell is no number."""
    values, times, line = list[list[float]](), list[str](), 0
    whole = True
    for number, fields in steps:
        line = line or number
        row = row_numbers(fields, columns.names, columns.numbers, reading.place(number), reading)
        whole = whole and row is not None
        values.append(row or [])
        if columns.time is not None:
            times.append(fields[columns.time].strip())
    if not whole:
        return None
    return Series(name, np.array(values), columns.names, tuple(times), line, targets_of(columns, reading))


def key(series: Series) -> str:
    """Name and numbers."""
    return f"{series.name}\t{series.start}\t{series.values.tobytes().decode('latin-1')}"


def pack(series: Series) -> list[Any]:
    """All of it; a number that is missing is None."""
    values: list[list[float]] = series.values.tolist()
    known = [[None if math.isnan(value) else value for value in row] for row in values]
    name, _, *others = series
    return [name, known, *others]


def unpack(row: Sequence[Any]) -> Series:
    """The same again."""
    name, values, columns, times, line, targets, start = row
    return Series(name, np.array(values, dtype=np.float64), tuple(columns), tuple(times), line, tuple(targets), start)


def check(skipped: Skipped, source: DataSource) -> None:
    """Refuses data without a series.

    Raises:
        DataError: there is none.
    """
    if not skipped.total:
        raise DataError("expected a series, found none", where=source.names[0], fix=STEPS)


SERIES = Kind(
    sides=Sides("series", "value", "series"),
    formats=dict.fromkeys(("csv", "tsv", "series"), read_series),  # one reader, which sees the separator itself
    rows=read_rows,
    format_of=lambda source: "series",
    key=key,
    pack=pack,
    unpack=unpack,
    inputs=lambda reading, what: read_series(reading),
    check=check,
    one_file=(
        "series are in one file, but two were given",
        "Put the columns side by side in one table; --target-column says which of them are forecast.",
    ),
    columns=("source_column", "target_column", "time_column"),
    called="series",
)
