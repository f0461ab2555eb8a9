"""Series of numbers to be continued: a table whose rows are steps, one series or several, or lists in Python.

    date,price,volume             series,step,load
    2024-01-01,17.2,300           north,1,5.5
    2024-01-02,17.9,280           north,2,5.7

Rows with one name in the column `series` are one series, in their order. A column that says when a step was (called
time, date, ..., or the only one without numbers) is kept for showing. All the others are numbers.

T steps, D columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby, islice
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from recurra.data.delimited import csv_rows
from recurra.data.findings import Findings
from recurra.data.lines import TextFile, is_stream, require_file
from recurra.data.numbers import numbered
from recurra.data.pair_source import PairSource
from recurra.data.pairs import Skipped, from_copy
from recurra.data.series_columns import LOOK, SeriesColumns, find_columns, targets_of
from recurra.data.tsv import RAGGED
from recurra.data.vectors import BROKEN_SERIES, filled_rows, row_numbers
from recurra.errors import DataError, UsageError
from recurra.options import unknown_name
from recurra.text.counted import counted
from recurra.text.visible import excerpt

STEPS = "Each row of the table is a step: its numbers, separated by commas or tabs."
FORMATS = ("auto", "csv", "tsv", "series")  # all are one reader's, which sees the separator itself


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
        columns = len(self.columns)
        return f"{shown}{len(self.values):,} steps of {columns} number{'s' * (columns > 1)}"

    @property
    def place(self) -> str:
        """What messages call it."""
        return f"series {self.name!r}" if self.name else "the series"


class SeriesFile:
    """The series of a table; each iteration reads it from the beginning, one series in memory at a time.

    `notes` says in whole sentences what was taken for what; it is complete after the first whole pass.
    """

    def __init__(self, source: PairSource) -> None:
        self.source = source
        self.name = source.names[0]
        self.notes: list[str] = []
        self.skipped = Skipped(0, (), 0, "series")

    def __iter__(self) -> Iterator[Series]:
        findings = Findings(self.name)
        total = 0
        for series in read_series(self.source, self.notes, findings):
            total += 1
            if not findings:
                yield series
        if not findings and not total:
            raise DataError("expected a series, there is none", where=self.name, fix=STEPS)
        findings.raise_if_any()


class SeriesList:
    """Series given in Python: numbers, steps of numbers, or columns by name; `line` is the number, from 1."""

    def __init__(self, examples: Sequence[Any], name: str = "series") -> None:
        self.name = name
        self.notes: list[str] = []
        several = list_of_series(examples)
        self.skipped = Skipped(0, (), len(several), "series")
        self.series = [checked_series(one, f"{name}[{k}]", k + 1) for k, one in enumerate(several)]
        if not self.series:
            raise DataError("expected a series, there is none", where=name)
        for one in self.series[1:]:
            if one.columns != self.series[0].columns:
                raise DataError(
                    f"expected the columns of the first series ({', '.join(self.series[0].columns)}), "
                    f"saw {', '.join(one.columns)}",
                    where=f"{name}[{one.line - 1}]",
                    fix="All series have the same columns.",
                )

    def __iter__(self) -> Iterator[Series]:
        return iter(self.series)


SeriesData = SeriesFile | SeriesList


def open_series(source: PairSource) -> SeriesData:
    """The series of a file, which is read when iterated.

    Raises:
        DataError: it is missing or cannot be read.
        UsageError: a format or a combination of options that cannot be.
    """
    if source.format not in FORMATS:
        raise unknown_name("format", source.format, FORMATS, where="--input-format")
    if source.target_path is not None:
        fix = "Put the columns beside each other into one table; --target-column says which of them are forecast."
        raise UsageError("series stand in one file, two were given", where="--target", fix=fix)
    require_file(source.path)
    return from_copy(source, SeriesFile) if is_stream(source.path) else SeriesFile(source)


def read_series(source: PairSource, notes: list[str], findings: Findings) -> Iterator[Series]:
    """The series of a table; what is wrong with a row is a finding.

    Raises:
        DataError: it cannot be told what the columns are, or nothing stands below their names.
    """
    file = TextFile(source.path, source.names[0], notes)
    rows = filled_rows(iter(csv_rows(file, findings)))
    first = list(islice(rows, LOOK))
    if not first:
        return
    columns = find_columns(source, [fields for _, fields in first], file)
    if columns.header and len(first) == 1:
        what = "expected steps below the names of the columns, there are none"
        raise DataError(what, where=file.place(first[0][0]), fix=STEPS)
    every = _fitting(chain(first[1:] if columns.header else first, rows), columns, file, findings)
    seen = set[str]()
    for name, steps in groupby(every, key=lambda row: columns.name_of(row[1])):
        if name in seen:
            what = f"series {name!r} goes on here, after rows of others"
            place = file.place(next(steps)[0])
            findings.add(BROKEN_SERIES, DataError(what, where=place, fix="Keep the rows of a series together: sort."))
            continue
        seen.add(name)
        if (series := _one_series(name, steps, columns, file, findings)) is not None:
            yield series


def list_of_series(given: Any) -> list[Any]:
    """Several series, or one that is given as its numbers: [3.5, 3.7, ...] or {"price": [...]}."""
    if isinstance(given, Mapping):
        return [given]
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        raise _no_series(given, "series")
    every: list[Any] = list(given)
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
        raise DataError("a number is infinite", where=where, fix="Mend it; where a number is missing, give NaN.")
    columns = numbered(values.shape[1]) if named is None else tuple(map(str, named))
    return Series("", values, columns, (), number)


def _no_series(given: Any, where: str) -> DataError:
    what = f"expected a series of numbers, got {excerpt(repr(given), 40)}"
    fix = 'Give the numbers of each series, [3.5, 3.7, ...]; of several columns {"price": [...], "volume": [...]}.'
    return DataError(what, where=where, fix=fix)


def _fitting(
    rows: Iterator[tuple[int, list[str]]], columns: SeriesColumns, file: TextFile, findings: Findings
) -> Iterator[tuple[int, list[str]]]:
    """The rows that have as many columns as the first."""
    for number, fields in rows:
        if len(fields) == columns.width:
            yield number, fields
            continue
        what = f"expected {counted(columns.width, 'column')}, saw {len(fields)}: {excerpt(', '.join(fields))}"
        fix = "Each row has a field for every column; a missing one is empty. A decimal point is a full stop."
        findings.add(RAGGED, DataError(what, where=file.place(number), fix=fix))


def _one_series(
    name: str, steps: Iterator[tuple[int, list[str]]], columns: SeriesColumns, file: TextFile, findings: Findings
) -> Series | None:
    """The series of some rows; None where a cell is no number."""
    values, times, line = list[list[float]](), list[str](), 0
    whole = True
    for number, fields in steps:
        line = line or number
        row = row_numbers(fields, columns.names, columns.numbers, file.place(number), findings)
        whole = whole and row is not None
        values.append(row or [])
        if columns.time is not None:
            times.append(fields[columns.time].strip())
    if not whole:
        return None
    return Series(name, np.array(values), columns.names, tuple(times), line, targets_of(columns, file))
