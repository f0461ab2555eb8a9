"""Examples: one stream, whatever they come from. Files, parallel files, standard input and rows given in Python alike.

    for example in open_examples(DataSource("train.tsv"), PAIRS):
        example.source, example.target, example.line

A kind of examples (`Kind`) is a table of readers, one for each format; a reader only takes a `Reading` and yields
records. Everything else stands here once: which format, what can be read only once, what is skipped and counted, which
problems are collected. From the first problem on nothing more is yielded; the rest is searched for others, and at the
end of the pass they are raised together.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import compress
from typing import Any, Generic, Protocol

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypeVar

from recurra.data.findings import Findings
from recurra.data.lines import TextFile, is_stream, require_file
from recurra.data.source import COLUMNS, DataSource, Sides, spool
from recurra.errors import DataError, UsageError
from recurra.options import unknown_name
from recurra.text.counted import counted

EMPTY_SHARE = 0.01  # of the examples may be empty before it is an error; one may always
LINES_SHOWN = 5
WARNING = "warning: "  # how a note begins that says what may make answers wrong


class HasLine(Protocol):
    """What every example has: the line (from 1) it came from."""

    @property
    def line(self) -> int:
        """In the file, or the number of the row given in Python."""
        ...


E = TypeVar("E", bound=HasLine)
I = TypeVar("I", covariant=True, default=object)  # an input
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Skipped:
    """Examples left out because there is nothing in them."""

    count: int = 0
    first_lines: tuple[int, ...] = ()  # the first few line numbers
    total: int = 0  # examples in the data, these included
    noun: str = "pair"  # what they are called
    why: str = "with an empty side"

    def __str__(self) -> str:
        """One sentence for the user; empty if there are none."""
        if not self.count:
            return ""
        lines = ", ".join(map(str, self.first_lines)) + (", ..." if self.count > len(self.first_lines) else "")
        return f"{counted(self.count, self.noun)} {self.why} skipped of {self.total:,} (lines {lines})"

    @property
    def too_many(self) -> bool:
        """Whether this is no longer an accident."""
        return self.count > max(1, self.total * EMPTY_SHARE)


@dataclass
class Facts:
    """What is known of a stream after the first whole pass."""

    notes: list[str] = field(default_factory=list[str])  # whole sentences for the user: a mark dropped, a header found
    skipped: Skipped = Skipped()
    columns: dict[str, str] = field(default_factory=dict[str, str])  # those that were read, where a header names them
    by_commas: bool = False  # whether commas stand between the columns of a file
    rows: bool = False  # whether they were given in Python, where an example has an index and no line


class Reading:
    """One pass over a source: what a reader reads from, and where it reports.

    Args:
        source: files or rows, and what the user said about their columns.
        facts: what is found out, kept from pass to pass.
        with_targets: False where inputs alone are wanted, and targets may be missing.
    """

    def __init__(self, source: DataSource, facts: Facts | None = None, *, with_targets: bool = True) -> None:
        self.source = source
        self.facts = facts or Facts()
        self.with_targets = with_targets
        self.name = source.names[0]
        self.findings = Findings(self.name)
        self.total = 0  # what the reader counts itself, where that is not the examples: dialogues
        self.skipped: list[int] = []  # lines

    @property
    def file(self) -> TextFile:
        """The (first) file."""
        return TextFile(self.source.path, self.name, self.facts.notes)

    def place(self, line: int) -> str:
        """What a message calls the place of a line."""
        return place_in(self.name, line, rows=self.source.rows is not None)

    def note(self, text: str) -> None:
        """Keeps what the user should know, once however often the data are read."""
        if text not in self.facts.notes:
            self.facts.notes.append(text)


def place_in(name: str, line: int, *, rows: bool) -> str:
    """file:line, or examples[index], for a message; of line 0, the names of columns given in Python, `examples`."""
    if not rows:
        return f"{name}:{line}"
    return f"{name}[{line - 1}]" if line > 0 else name


Reader = Callable[[Reading], Iterator[T]]
Place = Callable[[int], str]  # what a message calls the place of a line


def never_blank(example: HasLine) -> bool:
    """Of examples that cannot be empty."""
    return False


def some(skipped: Skipped, source: DataSource) -> None:
    """Refuses data in which there is nothing.

    Raises:
        DataError: no example at all.
    """
    if not skipped.total:
        raise DataError("there are no examples", where=source.names[0])


@dataclass(frozen=True)
class Kind(Generic[E, I]):
    """What a file can hold, and what rows in Python can be: pairs, labelled examples, sentences with tags, ..."""

    sides: Sides
    formats: Mapping[str, Reader[E]]
    rows: Reader[E]  # of rows given in Python
    format_of: Callable[[DataSource], str]  # of a file whose format nobody named
    key: Callable[[E], str]  # what makes an example this one: two with one key are the same, wherever they stand
    pack: Callable[[E], list[object]]  # an example as JSON values
    unpack: Callable[[Sequence[Any]], E]
    inputs: Callable[[Reading, Any], Iterator[I]]  # what a model is asked about; Any: what its network reads
    asked: Callable[[E], str] | None = None  # of an example what a model is asked: one for all with the same; None: key
    # What follows where inputs have different outputs: "{count} source{s} {have} several targets ({where}): ..."
    several: str = ""
    blank: Callable[[E], bool] = never_blank  # examples that are skipped and counted
    check: Callable[[Skipped, DataSource], None] = some  # refuses data of which too much is empty
    skipped: tuple[str, str] = ("", "with an empty side")  # what those are called that are skipped, and why they are
    two_files: frozenset[str] = frozenset()  # formats whose sources and targets stand in two files
    one_file: tuple[str, str] = ("", "")  # what is wrong where no format has two, and how to mend it
    columns: tuple[str, ...] = ("source_column", "target_column")  # what can be said about columns
    no_columns: str = "there are no columns"
    folders: bool = False  # whether a folder is read
    called: str = "examples"  # what messages call rows given in Python

    def input_key(self, example: E) -> str:
        """The same for examples of which a model is asked the same; where nothing is asked, for equal examples."""
        return self.key(example) if self.asked is None else self.asked(example)


class Examples(Generic[T]):
    """A stream that can be read as often as wanted, always in the same order.

    `notes` says in whole sentences what the user should know, `skipped` counts what was left out, `columns` names what
    was read. All are complete after the first whole pass, and go with what is made of the stream.
    """

    def __init__(self, each: Callable[[], Iterator[T]], name: str, noun: str, facts: Facts | None = None) -> None:
        self._each = each
        self.name = name
        self.noun = noun  # in the singular
        self._facts = facts or Facts()

    def __iter__(self) -> Iterator[T]:
        return self._each()

    @property
    def notes(self) -> list[str]:
        """Whole sentences for the user."""
        return self._facts.notes

    @property
    def skipped(self) -> Skipped:
        """What was left out."""
        return self._facts.skipped

    @property
    def columns(self) -> dict[str, str]:
        """The columns that were read, where they have names."""
        return self._facts.columns

    @property
    def by_commas(self) -> bool:
        """Whether commas stand between the columns of the file."""
        return self._facts.by_commas

    def place(self, line: int) -> str:
        """What a message calls the place of a line."""
        return place_in(self.name, line, rows=self._facts.rows)

    def map(self, change: Callable[[T], U]) -> Examples[U]:
        """What is made of each."""
        return self.pieces(lambda examples: map(change, examples))

    def filter(self, keep: Callable[[T], bool]) -> Examples[T]:
        """Those that are to be kept."""
        return self.pieces(lambda examples: filter(keep, examples))

    def where(self, kept: NDArray[np.bool_]) -> Examples[T]:
        """Those that are to be kept, of [N] in their order."""
        return self.pieces(lambda examples: compress(examples, kept))

    def pieces(self, change: Callable[[Iterator[T]], Iterator[U]]) -> Examples[U]:
        """What is made of the whole stream."""
        return Examples(lambda: change(self._each()), self.name, self.noun, self._facts)

    def count(self) -> int:
        """How many there are."""
        return sum(1 for _ in self)


def as_examples(examples: Iterable[T]) -> Examples[T]:
    """Examples as they are; any others, such as a list, with the ways of a stream."""
    if isinstance(examples, Examples):
        return examples
    kept = list(examples)
    return Examples(lambda: iter(kept), "examples", "example")


def name_of(examples: Iterable[object]) -> str:
    """What messages call them; also of a plain list."""
    return examples.name if isinstance(examples, Examples) else "examples"


def places_of(examples: Iterable[object]) -> Place:
    """What messages call the place of a line; also of a plain list, which knows no more than the lines."""
    return examples.place if isinstance(examples, Examples) else partial(place_in, name_of(examples), rows=False)


def are_by_commas(examples: Iterable[object]) -> bool:
    """Whether they come from a file with commas between its columns."""
    return isinstance(examples, Examples) and examples.by_commas


def open_examples(source: DataSource, kind: Kind[E]) -> Examples[E]:
    """The examples of a source. Its format is found out here; it is read when the examples are iterated.

    Standard input and pipes are copied to a temporary folder, which goes with the examples; use `spool` first where
    the copy should stay.

    Raises:
        DataError: a file is missing or cannot be read.
        UsageError: a format or a combination of options that cannot be.
    """
    source = replace(source, sides=kind.sides, name=source.name or (kind.called if source.rows is not None else None))
    require_source(source, kind)
    if any(map(is_stream, source.paths)):
        return _from_copy(source, kind)
    read = reader_of(source, kind)
    facts = Facts(skipped=Skipped(noun=kind.sides.noun), rows=source.rows is not None)
    return Examples(lambda: _pass(Reading(source, facts), kind, read), source.names[0], kind.sides.noun, facts)


def open_inputs(source: DataSource, kind: Kind[E, T], what: object) -> Examples[T]:
    """What a model is asked about: the inputs of a file, or of standard input ("-"), as they come.

    Args:
        what: what the model's network reads, as the kind has it.

    Raises:
        DataError: a file is missing; while they are read, a table that lacks a column that was named.
        UsageError: a format or columns that there are not.
    """
    source = replace(source, sides=kind.sides)
    require_source(source, kind)
    facts = Facts(rows=source.rows is not None)
    return Examples(
        lambda: _inputs(Reading(source, facts, with_targets=False), kind, what), source.names[0], "input", facts
    )


def _inputs(reading: Reading, kind: Kind[E, T], what: object) -> Iterator[T]:
    for given in kind.inputs(reading, what):
        if not reading.findings:
            yield given
    reading.findings.raise_if_any()


def require_source(source: DataSource, kind: Kind[E]) -> None:
    """Refuses what cannot be read as this kind.

    Raises:
        DataError: a file that is not there.
        UsageError: a format or columns that the kind does not have.
    """
    check_format(source, kind)
    said = [name for name in COLUMNS if getattr(source, name) is not None]
    if lost := [name for name in said if name not in kind.columns]:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in lost)
        raise UsageError(kind.no_columns, where=options, fix="Leave it out." if len(lost) == 1 else "Leave them out.")
    if source.target_path is not None and kind.one_file[0]:
        raise UsageError(kind.one_file[0], where="--target", fix=kind.one_file[1])
    for path in source.paths:
        if not (kind.folders and os.path.isdir(path)):
            require_file(path)


def check_format(source: DataSource, kind: Kind[E]) -> None:
    """Refuses a format that there is not.

    Raises:
        UsageError: with the nearest that there is.
    """
    known = ("auto", *kind.formats)
    if source.format not in known:
        raise unknown_name("format", source.format, known, where="--input-format")


def reader_of(source: DataSource, kind: Kind[E]) -> Reader[E]:
    """The reader of what a source holds.

    Raises:
        UsageError: one file where the format has two, or the other way round.
    """
    if source.rows is not None:
        return kind.rows
    form = source.format if source.format != "auto" else kind.format_of(source)
    if form in kind.two_files and source.target_path is None:
        fix = "Name both: --source FILE --target FILE."
        raise UsageError(
            f"the format {form} has two files: the file of the {kind.sides.second.removesuffix('s')}s is missing",
            where="--input-format",
            fix=fix,
        )
    if form not in kind.two_files and source.target_path is not None:
        fix = "Leave the format out, or put both sides in one file."
        raise UsageError(f"a second file was given, but the format is {form}", where="--input-format", fix=fix)
    if form == "parallel" and (source.source_column or source.target_column):
        raise UsageError("parallel files have no columns", where="--source-column, --target-column")
    return kind.formats[form]


def _pass(reading: Reading, kind: Kind[E], read: Reader[E]) -> Iterator[E]:
    """One pass: what is blank is skipped, and what is wrong is raised at the end."""
    seen = 0
    for example in read(reading):
        seen += 1
        if kind.blank(example):
            reading.skipped.append(example.line)
        elif not reading.findings:
            yield example
    count, first, (noun, why) = len(reading.skipped), tuple(reading.skipped[:LINES_SHOWN]), kind.skipped
    skipped = Skipped(count, first, reading.total or seen, noun or kind.sides.noun, why)
    reading.facts.skipped = skipped
    if not reading.findings:
        kind.check(skipped, reading.source)
    reading.findings.raise_if_any()


def _from_copy(source: DataSource, kind: Kind[E]) -> Examples[E]:
    """The examples of a stream, from a copy that is taken away with them."""
    folder = tempfile.mkdtemp(prefix="recurra-")
    try:
        examples = open_examples(spool(source, folder), kind)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(examples, shutil.rmtree, folder, ignore_errors=True)
    return examples
