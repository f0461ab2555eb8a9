"""Pairs of texts: a source, and the target that belongs to it.

    tsv, csv    a table; its two columns, or those that the user names
    jsonl       an object a line, with the keys source and target
    parallel    two files; line n of one belongs to line n of the other
    rows        (source, target), ((column, column), target), or mappings

A source may have several columns: its text is theirs with a tab between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from recurra.data.columns import TAB, has_blank, joined
from recurra.data.delimited import read_csv
from recurra.data.example import Example
from recurra.data.examples import EMPTY_SHARE, Kind, Reader, Reading, Skipped
from recurra.data.inputs import ENDINGS, read_texts
from recurra.data.jsonl import object_of, read_jsonl
from recurra.data.lines import TextFile
from recurra.data.parallel import read_parallel
from recurra.data.rows import NO_PAIR, RowSides, row_sides, text_of
from recurra.data.source import PAIR, DataSource
from recurra.data.tsv import read_tsv
from recurra.errors import DataError
from recurra.narrowing import is_sequence
from recurra.text.visible import is_blank as not_seen

FORMATS: dict[str, Reader[Example]] = {
    "tsv": read_tsv,
    "csv": read_csv,
    "jsonl": read_jsonl,
    "parallel": read_parallel,
}


def read_rows(reading: Reading) -> Iterator[Example]:
    """The pairs given in Python."""
    for row in row_sides(reading):
        try:
            yield Example(source_text(row, reading), text_of(row.second, reading.place(row.line)), row.line)
        except DataError as error:
            reading.findings.add(NO_PAIR.format(reading.source.sides.noun), error)


def source_text(row: RowSides, reading: Reading) -> str:
    """A source given as a text, or as a tuple of its columns.

    Raises:
        DataError: something else, or a tab in one of several columns.
    """
    place = reading.place(row.line)
    if not is_sequence(row.first):
        return text_of(row.first, place)
    return joined([text_of(cell, place) for cell in row.first], place)


def format_of(source: DataSource) -> str:
    """By the second file, by the ending, else by the first line that is not blank."""
    if source.target_path is not None:
        return "parallel"
    return ENDINGS.get(source.ending) or ("tsv" if object_of(first_line(source)) is None else "jsonl")


def first_line(source: DataSource) -> str:
    """The first line of a file that is not blank; empty where there is none near the beginning."""
    return next((text for text in islice(texts_of(source), 100) if text.strip()), "")


def texts_of(source: DataSource) -> Iterator[str]:
    """The lines of a file, one after the other."""
    return (line.text for line in TextFile(source.path, source.names[0]).lines())


def check_empty(skipped: Skipped, source: DataSource) -> None:
    """Refuses data of which too much is empty.

    Raises:
        DataError: nothing at all, nothing but empty pairs, or more of them than one in a hundred.
    """
    name, (first, second, noun) = source.names[0], source.sides[:3]
    if skipped.total == 0:
        fix = f"Each line of a TSV file is {first}, one tab (⇥), {second}." if source.rows is None else None
        raise DataError(f"expected {noun}s, found none", where=name, fix=fix)
    if skipped.count == skipped.total:
        fix = "Are the two texts in other columns? Name them with --source-column and --target-column."
        if "," in (columns := source.source_column or ""):
            fix = f"Is one of the columns {columns} always empty? Name only those that are not: --source-column."
        raise DataError(f"expected text on both sides, found no {noun} with it", where=name, fix=fix)
    if skipped.too_many:
        fix = f"Remove them, or find out why they are there; up to {EMPTY_SHARE:.0%} are skipped."
        if "," in (source.source_column or ""):
            fix += " Each column is looked at: where one has nothing to say, write a sign for that, such as -."
        raise DataError(f"expected text on both sides, saw {skipped}", where=name, fix=fix)


def is_blank(example: Example) -> bool:
    """Whether a side is empty, or one of several columns of the source."""
    return has_blank(example.source) or not_seen(example.target)


def key(example: Example) -> str:
    """Both texts."""
    return f"{example.source}{TAB}{example.target}"


PAIRS = Kind(
    sides=PAIR,
    formats=FORMATS,
    rows=read_rows,
    format_of=format_of,
    key=key,
    pack=lambda example: [*example],
    unpack=lambda row: Example(*row),
    inputs=read_texts,
    asked=lambda example: example.source,
    several="{count} source{s} {have} several targets ({where}): each of them is right, and a source counts once",
    blank=is_blank,
    check=check_empty,
    two_files=frozenset({"parallel"}),
    called="pairs",
)
