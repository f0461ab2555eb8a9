"""Series of numbers to be continued: a table whose rows are steps, one series or several, or lists in Python.

    date,price,volume             series,step,load
    2024-01-01,17.2,300           north,1,5.5
    2024-01-02,17.9,280           north,2,5.7

or a mapping for each, with its start (`gluonts`).

Rows with one name in the column `series` (`unique_id`, ...) are one series, wherever they stand. A column that says
when a step was (called time, date, ..., or the only one without numbers) is read: the steps follow one after the other
in it, and what does not is refused or said (`timeline`). All the others are numbers.

T steps, D columns.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from itertools import chain, islice
from pathlib import PurePath
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeGuard

import numpy as np
from numpy.typing import NDArray

from recurra.data.examples import Kind, Reading, Skipped
from recurra.data.gluonts import holds_entries, read_entries
from recurra.data.jsonl import checked_name
from recurra.data.number_format import table_format
from recurra.data.number_text import BEYOND, LARGER_UNIT, LARGEST, NumberFormat
from recurra.data.numbers import numbered, real_array
from recurra.data.rows import is_table, plain, reads_file
from recurra.data.series_columns import (
    LOOK,
    TIME_NAMES,
    SeriesColumns,
    check_guess,
    find_columns,
    targets_of,
    why_series,
)
from recurra.data.source import DataSource, Sides, spool
from recurra.data.timeline import Rows, Timeline, in_time
from recurra.data.vectors import GROUP_NAMES, fitting, row_numbers
from recurra.data.wide import step_rows
from recurra.errors import DataError
from recurra.narrowing import is_iterable, is_mapping
from recurra.text.counted import counted
from recurra.text.visible import as_given

NO_SERIES = "rows that are not valid series"
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
    step: str = ""  # how far the times are apart, "1 day"; empty where they are not, or there are none
    dates: str = ""  # the order of day and month in the times, where they could be read either way

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
    if holds_entries(reading.source):
        yield from read_with_starts(reading)
        return
    rows = step_rows(reading)
    first = list(islice(rows, LOOK))
    if not first:
        return
    columns = find_columns([fields for _, fields in first], reading)
    if columns.header and len(first) == 1:
        if reading.findings:  # which say why
            return
        what = "expected steps below the header, found none"
        raise DataError(what, where=reading.place(first[0][0]), fix=STEPS)
    form = table_format(reading, columns.numbers, columns.names, header=columns.header, rows=step_rows)
    every = fitting(chain(first[1:] if columns.header else first, rows), len(columns.every), reading)
    series = _together(every, columns, form, reading)
    if reading.findings:
        return
    line = Timeline(series)
    if columns.time:
        line = in_time(series, columns.named(columns.time), columns.names, reading)
        check_guess(series, columns, reading)
    targets = targets_of(columns, reading)
    for name, lines, times, values in line.series:
        numbers = np.array(values, dtype=np.float64)
        yield Series(name, numbers, columns.names, tuple(times), lines[0], targets, 0, line.step, line.dates)


def read_with_starts(reading: Reading) -> Iterator[Series]:
    """Series that are one mapping each, with their start; a series of other columns than the first is a finding."""
    first: Series | None = None
    for line, (name, values, columns, times, step) in read_entries(reading):
        series = Series(name, values, columns, times, line, (), 0, str(step or ""))
        first = first or series
        try:
            check_numbers(values, reading.place(line))
            check_columns(series, first, reading.place(line))
            yield series
        except DataError as error:
            reading.findings.add(NO_SERIES, error)


def check_columns(series: Series, first: Series, place: str) -> None:
    """Refuses a series that has other columns than the first.

    Raises:
        DataError: it has.
    """
    if series.columns != first.columns:
        what = f"expected the columns of the first series ({', '.join(first.columns)}), saw {', '.join(series.columns)}"
        raise DataError(what, where=place, fix="All series have the same columns.")


def check_numbers(values: NDArray[np.float64], place: str) -> None:
    """Refuses numbers that nothing can be computed with.

    Raises:
        DataError: one is infinite, or beyond all bounds.
    """
    if np.isinf(values).any():
        raise DataError("a number is infinite", where=place, fix="Fix it; where a number is missing, give NaN.")
    if (np.abs(values) > LARGEST).any():
        raise DataError(BEYOND.format(LARGEST), where=place, fix=LARGER_UNIT)


def _together(
    rows: Iterable[tuple[int, list[str]]], columns: SeriesColumns, form: NumberFormat, reading: Reading
) -> list[Rows]:
    """The rows of each series; a cell that is no number is a finding."""
    series: dict[str, Rows] = {}
    for number, fields in rows:
        name = columns.name_of(fields)
        if columns.group and not name.strip(", "):
            fix = "Write which series the row belongs to, or take it out."
            error = DataError("the name of the series is missing", where=reading.place(number), fix=fix)
            reading.findings.add("rows without the name of their series", error)
            continue
        one = series.setdefault(name, Rows(name, [], [], []))
        values = row_numbers(fields, columns.names, columns.numbers, reading.place(number), reading, form, LARGEST)
        if values is not None:
            one.lines.append(number)
            one.values.append(values)
            if columns.time:
                one.times.append(columns.time_of(fields))
    return list(series.values())


def read_rows(reading: Reading) -> Iterator[Series]:
    """The series given in Python: a table by columns, or numbers, steps of numbers, columns by name for each.

    Raises:
        DataError: something that is no series, or of other columns than the first.
    """
    rows = reading.source.rows or ()
    if holds_entries(reading.source):
        yield from read_with_starts(reading)
        return
    if (table := table_of(rows)) is not None:
        reading.source = replace(reading.source, rows=table)
        yield from read_series(reading)
        return
    first: Series | None = None
    for number, given in enumerate(list_of_series(rows), 1):
        place = reading.place(number)
        try:
            series = checked_series(given, place, number)
            first = first or series
            check_columns(series, first, place)
            yield series
        except DataError as error:
            reading.findings.add(NO_SERIES, error)


def are_series(rows: Sequence[object]) -> str | None:
    """Why rows given in Python are surely series, as a clause that can follow "because"."""
    if holds_entries(DataSource(rows=rows)):
        return "each of these is a series with its start"
    if (table := table_of(rows)) is not None:
        return why_series(DataSource(rows=table))
    try:
        several = [checked_series(one, "") for one in list_of_series(rows)]
    except DataError:
        return None
    return "these are numbers without labels" if several and all(len(one.values) > 1 for one in several) else None


def table_of(rows: Sequence[object]) -> Sequence[object] | None:
    """The rows of a table of steps: mappings from columns to cells, or one from columns to lists, with times or names.

    None of anything else: lists of numbers, columns of nothing but numbers.

    Raises:
        DataError: the lists are not equally long.
    """
    if len(rows) > 1:
        return rows if is_table(rows) else None
    columns = rows[0] if rows else None
    if not is_mapping(columns):
        return None
    lists = [list(cells) for cells in columns.values() if has_elements(cells)]
    if len(lists) < len(columns) or not lists:
        return None
    known = {*TIME_NAMES[:-1], *GROUP_NAMES}
    told = any(str(name).strip().lower() in known for name in columns)
    if not told and not any(isinstance(plain(cell), str | date | time) for cells in lists for cell in cells[:1]):
        return None
    if len({len(cells) for cells in lists}) > 1:
        lengths = ", ".join(f"{name} {len(cells):,}" for name, cells in zip(columns, lists, strict=True))
        raise DataError(f"expected columns of one length, got {lengths}", where="series")
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*lists, strict=True)]


def has_elements(given: object) -> TypeGuard[Iterable[object]]:
    """Whether this has elements, and is no text."""
    return isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping)


def read_inputs(reading: Reading) -> Iterator[Series]:
    """The series of a file, of standard input, or given in Python."""
    if reading.source.rows is not None:
        yield from read_rows(reading)
        return
    with TemporaryDirectory(prefix="recurra-") as folder:
        reading.source = spool(reading.source, folder)
        yield from read_series(reading)


def list_of_series(given: object) -> list[object]:
    """Several series, or one that is given as its numbers: [3.5, 3.7, ...] or {"price": [...]}."""
    if isinstance(given, Mapping):
        return [given]
    if isinstance(given, str) or not is_iterable(given):
        raise _no_series(given, "series")
    every = list(given)
    plain = bool(every) and all(isinstance(value, int | float | np.number) for value in every)
    return [every] if plain else every


def checked_series(given: object, where: str, number: int = 1) -> Series:
    """A series given in Python: [T], [T][D], {"name": [T], ...}, or one that was read.

    Raises:
        DataError: it is no such thing.
    """
    if isinstance(given, Series):
        return given
    named = given if is_mapping(given) else None
    try:
        values = real_array(given if named is None else list(named.values()), np.float64)
    except (ValueError, TypeError) as error:
        raise _no_series(given, where) from error
    if named is not None:
        values = values.T
    elif values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2 or not values.shape[1]:
        raise _no_series(given, where)
    check_numbers(values, where)
    columns = numbered(values.shape[1]) if named is None else tuple(checked_name(str(name), where) for name in named)
    return Series("", values, columns, (), number)


def _no_series(given: object, where: str) -> DataError:
    what = f"expected a series of numbers, got {as_given(given, 40)}"
    fix = 'Give the numbers of each series, [3.5, 3.7, ...]; of several columns {"price": [...], "volume": [...]}.'
    if isinstance(given, PurePath):
        fix = reads_file(given)
    return DataError(what, where=where, fix=fix)


def key(series: Series) -> str:
    """Name and numbers."""
    return f"{series.name}\t{series.start}\t{series.values.tobytes().decode('latin-1')}"


def pack(series: Series) -> list[object]:
    """All of it; a number that is missing is None."""
    values: list[list[float]] = series.values.tolist()
    known = [[None if math.isnan(value) else value for value in row] for row in values]
    name, _, *others = series
    return [name, known, *others]


def unpack(row: Sequence[Any]) -> Series:
    """The same again."""
    name, values, columns, times, line, targets, start, *known = row
    numbers = np.array(values, dtype=np.float64)
    return Series(name, numbers, tuple(columns), tuple(times), line, tuple(targets), start, *known)


def check(skipped: Skipped, source: DataSource) -> None:
    """Refuses data without a series.

    Raises:
        DataError: there is none.
    """
    if not skipped.total:
        raise DataError("expected a series, found none", where=source.names[0], fix=STEPS)


SERIES = Kind(
    sides=Sides("series", "value", "series"),
    formats=dict.fromkeys(
        ("csv", "tsv", "jsonl", "series"), read_series
    ),  # one reader, which sees the separator itself
    rows=read_rows,
    format_of=lambda source: "series",
    key=key,
    pack=pack,
    unpack=unpack,
    inputs=lambda reading, what: read_inputs(reading),
    check=check,
    one_file=(
        "series are in one file, but two were given",
        "Put the columns side by side in one table; --target-column says which of them are forecast.",
    ),
    columns=("source_column", "target_column", "time_column"),
    called="series",
)
