"""Examples given in Python: sequences, generators, mappings by column, data frames and arrays, as one kind of rows.

A row is an example as its task wants it, such as (source, target), or a mapping from the names of columns to cells. A
data frame (pandas, polars, pyarrow: whatever narwhals reads) is rows of the second form.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from numbers import Real
from pathlib import PurePath
from typing import NamedTuple, TypeGuard

import numpy as np

from recurra.data.columns import by_name, decided, wanted_names
from recurra.data.examples import Reading
from recurra.data.frames import column_of, frame_of
from recurra.data.jsonl import checked_name, checked_text
from recurra.data.number_text import NumberText
from recurra.data.turns import turns_key
from recurra.errors import DataError, UsageError
from recurra.lists import is_array, python_value
from recurra.narrowing import is_iterable, is_mapping, is_row, is_sequence
from recurra.text.counted import counted
from recurra.text.visible import as_given

NO_PAIR = "rows that are not valid {}s"


def rows_of(data: object, where: str = "data") -> list[object]:
    """The rows of what is given in Python instead of a file.

    Args:
        data: a data frame, a column of one, an array, a mapping from columns to lists, or anything that can be
            iterated.
        where: the argument that it was given as.

    Raises:
        UsageError: it is none of these.
    """
    if is_sequence(data):
        return list(data)
    if (frame := frame_of(data)) is not None:
        return [{str(name): cell for name, cell in row.items()} for row in frame.iter_rows(named=True)]
    if (column := column_of(data)) is not None:
        return column.to_list()
    if is_single(data) or isinstance(data, str | bytes) or not is_iterable(data):
        raise UsageError(f"expected a file or a list of examples, got {as_given(data)}", where=where)
    return _rows_of_mapping(data, where) if is_mapping(data) else list(data)


def is_single(value: object) -> bool:
    """Whether this is an array without any direction, which cannot be iterated though its type can."""
    return getattr(value, "ndim", 1) == 0


def _rows_of_mapping(data: Mapping[object, object], where: str) -> list[object]:
    """Columns of texts by name as rows; of numbers or turns alone as the one example that they may be.

    Raises:
        UsageError: no columns.
    """
    columns = {str(name): list(values) for name, values in data.items() if is_sequence(values) or is_array(values)}
    if len(columns) < len(data) or not data:
        what = f"expected lists by column, got {as_given(dict(data))}"
        raise UsageError(what, where=where, fix="If each item is an example: list(data.items())")
    texts = any(isinstance(cell, str) for values in columns.values() for cell in values[:1])
    if not texts or "tokens" in columns or turns_key(columns) or len({len(values) for values in columns.values()}) > 1:
        return [data]
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


class RowSides(NamedTuple):
    """The two sides of a row, not looked at yet."""

    first: object
    second: object  # None where it is not asked for
    line: int


def row_sides(reading: Reading) -> Iterator[RowSides]:
    """What stands on the two sides of each row: of a mapping under the columns, of another row what it holds.

    What is no such row is a finding.
    """
    sides = reading.source.sides
    finder = Finder(reading)
    for line, row in enumerate(reading.source.rows or (), 1):
        try:
            if is_row(row):
                first, second = finder.sides(row)
            else:
                first, second = _two(row, reading.place(line), sides.first, sides.second)
            yield RowSides(first, second, line)
        except DataError as error:
            reading.findings.add(
                NO_PAIR.format(sides.noun), DataError(error.what, where=reading.place(line), fix=error.fix)
            )


class Finder:
    """Finds the two sides of rows that are mappings: the columns named, or called as usual, or the only two."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.names: tuple[tuple[str, ...], str] | None = None

    def sides(self, row: Mapping[str, object]) -> tuple[object, object]:
        """Both; several columns of the source as a tuple."""
        if self.names is None:
            self.names = self._decided([str(name) for name in row])
        sources, target = self.names
        for name in (*sources, target):
            if name not in row:
                seen = ", ".join(map(repr, list(row)[:10])) or "none"
                raise DataError(f"the row has no column {name!r}; its columns: {seen}")
        cells = tuple(plain(row[name]) for name in sources)
        return cells[0] if len(cells) == 1 else cells, plain(row[target])

    def _decided(self, header: Sequence[str]) -> tuple[tuple[str, ...], str]:
        source = decided(self.reading, header, only_two=True)
        by_name(source, header, self.reading.name)
        names = wanted_names(source)
        for name in (*names[0], names[1]):
            checked_name(name, self.reading.name)
        self.reading.facts.columns.update(source_column=",".join(names[0]), target_column=names[1])
        return names


def _two(row: object, place: str, first: str, second: str) -> tuple[object, object]:
    fix = f"Give ({first}, {second}) tuples, or mappings with the columns {first!r} and {second!r}."
    if is_single(row) or not (is_sequence(row) or is_array(row)):
        raise DataError(f"expected ({first}, {second}), got {shown(row)}", where=place, fix=fix)
    values: list[object] = list(row)
    if len(values) != 2:
        raise DataError(f"expected ({first}, {second}), got {counted(len(values), 'value')}", where=place, fix=fix)
    return plain(values[0]), plain(values[1])


def plain(value: object) -> object:
    """A cell as Python's own value; None of one that is missing."""
    own = python_value(value)
    if own is None or (isinstance(own, float) and math.isnan(own)):
        return None
    return None if type(own).__name__ in ("NAType", "NaTType") else own  # of pandas


def cell_text(value: object) -> str:
    """A cell as it would stand in a file; empty where it is missing."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, date | time):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, str):
        return value
    text = repr(value) if isinstance(value, float) else str(value)
    return NumberText(text) if isinstance(value, Real) and text not in ("True", "False") else text


def is_cell(value: object) -> bool:
    """Whether a value can stand in a cell of a table: a text, a number, a time, or nothing."""
    return (
        isinstance(value, str | Real | np.generic | date | time)
        or type(value).__name__ == "Period"  # of pandas
        or plain(value) is None
    )


def is_table(rows: Sequence[object] | None) -> TypeGuard[Sequence[Mapping[object, object]]]:
    """Whether rows are those of a table: mappings from columns to cells."""
    return bool(rows) and all(is_mapping(row) and all(map(is_cell, row.values())) for row in (rows or ())[:50])


def text_of(value: object, place: str, *, numbers: bool = False) -> str:
    """A text; nothing is an empty one.

    Args:
        numbers: whether whole numbers and truth values are taken too, as labels are.

    Raises:
        DataError: something else, or a lone surrogate in it.
    """
    if value is None:
        return ""
    if numbers and isinstance(value, bool | int):
        return str(value)
    if not isinstance(value, str):
        raise not_a_text(value, place)
    return checked_text(value, place)


def reads_file(path: PurePath) -> str:
    """How a model is asked for what is in a file."""
    return f"To read the inputs in a file: model.predict(list(model.read({str(path)!r})))"


def not_a_text(value: object, place: str) -> DataError:
    """The refusal of something that is no text, with what makes one of it."""
    fix, seen = "Give strings: str(value) turns a value into one.", f"{type(value).__name__} {as_given(value, 40)}"
    if isinstance(value, PurePath):
        fix = reads_file(value)
    elif isinstance(value, bytes):
        fix = 'Give strings: value.decode("utf-8") turns bytes into one.'
    elif plain(value) is None:
        fix = 'Leave it out, or give the empty text "".'
    elif isinstance(value, list | tuple | np.ndarray):
        fix = "Give strings: one text for each input, in a flat list."
    elif isinstance(value, float):
        fix = "Give strings: str(value) makes one. Labels are texts or whole numbers; --task regress learns any number."
    return DataError(f"expected a text, got {seen}", where=place, fix=fix)


def shown(value: object) -> str:
    """A value in a message, with its type."""
    return f"{type(value).__name__} {as_given(value, 40)}"
