"""What a model is asked about: the inputs of a file without what is to be found, as they come.

Texts stand one a line. For a model that labels they are in a table (.csv, .tsv) the column `text` or the first one, in
JSON Lines what stands under the key `text`; for one that translates, what training would take for the source. Labels
and targets that are there too are not looked at.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from recurra.data.columns import TAB
from recurra.data.content import Content, ContentKind, Fields
from recurra.data.delimited import csv_rows
from recurra.data.findings import Findings
from recurra.data.idx import looks_like_idx, read_pictures
from recurra.data.images import image_file, image_or_text
from recurra.data.jsonl import read_texts
from recurra.data.lines import TextFile, is_stream, require_file
from recurra.data.numbers import Numbers
from recurra.data.pair_source import PairSource, spool
from recurra.data.ts_file import TsFile
from recurra.data.tsv import TABLE_ENDINGS, first_cells
from recurra.data.vectors import read_table
from recurra.errors import DataError
from recurra.text.visible import excerpt


def read_contents(path: str, kind: ContentKind, names: tuple[str, ...] = ()) -> Iterator[Content]:
    """The examples of a file, or of standard input ("-"), as a model of this kind reads them.

    Args:
        names: of the columns, where the model reads several.

    Raises:
        DataError: the file cannot be read as this.
    """
    if kind == "image":
        return _images(path)
    if kind == "columns":
        return _fields(path, names)
    return _texts(path) if kind == "text" else _numbers(path, kind == "series")


def read_sources(path: str, columns: int) -> Iterator[str]:
    """The sources of a file, or of standard input ("-"), one a line with tabs between their columns.

    Args:
        columns: that a source has.

    Raises:
        DataError: the file cannot be read as this; a source of one column with a tab in it.
    """
    ending = _ending(path)
    if columns == 1 and ending in (".jsonl", ".ndjson"):
        yield from read_texts(path, "source", "target")
    elif columns == 1 and ending == ".csv":
        yield from _first_of_two(path)
    else:
        yield from _source_lines(path, columns, table=ending in TABLE_ENDINGS)


def _source_lines(path: str, columns: int, *, table: bool) -> Iterator[str]:
    """The lines; of a table whose rows have one column more, all but the last."""
    file = TextFile(path)
    for line in file.lines():
        text = line.text
        if table and text.count(TAB) == columns:
            text = text.rpartition(TAB)[0]
        if columns == 1 and TAB in text:
            what = f"expected a text without tabs, saw {excerpt(text)}"
            fix = "Give the sources alone, one a line: cut -f1 takes the first column."
            raise DataError(what, where=file.place(line.number), fix=fix)
        yield text


def _first_of_two(path: str) -> Iterator[str]:
    """The column `source` of a CSV file that names it, else the first of two or the only one."""
    findings = Findings(path)
    column: int | None = None
    for number, row in csv_rows(TextFile(path), findings):
        names = [name.strip().lower() for name in row]
        if column is None and "source" in names:
            column = names.index("source")
            continue
        column = column or 0
        if column == 0 and len(row) > 2:
            what = f"expected a column named source, saw {len(row)} columns: {excerpt(', '.join(row))}"
            raise DataError(what, where=f"{path}:{number}", fix="Give the sources alone, one a line.")
        yield row[column] if column < len(row) else ""
    findings.raise_if_any()


def _ending(path: str) -> str:
    return Path(path.lower().removesuffix(".gz")).suffix


def _texts(path: str) -> Iterator[str]:
    ending = _ending(path)
    if ending in (".jsonl", ".ndjson"):
        yield from read_texts(path, "text", "label")
    elif ending == ".csv":
        yield from _column(path)
    else:
        yield from first_cells(path)


def _column(path: str) -> Iterator[str]:
    """The texts of a CSV file."""
    findings = Findings(path)
    column: int | None = None
    for _, row in csv_rows(TextFile(path), findings):
        if column is None:
            names = [name.strip().lower() for name in row]
            column = names.index("text") if "text" in names else 0
        else:
            yield row[column] if column < len(row) else ""
    findings.raise_if_any()


def _images(path: str) -> Iterator[Content]:
    """The images of an idx file; else the paths in the first column, relative to the folder of the file."""
    if looks_like_idx(path):
        return read_pictures(path, path)
    folder = "" if is_stream(path) else os.path.dirname(path)
    return (image_file(cell, folder) if cell.strip() else "" for cell in first_cells(path))


def _fields(path: str, names: tuple[str, ...]) -> Iterator[Fields]:
    """Lines with tabs between their columns."""
    folder = "" if is_stream(path) else os.path.dirname(path)
    for text in read_sources(path, len(names)):
        yield Fields(tuple(image_or_text(cell, folder) for cell in text.split(TAB)), names)


def _numbers(path: str, series: bool) -> Iterator[Numbers]:
    require_file(path)
    with tempfile.TemporaryDirectory(prefix="recurra-") as folder:
        source = PairSource(path)
        if is_stream(path):
            source = spool(source, folder)
        findings = Findings(source.names[0])
        if series and _is_ts(source):
            yield from (case.numbers for case in TsFile(source.path, findings.name).cases(findings))
        else:
            table = read_table(source, [], findings, series=series, labelled=False)
            yield from (cell.numbers for cell in table)
        findings.raise_if_any()


def _is_ts(source: PairSource) -> bool:
    """Whether a file begins as .ts files do."""
    lines = TextFile(source.path, source.names[0]).lines()
    first = next((line.text.strip() for line in lines if line.text.strip()), "")
    return first.startswith(("@", "#"))
