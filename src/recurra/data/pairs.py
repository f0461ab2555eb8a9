"""Pairs of texts from a file, streaming, as many times as they are wanted.

    for example in open_pairs(PairSource("train.tsv")):
        example.source, example.target, example.line

Problems are collected while the file is read and raised together at the end of the pass. From the first problem on
nothing more is yielded: the rest of the file is only searched for others. A pair with an empty side is skipped
and counted; too many of them are a problem too.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar, cast, get_args

from recurra.data.columns import TAB
from recurra.data.delimited import read_csv
from recurra.data.example import Example
from recurra.data.findings import Findings
from recurra.data.jsonl import HALF, lone_surrogate, read_jsonl
from recurra.data.lines import TextFile, is_stream, require_file
from recurra.data.pair_source import Format, PairSource, spool
from recurra.data.parallel import read_parallel
from recurra.data.tsv import read_tsv
from recurra.errors import DataError, UsageError
from recurra.options import unknown_name
from recurra.text.counted import counted
from recurra.text.visible import excerpt

__all__ = ["PairFile", "PairList", "PairSource", "Skipped", "open_pairs", "spool"]

Reader = Callable[[PairSource, list[str], Findings], Iterator[Example]]
Opened = TypeVar("Opened")

READERS: dict[str, Reader] = {
    "tsv": read_tsv,
    "csv": read_csv,
    "jsonl": read_jsonl,
    "parallel": read_parallel,
}

ENDINGS: dict[str, Format] = {
    ".tsv": "tsv",
    ".tab": "tsv",
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}

EMPTY_SHARE = 0.01  # of the pairs may have an empty side before it is an error; one may always
EMPTY_SHOWN = 5


@dataclass(frozen=True)
class Skipped:
    """Pairs left out because one side is empty."""

    count: int
    first_lines: tuple[int, ...]  # the first few line numbers
    total: int  # pairs in the file, these included
    noun: str = "pair"  # what they are called

    def __str__(self) -> str:
        """One sentence for the user; empty if there are none."""
        if not self.count:
            return ""
        lines = ", ".join(str(line) for line in self.first_lines)
        more = ", ..." if self.count > len(self.first_lines) else ""
        return f"{counted(self.count, self.noun)} with an empty side skipped of {self.total:,} (lines {lines}{more})"

    @property
    def too_many(self) -> bool:
        """Whether this is no longer an accident."""
        return self.count > max(1, self.total * EMPTY_SHARE)


class Empty:
    """Counts pairs with an empty side while a file is read."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0
        self.first: list[int] = []

    def is_empty(self, example: Example) -> bool:
        """Whether a pair is left out; takes it into the count."""
        self.total += 1
        if example.source.strip() and example.target.strip():
            return False
        self.count += 1
        if len(self.first) < EMPTY_SHOWN:
            self.first.append(example.line)
        return True

    def skipped(self, noun: str = "pair") -> Skipped:
        """What was left out so far."""
        return Skipped(self.count, tuple(self.first), self.total, noun)


class PairFile:
    """The pairs of one source; each iteration reads it from the beginning.

    `notes` says in whole sentences what the user should know (a mark dropped, a header found); `skipped` counts the
    pairs with an empty side. Both are complete after the first whole pass.
    """

    def __init__(self, source: PairSource, format: Format) -> None:
        self.source = source
        self.format = format
        self.name = source.names[0]
        self.notes: list[str] = []
        self.skipped = Skipped(0, (), 0)

    def __iter__(self) -> Iterator[Example]:
        findings = Findings(self.name)
        empty = Empty()
        for example in READERS[self.format](self.source, self.notes, findings):
            if not empty.is_empty(example) and not findings:
                yield example
        self.skipped = empty.skipped(self.source.noun)
        if not findings:
            check_empty(self.skipped, self.name, self.source.first, self.source.second)
        findings.raise_if_any()


class PairList:
    """Pairs given in Python, with the ways of a PairFile; `line` is the number in the list, from 1.

    A source may be a tuple of columns: (("walk", "V;PST"), "walked").
    """

    def __init__(self, pairs: Iterable[tuple[str | Sequence[str], str]], name: str = "pairs") -> None:
        self.name = name
        self.notes: list[str] = []
        empty = Empty()
        examples = [_checked(pair, number, name) for number, pair in enumerate(pairs, 1)]
        self.examples = [example for example in examples if not empty.is_empty(example)]
        self.skipped = empty.skipped()
        check_empty(self.skipped, name)

    def __iter__(self) -> Iterator[Example]:
        return iter(self.examples)


def open_pairs(source: PairSource) -> PairFile:
    """The pairs of a source; its format is found out here, its lines are read when iterated.

    Standard input and pipes are copied to a temporary folder, which goes with the PairFile; use `spool` first
    where the copy should stay.

    Raises:
        DataError: a file is missing or cannot be read.
        UsageError: a format or a combination of options that cannot be.
    """
    if source.format not in get_args(Format):
        raise unknown_name("format", source.format, get_args(Format), where="--input-format")
    paths = [path for path in (source.path, source.target_path) if path is not None]
    for path in paths:
        require_file(path)
    if any(is_stream(path) for path in paths):
        return from_copy(source, open_pairs)
    format = cast("Format", source.format) if source.format != "auto" else _format_of(source)
    _check_options(source, format)
    return PairFile(source, format)


def from_copy(source: PairSource, open: Callable[[PairSource], Opened]) -> Opened:
    """What `open` makes of a stream, from a copy that is taken away with it."""
    folder = tempfile.mkdtemp(prefix="recurra-")
    try:
        examples = open(spool(source, folder))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(examples, shutil.rmtree, folder, ignore_errors=True)
    return examples


def _check_options(source: PairSource, format: Format) -> None:
    if format == "parallel" and source.target_path is None:
        raise UsageError("parallel files are two: the file of the targets is missing", where="--input-format")
    if format != "parallel" and source.target_path is not None:
        fix = "Leave the format out, or put both texts in one file."
        raise UsageError(f"a second file was given, but the format is {format}", where="--input-format", fix=fix)
    if format == "parallel" and (source.source_column or source.target_column):
        raise UsageError("parallel files have no columns", where="--source-column, --target-column")


def _format_of(source: PairSource) -> Format:
    """By the second file, by the ending, else by the first line that is not blank."""
    if source.target_path is not None:
        return "parallel"
    name = source.names[0].lower().removesuffix(".gz")
    for ending, format in ENDINGS.items():
        if name.endswith(ending):
            return format
    lines = TextFile(source.path, source.names[0]).lines()
    first = next((line.text for line in islice(lines, 100) if line.text.strip()), "")
    return "jsonl" if _is_object(first) else "tsv"


def _is_object(line: str) -> bool:
    try:
        return line.lstrip().startswith("{") and isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def check_empty(skipped: Skipped, name: str, first: str = "source", second: str = "target") -> None:
    """Refuses data of which too much is empty.

    Raises:
        DataError: nothing at all, nothing but empty pairs, or more of them than one in a hundred.
    """
    noun = skipped.noun
    if skipped.total == 0:
        fix = f"Each line of a TSV file is {first}, one tab (⇥), {second}."
        raise DataError(f"expected {noun}s, there is none", where=name, fix=fix)
    if skipped.count == skipped.total:
        fix = "Are the two texts in other columns? Name them with --source-column and --target-column."
        raise DataError(f"expected text on both sides, saw no {noun} that has it", where=name, fix=fix)
    if skipped.too_many:
        fix = f"Take them out, or find out why they are there; up to {EMPTY_SHARE:.0%} are skipped."
        raise DataError(f"expected text on both sides, saw {skipped}", where=name, fix=fix)


def _checked(pair: object, number: int, name: str) -> Example:
    fix = 'Give (source, target) tuples of two strings, for example [("hello", "bonjour")].'
    where = f"{name}[{number - 1}]"
    if isinstance(pair, str) or not isinstance(pair, tuple | list):
        raise DataError(f"expected a pair, got {_shown(pair)}", where=where, fix=fix)
    texts: list[object] = list(pair)  # pyright: ignore[reportUnknownArgumentType]
    if len(texts) != 2:
        raise DataError(f"expected two texts, got {len(texts)}", where=where, fix=fix)
    source, target = joined(texts[0], where), texts[1]
    if not isinstance(source, str) or not isinstance(target, str):
        wrong = target if isinstance(source, str) else source
        raise DataError(f"expected a string, got {_shown(wrong)}", where=where, fix=fix)
    lone = lone_surrogate(source) or lone_surrogate(target)
    if lone:
        raise DataError(f"lone surrogate {lone}", where=where, fix=HALF)
    return Example(source, target, number)


def joined(source: object, where: str) -> object:
    """A source given as its columns as one text with tabs between them; anything else as it is."""
    if not isinstance(source, tuple | list):
        return source
    cells: list[object] = list(source)  # pyright: ignore[reportUnknownArgumentType]
    for cell in cells:
        if not isinstance(cell, str):
            raise DataError(f"expected a string in each column, got {_shown(cell)}", where=where)
        if len(cells) > 1 and TAB in cell:
            fix = "Tabs separate the columns of a source: write a space instead."
            raise DataError(f"expected columns without tabs, got {_shown(cell)}", where=where, fix=fix)
    return TAB.join(map(str, cells))


def _shown(value: object) -> str:
    return f"{type(value).__name__} {excerpt(repr(value), 40)}"
