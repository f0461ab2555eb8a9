"""Where examples come from, as a user names it: a file, two parallel files, or rows given in Python; and the columns.

What is said here about formats and columns is what a model remembers of its training data (`remembered`), so that
another file of the same form needs no words.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, NamedTuple

from recurra.data.known_names import OF_PAIRS, Names
from recurra.data.lines import STANDARD_INPUT, TextFile, is_stream
from recurra.errors import DataError, UsageError
from recurra.files import file_error
from recurra.text.counted import counted
from recurra.text.visible import as_given

LIMIT = "RECURRA_INPUT_LIMIT"  # the variable that says how much of a stream is copied: 500MB, 20GB
USUAL = 2_000_000_000  # bytes
BYTES = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
AT_ONCE = 2**20  # bytes

COLUMNS = ("source_column", "target_column", "time_column")  # what a user can say about the columns of a table
WRITTEN = ("dates", "step", "decimal", "thousands")  # what is told from the cells of a table, unless the user says it
REMEMBERED = ("format", *COLUMNS, "header", *WRITTEN)
NO_HEADER = "none"


class Sides(NamedTuple):
    """What the two sides of an example are called where nobody names them: in a header, as keys, in messages."""

    first: str = "source"
    second: str = "target"
    noun: str = "pair"  # what both together are called
    known: Names = ()  # what both are called elsewhere
    numbers: bool = False  # whether numbers may stand where texts do


PAIR = Sides(known=OF_PAIRS)
NUMBER = "number"  # what the second side is called where numbers are learned


@dataclass(frozen=True)
class StepRules:
    """What becomes of the steps of a series that do not follow one after the other."""

    sort: bool = False  # put into the order of their times; else refused
    duplicates: str = "refuse"  # steps of the same time: refuse, or take the first, last, mean or sum
    fill: bool = False  # times that are missing become steps without numbers


@dataclass(frozen=True)
class DataSource:
    """Examples of a file, of two parallel files, or of rows given in Python."""

    path: str = ""  # "-" is standard input
    target_path: str | None = None  # the second of two parallel files: its line n belongs to line n of the first
    format: str = "auto"  # one that the task reads; auto: by the ending of the name and a look at the first lines
    source_column: str | None = None  # name or number (from 1) of the source's column, or several: "lemma,features"
    target_column: str | None = None
    time_column: str | None = None  # of series: when a step was; several are read as one: "year,month"
    header: str | None = None  # "none": the first row is an example; None: that is seen in the data
    dates: str | None = None  # "day-first" or "month-first", where a date may be read either way
    decimal: str | None = None  # what stands before the decimals of numbers: "point" or "comma"
    thousands: str | None = None  # and what between thousands: "comma", "point", "space", "apostrophe" or "none"
    step: str | None = None  # of series: how far steps are apart, "1 day"
    steps: StepRules = StepRules()
    name: str | None = None  # what messages call the file; the path if None
    target_name: str | None = None
    folder: str | None = None  # what paths in the data are relative to; where the file is if None
    rows: Sequence[object] | None = None  # instead of a path; each an example, or a mapping from columns to cells
    sides: Sides = PAIR
    recalled: tuple[str, ...] = ()  # of the columns and the format those that a model remembers, and nobody named

    @property
    def names(self) -> tuple[str, str]:
        """What messages call the file of the sources and the file of the targets."""
        first = self.name or ("examples" if self.rows is not None else TextFile(self.path).name)
        if self.target_path is None:
            return first, first
        return first, self.target_name or TextFile(self.target_path).name

    @property
    def paths(self) -> list[str]:
        """The files."""
        if self.rows is not None:
            return []
        return [path for path in (self.path, self.target_path) if path is not None]

    @property
    def ending(self) -> str:
        """The ending of the (first) name in lower case, ".gz" taken off: ".tsv"; none of rows."""
        return "" if self.rows is not None else Path(self.names[0].lower().removesuffix(".gz")).suffix

    @property
    def learns_numbers(self) -> bool:
        """Whether what is to be found is a number, not a label."""
        return self.sides.second == NUMBER

    @property
    def base(self) -> str:
        """What paths in the data are relative to."""
        if self.folder is not None or self.rows is not None:
            return self.folder or ""
        return "" if is_stream(self.path) else os.path.dirname(self.path)

    def remembered(self) -> dict[str, str]:
        """What was said about format and columns, for a model that is to know it."""
        said = {name: getattr(self, name) for name in REMEMBERED}
        return {name: value for name, value in said.items() if value not in (None, "auto")}

    def completed(self, remembered: Mapping[str, str]) -> DataSource:
        """The same, and what is not said here is as it was in training."""
        own = self.remembered()
        recalled = {name: value for name, value in remembered.items() if name not in own}
        return replace(self, **recalled, recalled=tuple(recalled))

    @property
    def named_column(self) -> str | None:
        """The column of the source that the user named; None where a model remembers it."""
        return None if "source_column" in self.recalled else self.source_column


def spool(source: DataSource, folder: str | os.PathLike[str]) -> DataSource:
    """The same examples from files that can be read again: what is standard input or a pipe is copied to `folder`.

    Messages go on naming the place the user gave. A source of plain files comes back as it is.
    """
    if source.path == STANDARD_INPUT and source.target_path == STANDARD_INPUT:
        raise UsageError(
            "source and target cannot both come from standard input",
            where="--source - --target -",
            fix="Give one of them as a file, or both in one stream with a tab between them.",
        )
    if source.rows is not None:
        return source
    first_name, second_name = source.names
    if is_stream(source.path):
        path = _copied(source.path, Path(folder) / "source.input")
        source = replace(source, path=path, name=first_name, folder=source.folder or "")
    if source.target_path is not None and is_stream(source.target_path):
        path = _copied(source.target_path, Path(folder) / "target.input")
        source = replace(source, target_path=path, target_name=second_name)
    return source


def _copied(path: str, to: Path) -> str:
    """Copies a stream byte by byte to a file that is there only when it is whole."""
    part = to.with_name(to.name + ".part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        most = most_copied(to.parent)
        with open(part, "wb") as copy:
            if path == STANDARD_INPUT:
                _copy(sys.stdin.buffer, copy, most, TextFile(path).name)
            else:
                with open(path, "rb") as stream:
                    _copy(stream, copy, most, path)
        os.replace(part, to)
    except (DataError, UsageError):
        part.unlink(missing_ok=True)
        raise
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, FileNotFoundError) and path != STANDARD_INPUT and not os.path.exists(path):
            raise DataError("there is no such file", where=path) from None
        raise file_error(error, to, doing="copied here") from None
    return str(to)


def most_copied(folder: Path) -> int:
    """The most bytes that are copied of a stream: what LIMIT says, else half of the free disk and at most USUAL.

    Raises:
        UsageError: LIMIT is no number of bytes.
    """
    said = os.environ.get(LIMIT, "").strip()
    if not said:
        return min(USUAL, shutil.disk_usage(folder).free // 2)
    found = re.fullmatch(r"(\d{1,15}) ?(|kB|MB|GB|TB)", said, re.IGNORECASE | re.ASCII)
    if not found:
        raise UsageError(
            f"expected a number of bytes, got {as_given(said, 40)}", where=LIMIT, fix=f"For example {LIMIT}=20GB."
        )
    return int(found[1]) * BYTES[found[2].lower()]


def _copy(stream: IO[bytes], copy: IO[bytes], most: int, name: str) -> None:
    """Copies a stream to its end.

    Raises:
        DataError: it goes on after so many bytes.
    """
    read = 0
    while data := stream.read(AT_ONCE):
        read += len(data)
        if read > most:
            raise DataError(
                f"the input has not ended after {counted(most, 'byte')}, the most that is copied from a pipe",
                where=name,
                fix=f"Write it into a file and give its name, or raise the limit: {LIMIT}=20GB",
            )
        copy.write(data)
