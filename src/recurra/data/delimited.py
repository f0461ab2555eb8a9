"""Comma-separated tables with quoting, as spreadsheets write them. The first line names the columns.

A table with semicolons (where the comma is the decimal sign) or tabs is recognised and said.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator

from recurra.data.columns import INSIDE, Columns, are_named, by_name, by_number
from recurra.data.example import Example
from recurra.data.findings import Findings
from recurra.data.lines import TextFile
from recurra.data.pair_source import PairSource
from recurra.data.tsv import RAGGED
from recurra.errors import DataError
from recurra.text.visible import excerpt, visible

QUOTING = "lines with broken quoting"
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
LOOK_AHEAD = 20  # lines from which the separator is told


def read_csv(source: PairSource, notes: list[str], findings: Findings) -> Iterator[Example]:
    """The pairs of a CSV file; a blank line is a pair of empty texts."""
    file = TextFile(source.path, source.names[0], notes)
    rows = csv_rows(file, findings)
    columns: Columns | None = None
    for number, row in rows:
        if columns is None:
            columns = _columns(source, row, file)
        elif not any(field.strip() for field in row):
            yield Example("", "", number)
        elif columns.fit(row) and (text := columns.tab_inside(row)):
            findings.add(INSIDE, tab_inside(text, file.place(number)))
        elif columns.fit(row):
            yield Example(columns.source_text(row), row[columns.target], number)
        else:
            findings.add(RAGGED, _ragged(row, number, columns, rows.separator, file))


def csv_rows(file: TextFile, findings: Findings) -> CsvRows:
    """The rows of a table, its header too; its separator is told from the first lines."""
    lines = (line.text + "\n" for line in file.lines(findings))
    start = list(itertools.islice(lines, LOOK_AHEAD))
    return CsvRows(itertools.chain(start, lines), _separator(start, file), file, findings)


def _columns(source: PairSource, header: list[str], file: TextFile) -> Columns:
    """The columns by the user's names or numbers; by the names source and target; or the only two."""
    place = file.place(1)
    shown = ", ".join(visible(name) for name in header)
    if are_named(source) or (source.source_column is None and {source.first, source.second} <= set(header)):
        return by_name(source, header, place)
    if source.source_column is None and len(header) != 2:
        raise DataError(
            f"expected 2 columns, or columns named {source.first} and {source.second}; saw {len(header)}: {shown}",
            where=place,
            fix="Say which ones: --source-column and --target-column, by name or by number.",
        )
    file.note(f"{place} is the header ({shown}) and is not a {source.noun}")
    return by_number(source)


def _separator(start: list[str], file: TextFile) -> str:
    """The separator that gives every line at the beginning the same number of columns, a comma if several do."""
    for separator, name in SEPARATORS.items():
        widths = {len(row) for row in csv.reader(start, delimiter=separator) if row}
        if len(widths) == 1 and min(widths) > 1:
            if separator != ",":
                file.note(f"{file.name}: the columns are separated by {name}")
            return separator
    return ","


def tab_inside(text: str, place: str) -> DataError:
    """The refusal of a tab in one of several columns."""
    fix = "Tabs separate the columns of a source: write a space instead, or name this column alone."
    return DataError(f"expected a column without tabs, saw {excerpt(text)}", where=place, fix=fix)


def _ragged(row: list[str], number: int, columns: Columns, separator: str, file: TextFile) -> DataError:
    what = f"expected {columns.expected}, saw {len(row)}: {excerpt(separator.join(row))}"
    fix = f'A text with "{visible(separator)}" in it stands in double quotes.'
    return DataError(what, where=file.place(number), fix=fix)


class CsvRows:
    """Rows with the number of the line they begin on; a row with broken quoting is a finding."""

    def __init__(self, lines: Iterator[str], separator: str, file: TextFile, findings: Findings) -> None:
        self.separator = separator
        self.reader = csv.reader(lines, delimiter=separator, strict=True)
        self.file = file
        self.findings = findings

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        while True:
            number = self.reader.line_num + 1
            try:
                row = next(self.reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.findings.add(QUOTING, self._broken(error, number))
            else:
                yield number, row

    def _broken(self, error: csv.Error, number: int) -> DataError:
        if "field larger" in str(error):
            limit = csv.field_size_limit()
            what = f"a field longer than {limit:,} characters begins here; is a double quote not closed?"
        elif "unexpected end" in str(error):
            what = "the double quote that opens here is never closed"
        else:
            what = f"broken quoting: {error}"
        fix = 'A text that holds quotes stands in quotes, and each of its own is doubled: "she said ""yes"""'
        return DataError(what, where=self.file.place(number), fix=fix)
