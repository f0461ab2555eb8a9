"""What a model that labels is asked about: texts, vectors or series without labels, as they come.

Texts stand one a line. In a table (.csv, .tsv) they are the column `text` or the first one, in JSON Lines what stands
under the key `text`; labels that are there too are not looked at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from recurra.data.delimited import csv_rows
from recurra.data.findings import Findings
from recurra.data.idx import looks_like_idx, read_pictures
from recurra.data.jsonl import read_texts
from recurra.data.labelled import Content
from recurra.data.lines import TextFile, is_stream, read_lines, require_file
from recurra.data.numbers import Numbers
from recurra.data.pair_source import PairSource, spool
from recurra.data.ts_file import TsFile
from recurra.data.vectors import read_table

ContentKind = Literal["text", "vector", "series"]


def read_contents(path: str, kind: ContentKind) -> Iterator[Content]:
    """The examples of a file, or of standard input ("-"), as a model of this kind reads them.

    Raises:
        DataError: the file cannot be read as this.
    """
    return _texts(path) if kind == "text" else _numbers(path, kind == "series")


def _texts(path: str) -> Iterator[str]:
    ending = Path(path.lower().removesuffix(".gz")).suffix
    if ending in (".jsonl", ".ndjson"):
        yield from read_texts(path, "text")
    elif ending == ".csv":
        yield from _column(path)
    elif ending in (".tsv", ".tab"):
        yield from (line.partition("\t")[0] for line in read_lines(path))
    else:
        yield from read_lines(path)


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


def _numbers(path: str, series: bool) -> Iterator[Numbers]:
    require_file(path)
    with tempfile.TemporaryDirectory(prefix="recurra-") as folder:
        source = PairSource(path)
        if is_stream(path):
            source = spool(source, folder)
        findings = Findings(source.names[0])
        if looks_like_idx(source.path):
            yield from read_pictures(source.path, findings.name)
        elif series and _is_ts(source):
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
