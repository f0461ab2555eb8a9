"""What a model is asked about, where that is text: the sources of a file as they come, without what is to be found.

Text that is no table stands one a line. Of a table (by its ending, or by the format that is named) it is the column
that training read: the one that is named, the one that is called as usual, or the first. Labels and targets that are
there too are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from recurra.data.columns import TAB, Columns, by_name, decided, is_known_header, is_number, several
from recurra.data.csv_rows import SEPARATORS, is_header
from recurra.data.delimited import CsvRows, begun
from recurra.data.examples import Reading
from recurra.data.jsonl import JSON_LINES, object_of, read_jsonl
from recurra.data.lines import Line
from recurra.data.source import NO_HEADER
from recurra.errors import DataError, UsageError
from recurra.text.counted import counted
from recurra.text.visible import excerpt, is_blank, visible

ENDINGS = {".tsv": "tsv", ".tab": "tsv", ".csv": "csv", **dict.fromkeys(JSON_LINES, "jsonl")}


def read_texts(reading: Reading, columns: int, of_line: Callable[[str], str] = str) -> Iterator[str]:
    """One text after the other; an empty one for an empty line.

    Args:
        columns: that a text has, with tabs between them.
        of_line: the text in a line of a file that is no table.

    Raises:
        DataError: a table that lacks a column that is named; one column asked for, and a text with a tab in it.
    """
    form = reading.source.format
    if form in ("auto", "parallel", "folder", "text"):
        form = ENDINGS.get(reading.source.ending, "lines")
    source = reading.source
    if source.source_column is not None and form != "lines":
        check_count(source.source_column, columns)
    if form == "jsonl":
        yield from (example.source for example in read_jsonl(reading))
    elif form == "csv":
        yield from _of_csv(reading)
    elif form == "tsv":
        yield from _of_tsv(reading, columns)
    else:
        lines = (Line(line.number, of_line(line.text)) for line in _no_table(reading))
        yield from _lines(reading, lines, columns, table=False)


def _no_table(reading: Reading) -> Iterator[Line]:
    """The lines of what has no telling name.

    Raises:
        DataError: the first of them has the columns of training as its cells or keys, and no format is named.
    """
    lines, source = reading.file.lines(), reading.source
    first = next(lines, None)
    if first is None:
        return
    if source.format == "auto" and (form := table_of_names(first.text, source.source_column)):
        what = f"the first line has the column {source.source_column!r} of the training data, as in a table"
        fix = f"Say that it is one: --input-format {form}. With a text a line: --input-format parallel."
        raise DataError(what, where=reading.place(first.number), fix=fix)
    yield from chain([first], lines)


def table_of_names(line: str, columns: str | None) -> str | None:
    """The format of a table whose first line has these names beside others; None where it is none."""
    if columns is None or _numbered(columns) is not None:
        return None
    names = set(several(columns))
    if (record := object_of(line)) is not None:
        return "jsonl" if names <= set(record) else None
    for separator in SEPARATORS:
        cells = [cell.strip().strip('"') for cell in line.split(separator)]
        if len(cells) > 1 and names <= set(cells):
            return "tsv" if separator == TAB else "csv"
    return None


def check_count(named: str, columns: int) -> None:
    """Refuses another number of columns than the model reads.

    Raises:
        UsageError: with both numbers.
    """
    if (count := len(several(named))) != columns:
        what = f"the model reads {counted(columns, 'column')}, and {count} are named: {named}"
        raise UsageError(what, where="--source-column")


def wanted(reading: Reading, header: Sequence[str], place: str) -> Columns:
    """Where the source stands in a table with a header.

    Raises:
        DataError: the header lacks a column that is named.
    """
    source = replace(reading.source, target_column=None)
    if (numbered := _numbered(source.source_column)) is not None:
        return numbered
    source = source if source.source_column is not None else decided(reading, header)
    if source.source_column is not None:
        return by_name(source, header, place, with_target=False)
    if len(header) > 2:
        seen = f"{counted(len(header), 'column')}: {excerpt(', '.join(header))}"
        what = f"expected a column named {source.sides.first}, saw {seen}"
        raise DataError(what, where=place, fix="Name the column: --source-column.")
    return Columns((0,), None, 1, None)


def _of_csv(reading: Reading) -> Iterator[str]:
    """The texts of a table whose first row names the columns."""
    rows = iter(CsvRows(reading))
    blank, first = begun(rows)
    yield from ("" for _ in blank)
    if not first:
        return
    number, head = first[0]
    columns = wanted(reading, head, reading.place(number))
    named = names_columns([row for _, row in first], columns, reading)
    if named and reading.source.source_column is None:
        shown = ", ".join(map(visible, head))
        reading.note(f"{reading.place(number)} is the header ({shown}) and is not a {reading.source.sides.first}")
    for number, row in chain(first[named:], rows):
        if not any(cell.strip() for cell in row):
            yield ""
        else:
            yield _cells(row, columns, reading.place(number))


def names_columns(rows: list[list[str]], columns: Columns, reading: Reading) -> bool:
    """Whether the first row names the columns; where the training data had no header, only if it has a known name."""
    source = reading.source
    if source.source_column is not None and _numbered(source.source_column) is None:
        return True
    if source.header == NO_HEADER:
        return source.sides.first in (name.strip().lower() for name in rows[0])
    return is_header(rows, columns.source)


def _of_tsv(reading: Reading, columns: int) -> Iterator[str]:
    """The texts of a table with tabs: named or numbered columns, or those of known names, or all but the last."""
    lines = reading.file.lines()
    first = next(lines, None)
    if first is None:
        return
    lines = chain([first], lines)
    if reading.source.source_column is not None or is_known_header(reading.source.sides, first.text.split(TAB)):
        yield from _of_named_tsv(reading, lines)
    else:
        yield from _lines(reading, lines, columns, table=True)


def _of_named_tsv(reading: Reading, lines: Iterator[Line]) -> Iterator[str]:
    columns = None if reading.source.source_column is None else _numbered(reading.source.source_column)
    for line in lines:
        row = line.text.split(TAB)
        if columns is None:
            columns = wanted(reading, row, reading.place(line.number))
        elif line.number == 1 and is_known_header(reading.source.sides, row):
            continue
        elif not line.text.strip():
            yield ""
        else:
            yield _cells(row, columns, reading.place(line.number))


def _cells(row: Sequence[str], columns: Columns, place: str) -> str:
    if len(row) < columns.least:
        what = f"expected {columns.expected}, saw {len(row)}: {excerpt(TAB.join(row))}"
        raise DataError(what, where=place, fix="Each row has a cell for every column.")
    return columns.source_text(row)


def _numbered(named: str | None) -> Columns | None:
    """The columns that are given by number; None where they are not."""
    columns = [name or "" for name in several(named)]
    if not all(map(is_number, columns)):
        return None
    numbers = [int(column) for column in columns]
    if 0 in numbers:
        raise UsageError("columns are counted from 1, got 0", where="--source-column")
    return Columns(tuple(number - 1 for number in numbers), None, max(numbers), None)


def _lines(reading: Reading, lines: Iterator[Line], columns: int, *, table: bool) -> Iterator[str]:
    """The lines; of a table whose rows have one column more, all but the last; no header that names the columns."""
    first = reading.source.sides.first
    for line in lines:
        text = line.text
        if table and line.number == 1 and text.strip().lower() == first:
            continue
        if table and text.count(TAB) == columns:
            text = text.rpartition(TAB)[0]
        if columns == 1 and TAB in text and is_blank(text):  # as training sees it, there is nothing in the line
            text = ""
        elif columns == 1 and TAB in text:
            what = f"expected a text without tabs, saw {excerpt(text)}"
            fix = f"Give the {first}s alone, one a line, or name their column: --source-column 1 --input-format tsv."
            raise DataError(what, where=reading.place(line.number), fix=fix)
        yield text
