"""What the columns of a table of series are: numbers, and perhaps the time of each step and the name of its series."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from shlex import quote
from typing import NamedTuple

from recurra.data.columns import several
from recurra.data.delimited import table_rows
from recurra.data.examples import Reading
from recurra.data.numbers import MISSING, is_number
from recurra.data.source import DataSource
from recurra.data.times import is_time
from recurra.data.vectors import GROUP_NAME, LABEL_NAMES, column_names, column_of, filled_rows
from recurra.errors import DataError, UsageError
from recurra.text.visible import excerpt

LOOK = 50  # rows from which it is told what the columns are
LEAST = 8  # rows; with fewer nothing is sure
TIME_NAMES = ("time", "date", "datetime", "timestamp", "ds", "step", "period", "year", "index", "t", "")
PAIR_NAMES = {"source", "target", "text", *LABEL_NAMES}  # of tables that are for other tasks


class SeriesColumns(NamedTuple):
    """Which column is what, from 0."""

    names: tuple[str, ...]  # of the columns of numbers
    numbers: tuple[int, ...]  # where these stand
    time: int | None
    group: int | None  # the name of the series; None: there is only one
    width: int
    header: bool
    targets: tuple[str, ...]  # the columns of numbers that are to be forecast; none: all

    def name_of(self, fields: Sequence[str]) -> str:
        """The name of the series that a row belongs to."""
        return "" if self.group is None else fields[self.group].strip()


def find_columns(rows: list[list[str]], reading: Reading) -> SeriesColumns:
    """What the columns are, told from the first rows; notes what was taken for what.

    Raises:
        DataError: a column that the user names is not there, a second column holds no numbers, or none does.
    """
    place = reading.place(1)
    columns = _columns(reading.source, rows, place)
    if not columns.header:
        reading.note(f"{reading.name}: no header, so the columns are numbered from 1")
    names = column_names(rows[0], columns.header, place)
    for what, option, column in (
        ("the time of each step", "time_column", columns.time),
        ("the name of its series", "source_column", columns.group),
    ):
        if column is not None:
            reading.note(f"{reading.name}: column {names[column]!r} is {what}")
            if columns.header:
                reading.facts.columns[option] = names[column]
    return columns


def targets_of(columns: SeriesColumns, reading: Reading) -> tuple[str, ...]:
    """The columns that the user wants to be forecast.

    Raises:
        DataError: one of them holds no numbers.
    """
    for name in columns.targets:
        if name not in columns.names:
            fix = f"Columns of numbers: {', '.join(columns.names)}."
            raise DataError(
                f"the column {name!r} is to be forecast, and holds no numbers", where=reading.place(1), fix=fix
            )
    return columns.targets


def why_series(source: DataSource) -> str | None:
    """Why a table is surely one of series, as a clause that can follow "because"; None where it may be another."""
    try:
        rows = [fields for _, fields in islice(filled_rows(table_rows(Reading(source))), LOOK)]
        if len(rows) < LEAST or any(len(row) != len(rows[0]) for row in rows):
            return None
        columns = _columns(source, rows, "")
    except (DataError, UsageError):
        return None
    if columns.header and PAIR_NAMES & {name.strip().lower() for name in rows[0]}:
        return None
    if columns.time is not None:
        called = columns.header and rows[0][columns.time].strip().lower() in TIME_NAMES
        sure = called or is_time(rows[-1][columns.time].strip())  # else it may be a text, and the number its label
        return "this is a table of numbers with a column for the time" if sure else None
    alone = columns.width == 1
    return "this is a table of numbers without a column of labels" if columns.header or alone else None


def _columns(source: DataSource, rows: list[list[str]], place: str) -> SeriesColumns:
    head, width = rows[0], len(rows[0])
    body = [row for row in rows[1:] if len(row) == width]
    texts = {k for k in range(width) if _is_text([row[k] for row in body or rows[:1]])}
    header = _has_header(head, texts, rows, source)
    names = column_names(head, header, place)
    group = _group(source, names, place)
    if source.time_column is not None:
        time = column_of(source.time_column, names, place)
    else:
        time = _time(names, [k for k in sorted(texts) if k != group], group, rows)
    numbers = tuple(k for k in range(width) if k not in (group, time))
    for k in numbers:
        if k in texts and body:
            raise _no_numbers(names[k], next((row[k].strip() for row in body if row[k].strip()), ""), place)
    if not numbers:
        raise DataError("there is no column of numbers", where=place, fix="Put each number into a column of its own.")
    wanted = [] if source.target_column is None else several(source.target_column)
    targets = tuple(names[column_of(str(name), names, place)] for name in wanted)
    return SeriesColumns(tuple(names[k] for k in numbers), numbers, time, group, width, header, targets)


def _is_text(cells: list[str]) -> bool:
    """Whether less than half of what stands in a column is meant as numbers; a decimal comma is an error, no text."""
    filled = [cell.strip() for cell in cells if cell.strip().lower() not in MISSING]
    return 2 * sum(map(_like_number, filled)) < len(filled)


def _has_header(head: list[str], texts: set[int], rows: list[list[str]], source: DataSource) -> bool:
    """Whether the first row names the columns: it has text above numbers, or a name that is known."""
    if len(rows) == 1:  # all of them may be names, or one of them the time
        return not any(is_number(cell) and cell.strip() for cell in head)
    above_numbers = [head[k].strip() for k in range(len(head)) if k not in texts]
    above_texts = [head[k].strip() for k in sorted(texts)]
    named = (source.source_column, source.time_column)
    known = {GROUP_NAME, *TIME_NAMES[:-1], *filter(None, several(source.target_column)), *filter(None, named)}
    return any(not _like_number(cell) for cell in above_numbers) or any(
        cell.lower() in known and not cell.isdecimal() for cell in above_texts
    )


def _like_number(cell: str) -> bool:
    """A number, also with a decimal comma."""
    return is_number(cell) or is_number(cell.replace(",", ".", 1))


def _group(source: DataSource, names: tuple[str, ...], place: str) -> int | None:
    if source.source_column is not None:
        return column_of(source.source_column, names, place)
    return names.index(GROUP_NAME) if GROUP_NAME in names else None


def _time(names: tuple[str, ...], texts: list[int], group: int | None, rows: list[list[str]]) -> int | None:
    """The column that says when a step was: the one so called, the first of dates, the only one without numbers."""
    called = [k for k, name in enumerate(names) if name.lower() in TIME_NAMES and k != group]
    dates = [k for k in texts if is_time(rows[-1][k].strip())] if len(rows[-1]) == len(names) else []
    found = [*called, *dates, *(texts if len(texts) == 1 else [])]
    return found[0] if found and len(names) > 1 else None


def _no_numbers(name: str, seen: str, place: str) -> DataError:
    fix = (
        f"If it says which series a row belongs to: --source-column {quote(name)}. If it says when: "
        f"--time-column {quote(name)}. "
        "Otherwise remove it."
    )
    return DataError(f"column {name!r} holds text, such as {excerpt(seen, 40)}", where=place, fix=fix)
