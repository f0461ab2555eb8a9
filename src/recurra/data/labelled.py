"""Examples with a label, from whatever people keep them in.

text       TSV, CSV and JSON Lines (text, label), fastText's lines, two parallel files, a folder with one file per label
vectors    a table of numbers with a column of labels
series     .ts files; a table whose rows are steps
images     a table with their paths; idx pictures
columns    several of a table, each a text, a number or an image
rows       (text, label), (vector, label), ((text, number), label), ... or mappings by column

What is called a label here may also be a number: NUMBERED reads the same where numbers are learned.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeVar, cast

from recurra.data.cells import content_given, content_of_text
from recurra.data.columns import TAB
from recurra.data.columns import is_number as is_column_number
from recurra.data.content import Content, ContentKind, Fields, content_key, is_nothing, pack_content, unpack_content
from recurra.data.delimited import table_rows
from recurra.data.example import Example
from recurra.data.examples import Kind, Reader, Reading
from recurra.data.fasttext import are_labelled, read_fasttext, without_labels
from recurra.data.folder import read_folder
from recurra.data.idx import looks_like_idx, read_labels, read_pictures
from recurra.data.images import how_to_name, image_file, image_or_text, image_path, is_named_as_image
from recurra.data.inputs import ENDINGS, read_texts
from recurra.data.jsonl import JSON_LINES
from recurra.data.known_names import OF_LABELLED, OF_NUMBERED
from recurra.data.number_text import NumberText
from recurra.data.numbers import Numbers
from recurra.data.pairs import FORMATS, check_empty, first_line, format_of, texts_of
from recurra.data.rows import NO_PAIR, RowSides, cell_text, is_cell, is_table, row_sides, text_of
from recurra.data.source import NUMBER, DataSource, Sides, spool
from recurra.data.ts_file import TsFile
from recurra.data.vectors import kind_of_table, read_table
from recurra.errors import DataError
from recurra.narrowing import is_mapping
from recurra.text.counted import counted
from recurra.text.visible import excerpt

E = TypeVar("E")
LOOK = 20  # examples that may name images
FEW = 3  # fewer say nothing
TABLES = (".csv", ".tsv", ".tab", "", *JSON_LINES)  # endings of what may be a table of numbers


class Reads(NamedTuple):
    """What the network of a model reads."""

    kind: ContentKind
    names: tuple[str, ...] = ()  # of several columns


class Labelled(NamedTuple):
    """An example: a text, numbers, an image or several of these, its label, and the line (from 1) it came from."""

    content: Content
    label: str
    line: int


def of_pairs(read: Reader[Example]) -> Reader[Labelled]:
    """A reader of pairs as one of texts with labels; spaces around a label do not belong to it."""

    def read_labelled(reading: Reading) -> Iterator[Labelled]:
        name_all_columns(reading)
        pairs = with_their_images(read(reading), lambda one: one.source.split(TAB), lambda one: one.line, reading)
        for text, label, line in pairs:
            written = label if isinstance(label, NumberText) else label.strip()
            yield Labelled(content_of_text(text, reading.source), written, line)

    return read_labelled


def with_their_images(
    examples: Iterator[E], cells: Callable[[E], Sequence[object]], line: Callable[[E], int], reading: Reading
) -> Iterator[E]:
    """The examples; texts that all name images, none of which is there, are refused and not learned from as texts.

    Args:
        cells: of the source of an example.

    Raises:
        DataError: the first of these names.
    """
    first = list(islice(examples, LOOK))
    for column in zip(*map(cells, first), strict=False):
        if len(first) >= FEW and all(map(is_named_as_image, column)):
            names = [str(name) for name in column]
            if not any(os.path.isfile(image_path(name, reading.source.base)) for name in names):
                what = f"there is no such image: {excerpt(names[0], 60)}, nor any of the first {len(names)}"
                raise DataError(what, where=reading.place(line(first[0])), fix=how_to_name(names[0]))
    yield from chain(first, examples)


def name_all_columns(reading: Reading) -> None:
    """Where only the label's column is named, all others of a table with a header are the input."""
    source = reading.source
    if source.source_column is not None or source.target_column is None or is_column_number(source.target_column):
        return
    header = header_of(source)
    others = [name for name in header if name != source.target_column]
    if source.target_column in header and len(others) > 1 and source.sides.first not in others:
        reading.source = replace(source, source_column=",".join(others))
        reading.note(f"{reading.name}: the input is all columns but {source.target_column!r}: {', '.join(others)}")


def header_of(source: DataSource) -> list[str]:
    """The names of the columns of a table: the first row of a file, the keys of the first object or mapping."""
    if source.rows is not None:
        first = next(iter(source.rows), None)
        return list(map(str, first)) if is_mapping(first) else []
    return next(table_rows(Reading(source)), (0, list[str]()))[1]


def read_ts(reading: Reading) -> Iterator[Labelled]:
    """The series of a .ts file.

    Raises:
        DataError: they have no labels.
    """
    file = TsFile(reading.source.path, reading.name, reading.facts.notes, reading.source.learns_numbers)
    for case in file.cases(reading.findings):
        if case.label is None and reading.source.learns_numbers:
            fix = "The header must say @targetlabel true. Class labels are learned with --task classify."
            raise DataError("the series have no numeric targets", where=reading.name, fix=fix)
        if case.label is None:
            fix = "The header says @classLabel false. Such a file can only be given to recurra predict."
            raise DataError("the series have no labels", where=reading.name, fix=fix)
        yield Labelled(case.numbers, case.label, case.line)


def read_idx(reading: Reading) -> Iterator[Labelled]:
    """The pictures of one idx file with the labels of another.

    Raises:
        DataError: there are more of one than of the other.
    """
    assert reading.source.target_path is not None
    images, labels = reading.source.names
    marks = read_labels(reading.source.target_path, labels)
    count = 0
    for picture in read_pictures(reading.source.path, images):
        count += 1
        if count <= len(marks):
            yield Labelled(picture, str(marks[count - 1]), count)
    if count != len(marks):
        raise DataError(
            f"{counted(count, 'picture')}, but {counted(len(marks), 'label')} in {labels}",
            where=images,
            fix="Do both files belong to the same data set?",
        )


def table_reader(*, series: bool) -> Reader[Labelled]:
    """The reader of a table of numbers: of vectors, or of series whose steps are the rows."""

    def read(reading: Reading) -> Iterator[Labelled]:
        for cell in read_table(reading, series=series):
            yield Labelled(cell.numbers, cell.label or "", cell.line)

    return read


def read_rows(reading: Reading) -> Iterator[Labelled]:
    """The examples given in Python: those of a table of numbers as such a table is read, others one by one."""
    if is_table(reading.source.rows) and (kind := kind_of_table(reading.source)):
        yield from table_reader(series=kind == "series")(reading)
        return
    name_all_columns(reading)
    sides = with_their_images(row_sides(reading), cells_of_row, lambda row: row.line, reading)
    for row in sides:
        place = reading.place(row.line)
        try:
            number = reading.source.learns_numbers and is_cell(row.second)
            label = cell_text(row.second) if number else text_of(row.second, place, numbers=True).strip()
            yield Labelled(content_given(row.first, reading.source, place), label, row.line)
        except DataError as error:
            reading.findings.add(NO_PAIR.format("example"), error)


def cells_of_row(row: RowSides) -> Sequence[object]:
    """The columns of an input given in Python."""
    return cast("Sequence[object]", row.first) if isinstance(row.first, tuple | list) else [row.first]


def labelled_format(source: DataSource) -> str:
    """By the second file, the name, and a look inside."""
    if os.path.isdir(source.path):
        return "folder"
    if looks_like_idx(source.path):
        return "idx"
    if source.ending == ".ts":
        return "ts"
    table = kind_of_table(source) if source.target_path is None and source.ending in TABLES else None
    if table:
        return table
    found = format_of(source)
    if found == "tsv" and source.ending not in ENDINGS and are_labelled(texts_of(source)):
        return "fasttext"
    return found


def read_inputs(reading: Reading, what: Reads) -> Iterator[Content]:
    """What a model reads, without labels."""
    if what.kind == "image":
        return _images(reading)
    if what.kind == "columns":
        return _fields(reading, what.names)
    return _texts(reading) if what.kind == "text" else _numbers(reading, series=what.kind == "series")


def _texts(reading: Reading) -> Iterator[Content]:
    """One text after the other; of fastText's lines what stands behind the labels."""
    if os.path.isdir(reading.source.path):
        return (example.source for example in read_folder(reading))
    if reading.source.format == "fasttext":
        reading.source = replace(reading.source, format="text")
    return read_texts(reading, 1, without_labels)


def _images(reading: Reading) -> Iterator[Content]:
    """The images of an idx file or a folder; else the paths in a column, relative to the folder of the file."""
    if os.path.isdir(reading.source.path):
        return (image_file(example.source, reading.source.base) for example in read_folder(reading))
    if looks_like_idx(reading.source.path):
        return read_pictures(reading.source.path, reading.name)
    return (image_file(cell, reading.source.base) if cell.strip() else "" for cell in read_texts(reading, 1))


def _fields(reading: Reading, names: tuple[str, ...]) -> Iterator[Content]:
    """Several columns, whatever each of them is."""
    for text in read_texts(reading, len(names)):
        yield Fields(tuple(image_or_text(cell, reading.source.base) for cell in text.split(TAB)), names)


def _numbers(reading: Reading, *, series: bool) -> Iterator[Numbers]:
    with TemporaryDirectory(prefix="recurra-") as folder:
        source = reading.source = spool(reading.source, folder)
        file = source.rows is None
        if series and file and (source.format == "ts" or first_line(source).strip().startswith(("@", "#"))):
            cases = TsFile(source.path, reading.name, [], source.learns_numbers).cases(reading.findings)
            yield from (case.numbers for case in cases)
        else:
            yield from (cell.numbers for cell in read_table(reading, series=series, labelled=False))


def key(example: Labelled) -> str:
    """Content and label."""
    return f"{example.label}\t{content_key(example.content)}"


def pack(example: Labelled) -> list[object]:
    """Content, label, line."""
    return [pack_content(example.content), example.label, example.line]


def unpack(row: Sequence[Any]) -> Labelled:
    """The same again."""
    content, label, line = row
    return Labelled(unpack_content(content), label, line)


def is_blank(example: Labelled) -> bool:
    """Whether the text or the label is empty."""
    return not example.label or is_nothing(example.content)


TEXTS: dict[str, Reader[Labelled]] = {
    name: of_pairs(read) for name, read in {**FORMATS, "folder": read_folder, "fasttext": read_fasttext}.items()
}

LABELLED = Kind(
    sides=Sides("text", "label", "example", OF_LABELLED, numbers=True),
    formats={
        **TEXTS,
        "ts": read_ts,
        "vectors": table_reader(series=False),
        "series": table_reader(series=True),
        "idx": read_idx,
    },
    rows=read_rows,
    format_of=labelled_format,
    key=key,
    pack=pack,
    unpack=unpack,
    inputs=read_inputs,
    asked=lambda example: content_key(example.content),
    several="warning: {count} input{s} {have} different labels ({where}): an answer cannot be right for all of them",
    blank=is_blank,
    check=check_empty,
    two_files=frozenset({"parallel", "idx"}),
    folders=True,
)

NUMBERED = replace(
    LABELLED,
    sides=Sides("text", NUMBER, "example", OF_NUMBERED, numbers=True),
    several="{count} input{s} {have} different values ({where}): an answer cannot be right for all of them",
)
