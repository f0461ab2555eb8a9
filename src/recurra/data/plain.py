"""Plain text, line by line, as often as it is wanted: files, packed files, standard input, lists of texts.

    for passage in open_plain(PairSource("book.txt")):
        passage.text, passage.line

Empty lines are passages too: whether they mean anything is for those who know what kind of text it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from recurra.data.findings import Findings
from recurra.data.jsonl import HALF, lone_surrogate
from recurra.data.lines import TextFile, is_stream, require_file
from recurra.data.pair_source import PairSource
from recurra.data.pairs import from_copy
from recurra.errors import DataError, UsageError
from recurra.options import unknown_name
from recurra.text.visible import excerpt

FORMATS = ("auto", "text")


class Passage(NamedTuple):
    """A line without its end, or a part of one that is very long."""

    text: str
    line: int  # in the file, from 1
    ends: bool = True  # whether the line ends here


class PlainFile:
    """The lines of a file; each iteration reads it from the beginning."""

    skipped = ""

    def __init__(self, source: PairSource) -> None:
        self.source = source
        self.name = source.names[0]
        self.notes: list[str] = []

    def __iter__(self) -> Iterator[Passage]:
        findings = Findings(self.name)
        for line in TextFile(self.source.path, self.name, self.notes).lines(findings):
            if not findings:
                yield Passage(line.text, line.number)
        findings.raise_if_any()


class PlainList:
    """Texts given in Python; line ends in them end lines. `line` is the number of the text in the list, from 1."""

    skipped = ""

    def __init__(self, texts: Iterable[object], name: str = "texts") -> None:
        self.name = name
        self.notes: list[str] = []
        given = [_checked(text, f"{name}[{number}]") for number, text in enumerate(texts)]
        lines = [text.removesuffix("\n").split("\n") for text in given]
        self.passages = [Passage(line, number) for number, some in enumerate(lines, 1) for line in some]

    def __iter__(self) -> Iterator[Passage]:
        return iter(self.passages)


PlainText = PlainFile | PlainList


def open_plain(source: PairSource) -> PlainFile:
    """The lines of a file. What can be read only once is copied to a temporary folder, which goes with the result.

    Raises:
        DataError: the file is missing or cannot be read.
        UsageError: a format that there is not, columns, or a second file.
    """
    if source.format not in FORMATS:
        raise unknown_name("format", source.format, FORMATS, where="--input-format")
    if source.target_path is not None:
        fix = "Name one file: recurra train TEXT --task language-model"
        raise UsageError("plain text is one file, and a second one was given", where="--target", fix=fix)
    if source.source_column is not None or source.target_column is not None:
        raise UsageError("plain text has no columns", where="--source-column, --target-column", fix="Leave them out.")
    require_file(source.path)
    return from_copy(source, open_plain) if is_stream(source.path) else PlainFile(source)


def _checked(text: object, where: str) -> str:
    if not isinstance(text, str):
        fix = 'Give a list of strings, for example ["emma", "olivia"].'
        raise DataError(f"expected a text, got {type(text).__name__} {excerpt(repr(text), 40)}", where=where, fix=fix)
    if lone := lone_surrogate(text):
        raise DataError(f"lone surrogate {lone}", where=where, fix=HALF)
    return text
