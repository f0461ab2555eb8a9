"""Tables with a tab between the columns: one pair a line, no quoting, no escapes.

Without named columns a line is source, tab, target. With names the first line is the header.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from recurra.data.columns import Columns, are_named, by_name, by_number
from recurra.data.example import Example
from recurra.data.findings import Findings
from recurra.data.lines import Line, TextFile, read_lines
from recurra.data.pair_source import PairSource
from recurra.errors import DataError
from recurra.text.visible import excerpt

TABLE_ENDINGS = (".tsv", ".tab")
RAGGED = "lines with another number of columns"
SPACES = re.compile(r"\S {2,}\S")


def first_cells(path: str) -> Iterator[str]:
    """The lines of a file, or of standard input ("-"); of a table with tabs, by its ending, the first cell of each."""
    table = path.lower().removesuffix(".gz").endswith(TABLE_ENDINGS)
    return (line.partition("\t")[0] if table else line for line in read_lines(path))


def read_tsv(source: PairSource, notes: list[str], findings: Findings) -> Iterator[Example]:
    """The pairs of a TSV file; a blank line is a pair of empty texts."""
    file = TextFile(source.path, source.names[0], notes)
    columns = None if are_named(source) else by_number(source)
    for line in file.lines(findings):
        row = line.text.split("\t")
        if columns is None:
            columns = by_name(source, row, file.place(line.number))
        elif line.number == 1 and _is_header(source, row):
            file.note(f"{file.place(1)} names the columns and is not a {source.noun}")
        elif columns.fit(row):
            yield Example(columns.source_text(row), row[columns.target], line.number)
        elif not line.text.strip():
            yield Example("", "", line.number)
        else:
            findings.add(RAGGED, ragged(line, columns, file, source))


def ragged(line: Line, columns: Columns, file: TextFile, source: PairSource) -> DataError:
    """What is wrong with a line that has another number of columns: the line itself, and the likeliest reason."""
    seen = line.text.count("\t") + 1
    what = f"expected {columns.expected}, saw {seen}: {excerpt(line.text)}"
    return DataError(what, where=file.place(line.number), fix=_remedy(line.text, seen, columns, source))


def _remedy(text: str, seen: int, columns: Columns, source: PairSource) -> str:
    if seen > columns.least:
        return (
            "A tab (⇥) separates columns and cannot stand inside a text. If the file has more columns, "
            "say which ones: --source-column 1 --target-column 2 (by number, or by header name); a source may have "
            "several: --source-column 1,3."
        )
    if seen == 1 and "\\t" in text:
        return "The line holds a backslash and a t, not a tab: write real tabs (⇥)."
    if seen == 1 and looks_like_csv(text):
        return "This looks like CSV: let its name end in .csv, or give --input-format csv."
    if seen == 1 and text.startswith("{"):
        return "This looks like JSON Lines: let its name end in .jsonl, or give --input-format jsonl."
    if seen == 1 and SPACES.search(text):
        return (
            f"The columns seem to be separated by spaces: put one tab (⇥) between {source.first} and {source.second}."
        )
    return f"A line is {source.first}, one tab (⇥), {source.second}."


def looks_like_csv(text: str) -> bool:
    """Whether a line without tabs reads as exactly two fields, or as quoted ones."""
    for separator in (",", ";"):
        try:
            row = next(iter(csv.reader([text], delimiter=separator, strict=True)))
        except csv.Error:
            continue
        if len(row) == 2 or (len(row) > 2 and text.startswith('"')):
            return True
    return False


def _is_header(source: PairSource, row: list[str]) -> bool:
    names = [field.strip().lower() for field in row]
    return source.source_column is None and names == [source.first, source.second]
