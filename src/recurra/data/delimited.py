"""Comma-separated tables with quoting, as spreadsheets write them. The first line names the columns.

A table with semicolons (where the comma is the decimal sign) or tabs is recognised and said.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Sequence

from recurra.data.columns import INSIDE, Columns, are_named, by_name, by_number, decided, joined, which_ones
from recurra.data.csv_rows import LOOK_AHEAD, SEPARATORS, CsvReader, is_header, separator_of
from recurra.data.example import Example
from recurra.data.examples import Reading
from recurra.data.jsonl import JSON_LINES, checked_name, checked_text, kind_of, read_objects
from recurra.data.lines import LONGEST_LINE
from recurra.data.numbers import same_names
from recurra.data.rows import cell_text, is_cell, is_table
from recurra.data.source import NO_HEADER, DataSource
from recurra.data.tsv import RAGGED
from recurra.errors import DataError
from recurra.narrowing import is_iterable
from recurra.text.counted import with_article
from recurra.text.visible import excerpt, visible

QUOTING = "lines with broken quoting"

Row = tuple[int, list[str]]  # the number of its line, its fields


def read_csv(reading: Reading) -> Iterator[Example]:
    """The pairs of a CSV file; a blank line is a pair of empty texts."""
    rows = CsvRows(reading)
    each = iter(rows)
    blank, first = begun(each)
    yield from (Example("", "", number) for number, _ in blank)
    if not first:
        return
    columns, header = _columns([row for _, row in first], reading, reading.place(first[0][0]))
    for number, row in itertools.chain(first[header:], each):
        if not any(field.strip() for field in row):
            yield Example("", "", number)
        elif not columns.fit(row):
            reading.findings.add(RAGGED, _ragged(row, number, columns, rows.separator, reading))
        else:
            try:
                text = joined([row[k] for k in columns.source], reading.place(number))
            except DataError as error:
                reading.findings.add(INSIDE, error)
            else:
                yield Example(text, columns.target_text(row), number)


def begun(rows: Iterator[Row]) -> tuple[list[Row], list[Row]]:
    """The blank rows above the first one with something in it, and the first few from there on."""
    blank: list[Row] = []
    for row in rows:
        if any(field.strip() for field in row[1]):
            return blank, [row, *itertools.islice(rows, LOOK_AHEAD - 1)]
        blank.append(row)
    return blank, []


def table_rows(reading: Reading) -> Iterator[Row]:
    """The rows of a table as cells, its header too: of a file, or of mappings and data frames in Python.

    Raises:
        DataError: an object of JSON Lines with arrays or objects in it, or with other keys than the first.
    """
    if is_json(reading.source):
        return _objects(reading)
    return iter(CsvRows(reading)) if reading.source.rows is None else _cells(reading)


def filled_rows(rows: Iterator[Row]) -> Iterator[Row]:
    """Without the blank ones."""
    return (row for row in rows if any(field.strip() for field in row[1]))


def has_names(source: DataSource) -> bool:
    """Whether the first row of a table surely names the columns."""
    return is_json(source) or is_table(source.rows)


def is_json(source: DataSource) -> bool:
    """Whether a table is in JSON Lines: an object for each row."""
    return source.rows is None and (source.format == "jsonl" or source.ending in JSON_LINES)


def _objects(reading: Reading) -> Iterator[Row]:
    """The objects of JSON Lines; what an object lacks is empty."""
    names: list[str] | None = None
    for line, record in read_objects(reading, '{"date": "2024-01-31", "price": 17.2}'):
        if names is None:
            names = [checked_name(name, reading.place(line.number)) for name in record]
            yield line.number, names
        place = reading.place(line.number)
        for name, value in record.items():
            _check_cell(name, value, names, place)
        yield line.number, [cell_text(record.get(name)) for name in names]


def _check_cell(name: str, value: object, names: Sequence[str], place: str) -> None:
    """Refuses a key that the first object does not have, and what stands in no cell."""
    fix = "Each line is an object with the cells of a row, and all have the keys of the first."
    if name not in names:
        known = ", ".join(map(repr, names[:10]))
        raise DataError(f"the object has a key {name!r}, and the first one has {known}", where=place, fix=fix)
    if not is_cell(value):
        what = f"expected a number or a text under {name!r}, saw {kind_of(value)}"
        raise DataError(what, where=place, fix=fix)
    if isinstance(value, str):
        checked_text(value, place)


def _cells(reading: Reading) -> Iterator[Row]:
    """Rows given in Python: mappings have their names as header, sequences have none."""
    rows = reading.source.rows or ()
    if is_table(rows):
        names = [*rows[0]]
        yield 0, [checked_name(str(name), reading.name) for name in names]
        cells = ((row.get(name) for name in names) for row in rows)
    else:
        cells = (row if is_iterable(row) else [row] for row in rows)
    for number, row in enumerate(cells, 1):
        yield number, [checked_text(cell_text(cell), reading.place(number)) for cell in row]


def _columns(rows: list[list[str]], reading: Reading, place: str) -> tuple[Columns, bool]:
    """The columns by the user's names or numbers; by the names source and target; or the only two.

    And whether the first row names them.

    Raises:
        DataError: there are others, or two have one name.
    """
    source, header = reading.source, rows[0]
    first, second, noun = source.sides[:3]
    shown = ", ".join(visible(name) for name in header)
    source = decided(reading, header)
    if are_named(source):
        named, columns = True, by_name(source, header, place)
    elif source.source_column is None and len(header) != 2:
        raise DataError(
            f"expected 2 columns, or columns named {first} and {second}; saw {len(header)}: {shown}",
            where=place,
            fix=which_ones(source.sides, header if is_header(rows, range(len(header))) else ["1", "2"])
            if len(header) > 1
            else None,
        )
    else:
        columns = by_number(source)
        named = source.header != NO_HEADER and is_header(rows, columns.both)
        if named and (twice := same_names([header[k].strip() for k in columns.both if k < len(header)])):
            raise DataError(f"the header names the column {twice!r} twice", where=place, fix="Rename one of them.")
        said = f"{place} is the header ({shown}) and is not {with_article(noun)}"
        reading.note(said if named else f"{reading.name}: no header, so the columns are numbered from 1")
    if not named:
        reading.facts.columns["header"] = NO_HEADER
    elif source.source_column is None or are_named(source):
        reading.facts.columns.update(columns.names(header))
    return columns, named


def _ragged(row: list[str], number: int, columns: Columns, separator: str, reading: Reading) -> DataError:
    what = f"expected {columns.expected}, saw {len(row)}: {excerpt(separator.join(row))}"
    fix = f'Put double quotes around a text with "{visible(separator)}" in it.'
    return DataError(what, where=reading.place(number), fix=fix)


class CsvRows:
    """The rows of a file, its header too, with the number of the line they begin on.

    The separator is told from the first lines; a row with broken quoting is a finding.
    """

    def __init__(self, reading: Reading) -> None:
        lines = (line.text + "\n" for line in reading.file.lines(reading.findings))
        start = list(itertools.islice(lines, LOOK_AHEAD))
        self.separator, self.before = separator_of(start)
        reading.facts.by_commas = self.separator == ","
        if self.separator != ",":
            reading.note(f"{reading.name}: the columns are separated by {SEPARATORS[self.separator]}")
        self.reader = CsvReader(itertools.chain(start[self.before :], lines), self.separator)
        self.reading = reading

    def __iter__(self) -> Iterator[Row]:
        while True:
            number = self.reader.line + self.before + 1
            try:
                row = next(self.reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.reading.findings.add(QUOTING, self._broken(error, number))
            else:
                yield number, row

    def _broken(self, error: csv.Error, number: int) -> DataError:
        if "field larger" in str(error):
            what = f"a field longer than {LONGEST_LINE:,} characters begins here; is a double quote not closed?"
        elif "unexpected end" in str(error):
            what = "the double quote that opens here is never closed"
        elif "new-line character" in str(error):
            what = r"a carriage return (U+000D) inside the line; a line ends at \n only"
            fix = "Remove it, or put double quotes around the text if it belongs to it."
            return DataError(what, where=self.reading.place(number), fix=fix)
        else:
            what = f"broken quoting: {error}"
        fix = 'Put quotes around a text that contains quotes, and double those inside: "she said ""yes"""'
        return DataError(what, where=self.reading.place(number), fix=fix)
