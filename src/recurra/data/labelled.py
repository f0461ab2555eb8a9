"""Examples with a label, from whatever people keep them in, streaming, as many times as they are wanted.

    for example in open_labelled(PairSource("train.tsv")):
        example.content, example.label, example.line

    text       TSV, CSV and JSON Lines (text, label), two parallel files, a folder with one file per label
    vectors    a table of numbers with a column of labels
    series     .ts files; a table whose rows are steps; idx pictures, whose rows are steps

Problems are collected while a file is read and raised together at the end of the pass, as for pairs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from recurra.data.content import Cell, Content
from recurra.data.findings import Findings
from recurra.data.folder import read_folder
from recurra.data.idx import looks_like_idx, read_labels, read_pictures
from recurra.data.jsonl import HALF, lone_surrogate
from recurra.data.lines import is_stream, require_file
from recurra.data.numbers import Numbers, as_numbers
from recurra.data.pair_source import PairSource
from recurra.data.pairs import Empty, PairFile, PairList, Skipped, check_empty, from_copy, open_pairs
from recurra.data.ts_file import TsFile
from recurra.data.vectors import kind_of_table, read_table
from recurra.errors import DataError, UsageError
from recurra.options import unknown_name
from recurra.text.visible import excerpt

TABLES = (".csv", ".tsv", ".tab", "")  # endings of what may be a table of numbers
FORMATS = ("auto", "tsv", "csv", "jsonl", "parallel", "folder", "ts", "vectors", "series", "idx")


class Labelled(NamedTuple):
    """An example: a text, numbers, an image or several of these, its label, and the line (from 1) it came from."""

    content: Content
    label: str
    line: int


class LabelledFile:
    """The examples of one source; each iteration reads it from the beginning.

    `notes` says in whole sentences what the user should know, `skipped` counts what was left out because it is empty.
    Both are complete after the first whole pass.
    """

    def __init__(self, source: PairSource, read: Reader) -> None:
        self.source = source
        self.name = source.names[0]
        self.notes: list[str] = []
        self.skipped = Skipped(0, (), 0, source.noun)
        self._read = read

    def __iter__(self) -> Iterator[Labelled]:
        findings = Findings(self.name)
        total = 0
        for example in self._read(self.source, self.notes, findings):
            total += 1
            if not findings:
                yield example
        if not findings and not total:
            raise DataError("expected examples, there is none", where=self.name)
        findings.raise_if_any()


class LabelledTexts:
    """The pairs (text, label) of a reader of pairs, as examples; spaces around a label do not belong to it."""

    def __init__(self, pairs: PairFile | PairList | FolderTexts) -> None:
        self.pairs = pairs
        self.name = pairs.name

    @property
    def notes(self) -> list[str]:
        """What the user should know, in whole sentences."""
        return self.pairs.notes

    @property
    def skipped(self) -> Skipped:
        """Examples left out because they are empty."""
        return self.pairs.skipped

    def __iter__(self) -> Iterator[Labelled]:
        for text, label, line in self.pairs:
            yield Labelled(text, label.strip(), line)


class FolderTexts:
    """The lines of a folder with one file per label, as pairs."""

    def __init__(self, source: PairSource) -> None:
        self.source = source
        self.name = source.names[0]
        self.notes: list[str] = []
        self.skipped = Skipped(0, (), 0, source.noun)

    def __iter__(self) -> Iterator[Any]:
        findings, empty = Findings(self.name), Empty()
        for example in read_folder(self.source.path, self.name, self.notes, findings):
            if not empty.is_empty(example) and not findings:
                yield example
        self.skipped = empty.skipped(self.source.noun)
        if not findings:
            check_empty(self.skipped, self.name, "text", "label")
        findings.raise_if_any()


class LabelledList:
    """Examples given in Python: (text, label), (vector, label) or (series, label); `line` is the number, from 1."""

    def __init__(self, examples: Sequence[Any], name: str = "examples") -> None:
        self.name = name
        self.notes: list[str] = []
        self.skipped = Skipped(0, (), len(examples), "example")
        self.examples = [_checked(example, f"{name}[{k}]", k + 1) for k, example in enumerate(examples)]

    def __iter__(self) -> Iterator[Labelled]:
        return iter(self.examples)


Reader = Callable[[PairSource, list[str], Findings], Iterator[Labelled]]
LabelledData = LabelledFile | LabelledTexts | LabelledList


def open_labelled(source: PairSource) -> LabelledData:
    """The examples of a source; its format is found out here, they are read when iterated.

    Raises:
        DataError: a file is missing or cannot be read.
        UsageError: a format or a combination of options that cannot be.
    """
    source = replace(source, first="text", second="label", noun="example")
    if source.format not in FORMATS:
        raise unknown_name("format", source.format, FORMATS, where="--input-format")
    if not os.path.isdir(source.path):
        require_file(source.path)
    if any(is_stream(path) for path in (source.path, source.target_path) if path is not None):
        return from_copy(source, open_labelled)
    format = format_of(source)
    if format in READERS:
        _refuse_target(source, format)
        return LabelledFile(source, READERS[format])
    if format == "folder":
        _refuse_target(source, format)
        _require_folder(source)
        return LabelledTexts(FolderTexts(source))
    return LabelledTexts(open_pairs(replace(source, format=format)))


def format_of(source: PairSource) -> str:
    """The format that the user names; else by the second file, the name, and a look inside. "auto": texts."""
    name = source.names[0].lower().removesuffix(".gz")
    ending = Path(name).suffix
    if source.format != "auto":
        return source.format
    if os.path.isdir(source.path):
        return "folder"
    if looks_like_idx(source.path):
        return "idx"
    if ending == ".ts":
        return "ts"
    if source.target_path is None and ending in TABLES:
        return kind_of_table(source) or "auto"
    return "auto"


def _read_ts(source: PairSource, notes: list[str], findings: Findings) -> Iterator[Labelled]:
    for case in TsFile(source.path, source.names[0], notes).cases(findings):
        if case.label is None:
            fix = "The header says @classLabel false. Such a file is for recurra predict."
            raise DataError("the series have no labels", where=source.names[0], fix=fix)
        yield Labelled(case.numbers, case.label, case.line)


def _read_idx(source: PairSource, notes: list[str], findings: Findings) -> Iterator[Labelled]:
    if source.target_path is None:
        fix = "Give both files: --source IMAGES --target LABELS."
        raise DataError(
            "the pictures have no labels, which idx keeps in a file of their own", where=source.names[0], fix=fix
        )
    images, labels = source.names
    marks = read_labels(source.target_path, labels)
    count = 0
    for picture in read_pictures(source.path, images):
        count += 1
        if count <= len(marks):
            yield Labelled(picture, str(marks[count - 1]), count)
    if count != len(marks):
        raise DataError(
            f"{count:,} pictures, but {len(marks):,} labels in {labels}", where=images, fix="Are both of one set?"
        )


def _read_vectors(source: PairSource, notes: list[str], findings: Findings) -> Iterator[Labelled]:
    for cell in read_table(source, notes, findings, series=False):
        yield Labelled(cell.numbers, cell.label or "", cell.line)


def _read_series(source: PairSource, notes: list[str], findings: Findings) -> Iterator[Labelled]:
    for cell in read_table(source, notes, findings, series=True):
        yield Labelled(cell.numbers, cell.label or "", cell.line)


def _require_folder(source: PairSource) -> None:
    if not os.path.isdir(source.path):
        raise UsageError("the format is folder, and this is none", where=source.path, fix="Leave --input-format out.")


def _refuse_target(source: PairSource, format: str) -> None:
    if source.target_path is not None and format != "idx":
        fix = "Leave --target out; the labels stand beside the examples."
        raise UsageError(f"a second file was given, but the format is {format}", where="--input-format", fix=fix)


def _checked(example: Any, where: str, number: int) -> Labelled:
    fix = 'Give (text, label), (vector, label) or (series, label), for example [("how far is it", "number")].'
    if isinstance(example, str) or not isinstance(example, tuple | list):
        raise DataError(f"expected an example, got {excerpt(repr(example), 40)}", where=where, fix=fix)
    parts: list[Any] = list(example)  # pyright: ignore[reportUnknownArgumentType]
    if len(parts) != 2:
        raise DataError(f"expected a content and a label, got {len(parts)} things", where=where, fix=fix)
    content, label = parts
    if not isinstance(label, str) or not label.strip():
        raise DataError(f"expected a label (a text), got {excerpt(repr(label), 40)}", where=where, fix=fix)
    if isinstance(content, str) and not content.strip():
        raise DataError("the text is empty", where=where, fix="Leave the example out.")
    return Labelled(checked_content(content, where), label.strip(), number)


def checked_content(content: Any, where: str) -> Cell:
    """A text or numbers that were given in Python.

    Raises:
        DataError: it is neither.
    """
    if isinstance(content, Numbers):
        return content
    if isinstance(content, str):
        if lone := lone_surrogate(content):
            raise DataError(f"lone surrogate {lone}", where=where, fix=HALF)
        return content
    return as_numbers(content, where)


READERS: dict[str, Reader] = {"ts": _read_ts, "idx": _read_idx, "vectors": _read_vectors, "series": _read_series}
