"""Tables of numbers: a vector a row, or series whose steps are the rows.

    sepal,petal,label         a row is an example: its numbers are a vector
    series,x,y,label          rows with one name in the column `series` are the steps of one example, wherever they
                              stand; in their order, or in that of the column `time`

Columns are separated by commas, semicolons or tabs. Which column is the label is said by the user, or it is called
label or class, or it is the only one without numbers. In a table without header the columns are numbered from 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import NamedTuple

import numpy as np

from recurra.data.columns import is_number as is_column_number
from recurra.data.columns import several
from recurra.data.delimited import Row, filled_rows, has_names, is_json, table_rows
from recurra.data.examples import Reading
from recurra.data.number_format import table_format
from recurra.data.number_text import LARGEST_SINGLE, PLAIN, NotANumber, NumberFormat, is_number, parse_number
from recurra.data.numbers import Numbers, numbered, same_names
from recurra.data.source import DataSource
from recurra.data.timeline import Rows as Steps
from recurra.data.timeline import by_time
from recurra.data.tsv import RAGGED
from recurra.errors import DataError
from recurra.options import unknown_name
from recurra.text.counted import counted
from recurra.text.visible import excerpt

LABEL_NAMES = ("label", "class")
NUMBER_NAMES = ("number", "target", "value")  # of what is to be found, where that is a number
GROUP_NAMES = ("series", "unique_id", "item_id", "series_id", "ts_id", "time_series_id", "series_name")
TIME_NAMES = ("time", "step")
DATE_NAMES = ("date", "datetime", "timestamp", "ds")
LOOK = 50  # rows from which it is told which columns hold numbers
SURE = 3  # rows beneath what is taken for a header
BAD_CELLS = "rows with a cell that is not a number"
NO_LABEL = "rows without a label"
BROKEN_SERIES = "inconsistent series"


class Time(NamedTuple):
    """A column of times."""

    column: int
    name: str


class Layout(NamedTuple):
    """What the columns of a table are."""

    names: tuple[str, ...]  # of the numbers
    columns: tuple[int, ...]  # where these stand, from 0
    label: int | None
    group: int | None  # the column that says which series a row belongs to; None: each row is an example
    time: Time | None  # the column that says when its steps were
    width: int
    header: bool


class Cell(NamedTuple):
    """An example as it stands in a table."""

    numbers: Numbers
    label: str | None
    line: int


def read_table(reading: Reading, *, series: bool, labelled: bool = True) -> Iterator[Cell]:
    """The examples of a table.

    Args:
        series: whether rows are steps.
        labelled: whether each must have a label; else labels are None.

    Raises:
        DataError: there is no column of labels, or none of numbers.
    """
    rows = filled_rows(table_rows(reading))
    first = list(islice(rows, LOOK))
    if not first:
        return
    layout = lay_out(reading.source, [fields for _, fields in first], reading.place(first[0][0]), series, labelled)
    _note_layout(layout, first[0][1], reading)
    form = table_format(reading, layout.columns, layout.names, header=layout.header)
    every = fitting(chain(first[1:] if layout.header else first, rows), layout.width, reading)
    yield from (_series if series else _vectors)(every, layout, form, reading)


def lay_out(source: DataSource, rows: list[list[str]], place: str, series: bool, labelled: bool) -> Layout:
    """What the columns are, told from the first rows.

    Raises:
        DataError: a column that the user names is not there, or it cannot be told which one is the label.
    """
    head, width = rows[0], len(rows[0])
    numeric = numeric_columns(rows)
    header = has_names(source) or has_header(head, numeric, [*several(source.source_column), source.target_column])
    names = column_names(head, header, place)
    group = _group(source, names, place) if series else None
    label = _label(source, names, numeric, group, place) if labelled else None
    times = [k for k, name in enumerate(names) if series and k not in (group, label) and _is_time(k, name, numeric)]
    others = [k for k in range(width) if k not in (group, label, *times)]
    if source.source_column is not None and not series:
        others = [column_of(str(name), names, place) for name in several(source.source_column)]
    columns = tuple(k for k in others if labelled or (k in numeric and names[k] != source.target_column))
    if not columns:
        raise DataError("there is no column of numbers", where=place, fix="Put each number into a column of its own.")
    time = Time(times[0], names[times[0]]) if times else None
    return Layout(tuple(names[k] for k in columns), columns, label, group, time, width, header)


def _is_time(column: int, name: str, numeric: set[int]) -> bool:
    """Whether a column of a series says when its steps were: by its name, or as one of dates."""
    return name.lower() in TIME_NAMES or (name.lower() in DATE_NAMES and column not in numeric)


def numeric_columns(rows: list[list[str]]) -> set[int]:
    """The columns that hold numbers in all rows but the first, which may be a header; in it too if it is the only."""
    body = rows[1:] or rows
    return {
        k
        for k in range(len(rows[0]))
        if all(is_number(row[k]) for row in body if k < len(row))
        and any(row[k].strip() for row in body if k < len(row))
    }


def has_header(head: Sequence[str], numeric: set[int], named: Sequence[str | None]) -> bool:
    """Whether the first row names the columns."""
    known = {*LABEL_NAMES, *GROUP_NAMES, *(name for name in named if name is not None and not is_column_number(name))}
    return any(name.strip() in known for name in head) or not all(is_number(head[k]) for k in numeric) or not numeric


def column_names(head: Sequence[str], header: bool, place: str) -> tuple[str, ...]:
    """What the columns are called in the first row, or their numbers from 1.

    Raises:
        DataError: two have one name.
    """
    names = tuple(name.strip() for name in head) if header else numbered(len(head))
    if twice := same_names(names):
        raise DataError(f"the header names the column {twice!r} twice", where=place, fix="Rename one of them.")
    return names


def fitting(rows: Iterator[Row], width: int, reading: Reading) -> Iterator[Row]:
    """The rows that have as many columns as the first."""
    for number, fields in rows:
        if len(fields) == width:
            yield number, fields
            continue
        what = f"expected {counted(width, 'column')}, saw {len(fields)}: {excerpt(', '.join(fields))}"
        fix = "Each row has a field for every column; a missing one is empty. A decimal point is a full stop."
        reading.findings.add(RAGGED, DataError(what, where=reading.place(number), fix=fix))


def _vectors(rows: Iterator[Row], layout: Layout, form: NumberFormat, reading: Reading) -> Iterator[Cell]:
    for number, fields in rows:
        values = row_numbers(fields, layout.names, layout.columns, reading.place(number), reading, form)
        if values is not None and _has_label(fields, layout, reading.place(number), reading):
            label = None if layout.label is None else fields[layout.label].strip()
            yield Cell(Numbers(np.array(values, dtype=np.float32), layout.names), label, number)


def _series(rows: Iterator[Row], layout: Layout, form: NumberFormat, reading: Reading) -> Iterator[Cell]:
    assert layout.group is not None
    every: dict[str, list[Row]] = {}
    for row in rows:
        every.setdefault(row[1][layout.group].strip(), []).append(row)
    series = [_steps(name, steps, layout, form, reading) for name, steps in every.items()]
    labels = {name: _label_of(steps, layout, reading) for name, steps in every.items()}
    if layout.time is not None and not reading.findings:
        series = by_time(series, layout.time.name, reading)
    for name, lines, _, values in series:
        yield Cell(Numbers(np.array(values, dtype=np.float32), layout.names), labels[name], min(lines, default=0))


def _steps(name: str, rows: list[Row], layout: Layout, form: NumberFormat, reading: Reading) -> Steps:
    """The steps of one series; a cell that is no number is a finding."""
    steps = Steps(name, [], [], [])
    for number, fields in rows:
        values = row_numbers(fields, layout.names, layout.columns, reading.place(number), reading, form)
        if values is not None:
            steps.lines.append(number)
            steps.values.append(values)
            steps.times.append(fields[layout.time.column].strip() if layout.time is not None else "")
    return steps


def _label_of(rows: list[Row], layout: Layout, reading: Reading) -> str | None:
    """The label of a series; one that is missing is a finding."""
    number, fields = rows[0]
    label = _common_label(rows, layout, reading)
    return label if _has_label(fields, layout, reading.place(number), reading) else None


def _common_label(rows: list[Row], layout: Layout, reading: Reading) -> str | None:
    """The label of a series, which stands in all of its rows."""
    if layout.label is None:
        return None
    label = rows[0][1][layout.label].strip()
    for number, fields in rows:
        if fields[layout.label].strip() != label:
            what = f"a series has one label; this one has {label!r} and here {fields[layout.label].strip()!r}"
            fix = "If the label changes from step to step, each step is an example: name no series column."
            reading.findings.add(BROKEN_SERIES, DataError(what, where=reading.place(number), fix=fix))
            break
    return label


def row_numbers(
    fields: list[str],
    names: Sequence[str],
    columns: Sequence[int],
    place: str,
    reading: Reading,
    form: NumberFormat = PLAIN,
    largest: float = LARGEST_SINGLE,
) -> list[float] | None:
    """The numbers that stand in some columns of a row; None where one of them is none."""
    values: list[float] = []
    for name, column in zip(names, columns, strict=True):
        try:
            values.append(parse_number(fields[column], form, largest))
        except NotANumber as error:
            what = f"column {name!r}: {error.what}"
            reading.findings.add(BAD_CELLS, DataError(what, where=place, fix=error.fix))
            return None
    return values


def _has_label(fields: list[str], layout: Layout, place: str, reading: Reading) -> bool:
    if layout.label is None or fields[layout.label].strip():
        return True
    fix = "Write the label, or remove the row."
    reading.findings.add(NO_LABEL, DataError("the label is empty", where=place, fix=fix))
    return False


def _group(source: DataSource, names: tuple[str, ...], place: str) -> int:
    if source.source_column is not None:
        return column_of(source.source_column, names, place)
    if found := [k for k, name in enumerate(names) if name.lower() in GROUP_NAMES]:
        return found[0]
    raise DataError(
        f"no column says which series a row belongs to; the columns are {', '.join(map(repr, names))}",
        where=place,
        fix=f"Call it {GROUP_NAMES[0]}, or name it: --source-column NAME.",
    )


def _label(source: DataSource, names: tuple[str, ...], numeric: set[int], group: int | None, place: str) -> int:
    if source.target_column is not None:
        return column_of(source.target_column, names, place)
    numbers = source.learns_numbers
    called = [k for k, name in enumerate(names) if name.lower() in (NUMBER_NAMES if numbers else LABEL_NAMES)]
    others = [k for k, name in enumerate(names) if k not in numeric and k != group and not _is_time(k, name, numeric)]
    if numbers:
        others = [1] if len(names) == 2 and numeric >= {0, 1} and group is None else []  # the second of two
    for found in (called, others):
        if len(found) == 1:
            return found[0]
    raise DataError(
        f"cannot tell which column is the {source.sides.second}; the columns are {', '.join(map(repr, names))}",
        where=place,
        fix="Name it: --target-column NAME (or its number from 1).",
    )


def column_of(wanted: str, names: tuple[str, ...], place: str) -> int:
    """Where a column is that the user names or numbers.

    Raises:
        DataError: there is none.
    """
    if wanted in names:
        return names.index(wanted)
    if is_column_number(wanted) and 0 < int(wanted) <= len(names):
        return int(wanted) - 1
    seen = f"there is no column {wanted!r}; the columns are {', '.join(map(repr, names))}"
    raise DataError(seen, where=place, fix=unknown_name("column", wanted, names).fix)


def _note_layout(layout: Layout, head: list[str], reading: Reading) -> None:
    """Notes what was taken for what."""
    if not layout.header:
        reading.note(f"{reading.name}: no header, so the columns are numbered from 1")
    if layout.group is not None and layout.header:
        reading.facts.columns["source_column"] = head[layout.group].strip()
    elif reading.source.source_column is not None:
        reading.facts.columns["source_column"] = reading.source.source_column
    if layout.label is not None:
        name = head[layout.label].strip() if layout.header else str(layout.label + 1)
        count = len(layout.names)
        if layout.header:
            reading.facts.columns["target_column"] = name
        what = f"the {reading.source.sides.second}s are in column {name!r}"
        reading.note(f"{reading.name}: {what}, numbers in {counted(count, 'other')}")


def kind_of_table(source: DataSource) -> str | None:
    """What a table of numbers and labels holds, "vectors" or "series"; None where it is for another reader."""
    try:
        rows = [fields for _, fields in islice(filled_rows(table_rows(Reading(source))), LOOK)]
        if rows and is_json(source) and source.source_column is None and source.sides.first in rows[0]:
            return None  # JSON tells texts from numbers
        if len(rows) < 2 or len(rows[0]) < 2 or any(len(row) != len(rows[0]) for row in rows):
            return None
        series = any(name.strip().lower() in GROUP_NAMES for name in rows[0])
        if source.target_column is not None and not is_column_number(source.target_column):
            # A label's column that is not there is for the reader of such a table to refuse.
            source = source if source.target_column in map(str.strip, rows[0]) else replace(source, target_column=None)
        layout = lay_out(source, rows, "", series, labelled=True)
    except DataError:
        return None
    assert layout.label is not None
    body = rows[1:] if layout.header else rows
    if source.learns_numbers:
        return ("series" if series else "vectors") if set(layout.columns) <= numeric_columns(rows) else None
    # One column of numbers under what may be a header, over a row or two, may as well be labels beside texts.
    unsure = not layout.header or (len(body) < SURE and source.target_column is None)
    alone = len(layout.columns) == 1 and unsure and not series
    numbers = set(layout.columns) <= numeric_columns(rows)
    labels = [row[layout.label] for row in body]
    few = len(set(labels)) <= max(2, len(labels) // 2) or series
    return ("series" if series else "vectors") if numbers and few and not alone else None
