"""Tables with a tab between the columns: one pair a line, no quoting, no escapes.

Without named columns a line is source, tab, target. With names the first line is the header.
"""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from recurra.data.beginning import first_lines
from recurra.data.columns import Columns, are_named, by_name, by_number, decided, is_known_header
from recurra.data.csv_rows import CsvReader
from recurra.data.example import Example
from recurra.data.examples import Reading
from recurra.data.lines import Line
from recurra.data.number_text import is_number
from recurra.data.source import DataSource
from recurra.errors import DataError
from recurra.text.counted import with_article
from recurra.text.visible import excerpt

RAGGED = "lines with another number of columns"
SPACES = re.compile(r"\S {2,}\S")


def read_tsv(reading: Reading) -> Iterator[Example]:
    """The pairs of a TSV file; a blank line is a pair of empty texts."""
    source = reading.source
    columns = None if are_named(source) else by_number(source)
    tabs = ["\t" in line for line in first_lines(Path(source.path)) if line.strip()]
    tabbed = 2 * sum(tabs) >= len(tabs) > 0
    for line in reading.file.lines(reading.findings):
        row = line.text.split("\t")
        if columns is None:
            columns = by_name(source, row, reading.place(line.number))
            reading.facts.columns.update(columns.names(row))
        elif line.number == 1 and is_known_header(source.sides, row):
            reading.note(f"{reading.place(1)} names the columns and is not {with_article(source.sides.noun)}")
            if are_named(named := decided(reading, row)):
                columns = by_name(named, row, reading.place(1))
                reading.facts.columns.update(columns.names(row))
        elif columns.fit(row):
            yield Example(columns.source_text(row), columns.target_text(row), line.number)
        elif not line.text.strip():
            yield Example("", "", line.number)
        else:
            reading.findings.add(RAGGED, ragged(line, columns, reading, tabbed=tabbed))


def ragged(line: Line, columns: Columns, reading: Reading, *, tabbed: bool) -> DataError:
    """What is wrong with a line that has another number of columns: the line itself, and the likeliest reason.

    Args:
        tabbed: whether tabs separate the columns of most lines, so that commas in this one do not.
    """
    seen = line.text.count("\t") + 1
    what = f"expected {columns.expected}, saw {seen}: {excerpt(line.text)}"
    return DataError(
        what, where=reading.place(line.number), fix=_remedy(line.text, seen, columns, reading.source, tabbed)
    )


def _remedy(text: str, seen: int, columns: Columns, source: DataSource, tabbed: bool) -> str:
    first, second = source.sides[:2]
    if seen > columns.least:
        return (
            "A tab (⇥) separates columns and cannot stand inside a text. If the file has more columns, "
            "say which ones: --source-column 1 --target-column 2 (by number, or by header name); a source may have "
            "several: --source-column 1,3."
        )
    if seen == 1 and "\\t" in text:
        return "The line holds a backslash and a t, not a tab: write real tabs (⇥)."
    if seen == 1 and not tabbed and looks_like_csv(text):
        return "This looks like CSV: let its name end in .csv, or give --input-format csv."
    if seen == 1 and text.startswith("{"):
        return "This looks like JSON Lines: let its name end in .jsonl, or give --input-format jsonl."
    if seen == 1 and SPACES.search(text):
        command = "" if tabbed else f": sed -E 's/ {{2,}}/\\t/' {shlex.quote(source.path)} > tabs.tsv"
        return f"The columns seem to be separated by spaces: put one tab (⇥) between {first} and {second}{command}"
    if seen == 1 and not tabbed and " " in text:
        command = f"sed 's/ /\\t/' {shlex.quote(source.path)}"
        return f"A line is {first}, one tab (⇥), {second}. If the first space stands for the tab: {command} > tabs.tsv"
    return f"A line is {first}, one tab (⇥), {second}."


def looks_like_csv(text: str) -> bool:
    """Whether a line without tabs reads as two fields or as quoted ones; a comma before a space is one of prose."""
    for separator in (",", ";"):
        try:
            row = next(CsvReader([text], separator))
        except (csv.Error, StopIteration):
            continue
        if not row[0].strip():  # ;;; before a comment
            continue
        quoted = text.startswith('"')
        numbers = 2 * sum(map(is_number, row)) > len(row)
        if (len(row) == 2 and (quoted or not row[1].startswith(" "))) or (len(row) > 2 and (quoted or numbers)):
            return True
    return False
