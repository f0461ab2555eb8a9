"""A table of ragged columns on disk: written once as a stream, then read through memory maps.

    table = EncodedTable.write(folder, {"tokens": "<i4", "label": "<i4"}, ([tokens, [label]] for ...))
    table["tokens"].row(7), table["label"].gather(index)

While it is written nothing grows in memory; while it is read only the arrays of lengths do.

    NAME.values    of the column's kind (int32, float32, ...): the values of all rows, one after another
    NAME.offsets   int64: row n is values[offsets[n]:offsets[n + 1]]
    lines          int64: the line of each row in the user's file
    header.json    columns, counts and digest

The folder appears by one rename when all of it is on the disk: it is complete or absent.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.data.chunks import chunks
from recurra.errors import DataError
from recurra.files import plain_errors_within, sync_folder
from recurra.text.counted import counted

FORMAT = 2
CHUNK = 1024  # rows written at once
_HEADER = "header.json"
_LINES = "lines"
_ENDINGS = (".values", ".offsets")
_REMEDY = "Delete the folder; it is made again from the data."

Values = NDArray[Any]
Index = NDArray[np.int64]


class Ragged(NamedTuple):
    """Some rows of values, one after another."""

    values: Values  # [sum of lengths]
    lengths: NDArray[np.int64]  # [B]

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> Ragged:
        """Rows of ids."""
        lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
        values = np.fromiter(chain.from_iterable(rows), dtype=np.int32, count=int(lengths.sum()))
        return cls(values, lengths)


@dataclass(frozen=True)
class Rows:
    """One column of all rows."""

    values: Values  # of all rows, one after another
    offsets: NDArray[np.int64]  # [N + 1]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> NDArray[np.int32]:
        """How many values each row has [N]."""
        return np.diff(self.offsets).astype(np.int32)

    def row(self, row: int) -> Values:
        """The values of one row."""
        return self.values[self.offsets[row] : self.offsets[row + 1]]

    def gather(self, index: Index) -> Ragged:
        """The rows `index` [B], one after another."""
        starts = self.offsets[index]
        lengths = self.offsets[index + 1] - starts
        before = np.cumsum(lengths) - lengths  # where each row begins among the gathered
        positions = np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
        return Ragged(self.values[positions], lengths)


class Row(NamedTuple):
    """One row to be written: its values by column, and the line it came from."""

    values: Mapping[str, Sequence[float] | Values]  # flat
    line: int


class EncodedTable:
    """The columns of one folder. Made by `write` or `open`."""

    def __init__(self, columns: Mapping[str, Rows], lines: NDArray[np.int64], digest: str) -> None:
        self.columns = columns
        self.lines = lines  # [N] the line of each row in the user's file
        self.digest = digest  # the same for the same values in the same order, whatever file they came from

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, column: str) -> Rows:
        return self.columns[column]

    @classmethod
    def write(cls, folder: str | Path, kinds: Mapping[str, str], rows: Iterable[Row]) -> EncodedTable:
        """Write a stream of rows into `folder` and open it. A table that is already there is replaced.

        Args:
            folder: the place; its parents are made.
            kinds: numpy's name of each column's type, such as "<i4" or "<f4"; little-endian.
            rows: each has a flat list or array of values for every column.

        Raises:
            DataError: the folder holds something else than such a table.
            FileError: no room, or a place that cannot be written.
        """
        place = Path(folder)
        _check_replaceable(place)
        aside = place.with_name(place.name + ".partial")
        with plain_errors_within(place):
            _remove(aside)
            aside.mkdir(parents=True)
            try:
                _write_all(aside, kinds, rows)
                _remove(place)
                os.replace(aside, place)
            except BaseException:
                shutil.rmtree(aside, ignore_errors=True)
                raise
            sync_folder(place.parent)
        return cls.open(place)

    @classmethod
    def open(cls, folder: str | Path) -> EncodedTable:
        """The table that `write` left in `folder`.

        Raises:
            DataError: there is none, or a file is not as long as it was written.
        """
        place = Path(folder)
        header = _read_header(place)
        arrays = {name: _mapped(place / name, kind, header.counts[name]) for name, kind in _files(header.kinds).items()}
        columns = {
            name: Rows(arrays[f"{name}.values"], np.array(arrays[f"{name}.offsets"], dtype=np.int64))
            for name in header.kinds
        }
        for column in columns.values():
            _check_offsets(column, len(arrays[_LINES]), place)
        return cls(columns, arrays[_LINES], header.digest)


class _Header(NamedTuple):
    kinds: dict[str, str]  # type per column
    counts: dict[str, int]  # values per file
    digest: str


def _files(kinds: Mapping[str, str]) -> dict[str, str]:
    """The files of a table, and the type of what they hold."""
    files: dict[str, str] = {}
    for name, kind in kinds.items():
        files |= {f"{name}.values": kind, f"{name}.offsets": "<i8"}
    return files | {_LINES: "<i8"}


class _File:
    """One file being written: values are appended, counted and hashed."""

    def __init__(self, path: Path, kind: str) -> None:
        self._kind = kind
        self._file = path.open("wb")
        self._hash = hashlib.blake2b(digest_size=16)
        self.count = 0

    def append(self, values: Values) -> None:
        data = values.astype(self._kind).tobytes()
        self._file.write(data)
        self._hash.update(data)
        self.count += len(values)

    @property
    def digest(self) -> bytes:
        return self._hash.digest()

    def sync(self) -> None:
        """See that all of it is on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def _write_all(folder: Path, kinds: Mapping[str, str], rows: Iterable[Row]) -> None:
    with ExitStack() as stack:
        files = {name: stack.enter_context(closing(_File(folder / name, kind))) for name, kind in _files(kinds).items()}
        for name in kinds:
            files[f"{name}.offsets"].append(np.zeros(1))
        for chunk in chunks(rows, CHUNK):
            for name, kind in kinds.items():
                _append(files, name, [row.values[name] for row in chunk], kind)
            files[_LINES].append(np.array([row.line for row in chunk]))
        for file in files.values():
            file.sync()
        _write_header(folder, kinds, files)
    sync_folder(folder)


def _append(files: Mapping[str, _File], column: str, rows: Sequence[Sequence[float] | Values], kind: str) -> None:
    lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    ends = files[f"{column}.values"].count + np.cumsum(lengths)
    if any(isinstance(row, np.ndarray) for row in rows):
        values = np.concatenate([np.asarray(row, dtype=kind) for row in rows])
    else:
        values = np.fromiter(chain.from_iterable(rows), dtype=kind, count=int(lengths.sum()))
    files[f"{column}.values"].append(values)
    files[f"{column}.offsets"].append(ends)


def _write_header(folder: Path, kinds: Mapping[str, str], files: Mapping[str, _File]) -> None:
    content = hashlib.blake2b(digest_size=16)
    for name, file in files.items():
        if name != _LINES:
            content.update(file.digest)
    header = {
        "format": FORMAT,
        "columns": dict(kinds),
        "counts": {name: file.count for name, file in files.items()},
        "digest": content.hexdigest(),
    }
    with (folder / _HEADER).open("w", encoding="utf-8") as file:
        json.dump(header, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _read_header(folder: Path) -> _Header:
    path = folder / _HEADER
    try:
        header = json.loads(path.read_text(encoding="utf-8"))
        version, digest = header["format"], header["digest"]
        kinds = {str(name): str(kind) for name, kind in header.get("columns", {}).items()}
        counts = {name: int(header["counts"][name]) for name in (_files(kinds) if version == FORMAT else ())}
    except FileNotFoundError:
        raise DataError("there are no encoded data here", where=str(folder), fix=_REMEDY) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"the header cannot be read: {error}", where=str(path), fix=_REMEDY) from error
    if version != FORMAT:
        raise DataError(f"written in format {version}, this recurra reads {FORMAT}", where=str(path), fix=_REMEDY)
    return _Header(kinds, counts, str(digest))


def _mapped(path: Path, kind: str, count: int) -> Values:
    expected = count * np.dtype(kind).itemsize
    seen = path.stat().st_size if path.is_file() else None
    if seen != expected:
        has = "is missing" if seen is None else f"has {counted(seen, 'byte')}"
        raise DataError(f"the file {has}, {expected} were written", where=str(path), fix=_REMEDY)
    if count == 0:
        return np.empty(0, dtype=kind)  # an empty file cannot be mapped
    # The plain array over the map: the memmap class itself would make every slice slow.
    return np.asarray(np.memmap(path, dtype=kind, mode="r"))


def _check_offsets(column: Rows, rows: int, folder: Path) -> None:
    steps = np.diff(column.offsets)
    fits = len(column) == rows and column.offsets[0] == 0 and column.offsets[-1] == len(column.values)
    if not fits or (steps < 0).any():
        raise DataError("the offsets do not fit the values", where=str(folder), fix=_REMEDY)


def _check_replaceable(folder: Path) -> None:
    if not folder.exists():
        return
    others = [folder.name] if folder.is_file() else sorted(name for name in os.listdir(folder) if not _is_ours(name))
    if others:
        raise DataError(
            f"this holds {others[0]!r}, which is not part of encoded data, and would be overwritten",
            where=str(folder),
            fix="Choose another folder.",
        )


def _is_ours(name: str) -> bool:
    return name in (_HEADER, _LINES) or name.endswith(_ENDINGS)


def _remove(folder: Path) -> None:
    if folder.exists():
        # Without its header a folder is no table any more, should the rest of the removal not happen.
        (folder / _HEADER).unlink(missing_ok=True)
        shutil.rmtree(folder)
