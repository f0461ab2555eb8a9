"""Encoded pairs on disk: written once as a stream, then read through memory maps.

A folder with the ids of all sources one after another, of all targets, and where each begins. While it is written
nothing grows in memory; while it is read only the two arrays of lengths do.

    source.ids, target.ids           int32: the ids of all rows, without <GO> and <EOS>
    source.offsets, target.offsets   int64: row n is ids[offsets[n]:offsets[n + 1]]
    lines                            int64: the line of each pair in the user's file
    header.json                      counts and digest

The folder appears by one rename when all of it is on the disk: it is complete or absent.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.data.example import Example
from recurra.errors import DataError
from recurra.text.tokenizer import Tokenizer

FORMAT = 1
CHUNK = 4096  # pairs encoded at once
_HEADER = "header.json"
_FILES = {
    "source.ids": "<i4",
    "source.offsets": "<i8",
    "target.ids": "<i4",
    "target.offsets": "<i8",
    "lines": "<i8",
}
_REMEDY = "Delete the folder; it is made again from the data."


class Ragged(NamedTuple):
    """Some rows of ids, one after another."""

    ids: NDArray[np.int32]  # [sum of lengths]
    lengths: NDArray[np.int64]  # [B]

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> Ragged:
        lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
        ids = np.fromiter(chain.from_iterable(rows), dtype=np.int32, count=int(lengths.sum()))
        return cls(ids, lengths)


@dataclass(frozen=True)
class Rows:
    """One side of all pairs."""

    ids: NDArray[np.int32]  # of all rows, one after another
    offsets: NDArray[np.int64]  # [N + 1]

    @property
    def lengths(self) -> NDArray[np.int32]:
        """How many ids each row has [N]."""
        return np.diff(self.offsets).astype(np.int32)

    def row(self, row: int) -> NDArray[np.int32]:
        """The ids of one row."""
        return self.ids[self.offsets[row] : self.offsets[row + 1]]

    def gather(self, index: NDArray[np.int64]) -> Ragged:
        """The rows `index` [B], one after another."""
        starts = self.offsets[index]
        lengths = self.offsets[index + 1] - starts
        before = np.cumsum(lengths) - lengths  # where each row begins among the gathered
        positions = np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
        return Ragged(self.ids[positions], lengths)


class EncodedPairs:
    """The pairs of one folder. Made by `write` or `open`."""

    def __init__(self, sources: Rows, targets: Rows, lines: NDArray[np.int64], digest: str) -> None:
        self.sources = sources
        self.targets = targets
        self.lines = lines  # [N] the line of each pair in the user's file
        self.digest = digest  # the same for the same ids in the same order, whatever file they came from
        self.source_lengths = sources.lengths  # [N], without <EOS>
        self.target_lengths = targets.lengths  # [N], without <GO> and <EOS>

    def __len__(self) -> int:
        return len(self.lines)

    def source(self, row: int) -> NDArray[np.int32]:
        """The ids of one source."""
        return self.sources.row(row)

    def target(self, row: int) -> NDArray[np.int32]:
        """The ids of one target."""
        return self.targets.row(row)

    @classmethod
    def write(
        cls,
        folder: str | Path,
        examples: Iterable[Example],
        source_tokenizer: Tokenizer,
        target_tokenizer: Tokenizer,
    ) -> EncodedPairs:
        """Encode a stream of examples into `folder` and open it. A cache that is already there is replaced.

        Raises:
            DataError: the folder holds something else than such a cache.
        """
        place = Path(folder)
        _check_replaceable(place)
        aside = place.with_name(place.name + ".partial")
        _remove(aside)
        aside.mkdir(parents=True)
        try:
            _write_all(aside, examples, source_tokenizer, target_tokenizer)
            _remove(place)
            aside.rename(place)
        except BaseException:
            _remove(aside)
            raise
        _sync_folder(place.parent)
        return cls.open(place)

    @classmethod
    def open(cls, folder: str | Path) -> EncodedPairs:
        """The pairs that `write` left in `folder`.

        Raises:
            DataError: there are none, or a file is not as long as it was written.
        """
        place = Path(folder)
        header = _read_header(place)
        arrays = {name: _mapped(place / name, kind, header.counts[name]) for name, kind in _FILES.items()}
        sides = [Rows(arrays[f"{side}.ids"], np.array(arrays[f"{side}.offsets"])) for side in ("source", "target")]
        for side in sides:
            _check_offsets(side, len(arrays["lines"]), place)
        return cls(sides[0], sides[1], arrays["lines"], header.digest)


class _Header(NamedTuple):
    counts: dict[str, int]  # values per file
    digest: str


class _Column:
    """One file being written: values are appended, counted and hashed."""

    def __init__(self, path: Path) -> None:
        self._kind = _FILES[path.name]
        self._file = path.open("wb")
        self._hash = hashlib.blake2b(digest_size=16)
        self.count = 0

    def append(self, values: NDArray[Any]) -> None:
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


def _write_all(folder: Path, examples: Iterable[Example], source: Tokenizer, target: Tokenizer) -> None:
    with ExitStack() as stack:
        columns = {name: stack.enter_context(closing(_Column(folder / name))) for name in _FILES}
        for side in ("source", "target"):
            columns[f"{side}.offsets"].append(np.zeros(1))
        for chunk in _chunks(examples):
            _append_rows(columns, "source", source.encode_batch([example.source for example in chunk]))
            _append_rows(columns, "target", target.encode_batch([example.target for example in chunk]))
            columns["lines"].append(np.array([example.line for example in chunk]))
        for column in columns.values():
            column.sync()
        _write_header(folder, columns)
    _sync_folder(folder)


def _append_rows(columns: dict[str, _Column], side: str, rows: Sequence[Sequence[int]]) -> None:
    ids, lengths = Ragged.of(rows)
    ends = columns[f"{side}.ids"].count + np.cumsum(lengths)
    columns[f"{side}.ids"].append(ids)
    columns[f"{side}.offsets"].append(ends)


def _chunks(examples: Iterable[Example]) -> Iterator[list[Example]]:
    remaining = iter(examples)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def _write_header(folder: Path, columns: dict[str, _Column]) -> None:
    content = hashlib.blake2b(digest_size=16)
    for name, column in columns.items():
        if name != "lines":
            content.update(column.digest)
    header = {
        "format": FORMAT,
        "counts": {name: column.count for name, column in columns.items()},
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
        counts = {name: int(header["counts"][name]) for name in _FILES}
    except FileNotFoundError:
        raise DataError("there are no encoded pairs here", where=str(folder), fix=_REMEDY) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"the header cannot be read: {error}", where=str(path), fix=_REMEDY) from error
    if version != FORMAT:
        raise DataError(f"written in format {version}, this recurra reads {FORMAT}", where=str(path), fix=_REMEDY)
    return _Header(counts, str(digest))


def _mapped(path: Path, kind: str, count: int) -> NDArray[Any]:
    expected = count * np.dtype(kind).itemsize
    seen = path.stat().st_size if path.is_file() else None
    if seen != expected:
        has = "is missing" if seen is None else f"has {seen} bytes"
        raise DataError(f"the file {has}, {expected} were written", where=str(path), fix=_REMEDY)
    if count == 0:
        return np.empty(0, dtype=kind)  # an empty file cannot be mapped
    # The plain array over the map: the memmap class itself would make every slice slow.
    return np.asarray(np.memmap(path, dtype=kind, mode="r"))


def _check_offsets(side: Rows, pairs: int, folder: Path) -> None:
    steps = np.diff(side.offsets)
    fits = len(side.offsets) == pairs + 1 and side.offsets[0] == 0 and side.offsets[-1] == len(side.ids)
    if not fits or (steps < 0).any():
        raise DataError("the offsets do not fit the ids", where=str(folder), fix=_REMEDY)


def _check_replaceable(folder: Path) -> None:
    if not folder.exists():
        return
    others = [folder.name] if folder.is_file() else sorted({*os.listdir(folder)} - {*_FILES, _HEADER})
    if others:
        raise DataError(
            f"this holds {others[0]!r}, which is not part of encoded pairs, and would be overwritten",
            where=str(folder),
            fix="Choose another folder.",
        )


def _remove(folder: Path) -> None:
    if folder.exists():
        # Without its header a folder is no cache any more, should the rest of the removal not happen.
        (folder / _HEADER).unlink(missing_ok=True)
        shutil.rmtree(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
