"""Where pairs come from: paths, format and columns, as a user names them."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from recurra.data.lines import STANDARD_INPUT, TextFile, is_stream
from recurra.errors import DataError, RunError, UsageError

Format = Literal["auto", "tsv", "csv", "jsonl", "parallel"]


@dataclass(frozen=True)
class PairSource:
    """Pairs of a file, or of two parallel files."""

    path: str  # "-" is standard input
    target_path: str | None = None  # the second of two parallel files: its line n belongs to line n of the first
    format: str = "auto"  # one that the task's reader knows; auto: by the ending of the name and a look at the lines
    source_column: str | None = None  # name or number (from 1) of the source's column, or several: "lemma,features"
    target_column: str | None = None
    name: str | None = None  # what messages call the file; the path if None
    target_name: str | None = None
    first: str = "source"  # what the texts are called: in a header, as keys, in messages
    second: str = "target"
    noun: str = "pair"  # what both together are called

    @property
    def names(self) -> tuple[str, str]:
        """What messages call the file of the sources and the file of the targets."""
        first = self.name or TextFile(self.path).name
        if self.target_path is None:
            return first, first
        return first, self.target_name or TextFile(self.target_path).name


def spool(source: PairSource, folder: str | os.PathLike[str]) -> PairSource:
    """The same pairs from files that can be read again: what is standard input or a pipe is copied to `folder`.

    Messages go on naming the place the user gave. A source of plain files comes back as it is.
    """
    if source.path == STANDARD_INPUT and source.target_path == STANDARD_INPUT:
        raise UsageError(
            "source and target cannot both come from standard input",
            where="--source - --target -",
            fix="Give one of them as a file, or both in one stream with a tab between them.",
        )
    first_name, second_name = source.names
    if is_stream(source.path):
        path = _copied(source.path, Path(folder) / "source.input")
        source = replace(source, path=path, name=first_name)
    if source.target_path is not None and is_stream(source.target_path):
        path = _copied(source.target_path, Path(folder) / "target.input")
        source = replace(source, target_path=path, target_name=second_name)
    return source


def _copied(path: str, to: Path) -> str:
    """Copies a stream byte by byte to a file that is there only when it is whole."""
    part = to.with_name(to.name + ".part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "wb") as copy:
            if path == STANDARD_INPUT:
                shutil.copyfileobj(sys.stdin.buffer, copy)
            else:
                with open(path, "rb") as stream:
                    shutil.copyfileobj(stream, copy)
        os.replace(part, to)
    except OSError as error:
        reason = error.strerror or str(error)
        if isinstance(error, FileNotFoundError) and path != STANDARD_INPUT and not os.path.exists(path):
            raise DataError("there is no such file", where=path) from None
        raise RunError(f"the input cannot be copied: {reason}", where=str(to)) from None
    return str(to)
