"""What a run was started with: which data, and which of their columns. A run goes on with the same."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from recurra.data import DataSource, HasLine, Kind, open_examples
from recurra.errors import RunError
from recurra.files import atomic_write
from recurra.narrowing import are_texts, is_list, list_of, object_of, value_of
from recurra.strict_json import parse_json
from recurra.tasks.resuming import START_AGAIN
from recurra.text.counted import counted

E = TypeVar("E", bound=HasLine)
SOURCE, DECISIONS = "source.json", "decisions.json"
OTHERWISE = "Give the same data, or train into another folder with --to."


class Part(NamedTuple):
    """By what a file, or a list of rows, is known again."""

    name: str
    size: int  # bytes, or rows
    digest: str  # of all that is in it; empty of a stream, whose bytes are gone

    def __str__(self) -> str:
        if self.name == ROWS:
            return f"{counted(self.size, 'example')} given in Python"
        return f"{self.name} ({counted(self.size, 'byte')})" if self.digest else self.name


ROWS = ""  # the name of what is no file


def parts_of(source: DataSource, kind: Kind[E], examples: Iterable[E] | None = None) -> list[Part]:
    """By what data are known again.

    Args:
        examples: those of the rows, if they have been read.
    """
    if source.rows is None:
        return [_file(os.path.basename(name), path) for path, name in zip(source.paths, source.names, strict=False)]
    digest, count = hashlib.sha256(), 0
    for example in open_examples(source, kind) if examples is None else examples:
        digest.update(json.dumps(kind.pack(example)).encode() + b"\n")
        count += 1
    return [Part(ROWS, count, digest.hexdigest())]


def write_source(
    path: Path, train: Sequence[Part], valid: Sequence[Part], said: Mapping[str, str], columns: Mapping[str, str]
) -> None:
    """Writes it down.

    Args:
        valid: the validation data that were given; empty where a share is set aside.
        said: what the user said about format and columns.
        columns: of the training data, as the model remembers them.
    """
    record = {"train": train, "valid": valid, "said": dict(said), "columns": dict(columns)}
    atomic_write(path, json.dumps(record).encode())


class SourceRecord(NamedTuple):
    """What was written down."""

    train: list[Part]
    valid: list[Part] | None  # None where it is not known
    said: dict[str, str]
    columns: dict[str, str]

    def check_same(self, folder: Path, kind: Kind[HasLine], data: DataSource, valid: DataSource | None) -> None:
        """Compares what is given now; what is left out is as it was.

        Raises:
            RunError: other data, other validation data, or other columns of them.
        """
        self._compare("data", folder, self.train, parts_of(data, kind))
        if valid is not None and self.valid is not None:
            self._compare("validation data", folder, self.valid, parts_of(valid.completed(self.columns), kind))
        for name, value in data.remembered().items():
            if value not in (self.said.get(name), self.columns.get(name)):
                was = self.said.get(name) or self.columns.get(name) or "not given"
                what = f"--resume needs the data read as when the run was started: {name} was {was}, now {value}"
                fix = "Leave it out to resume, or train into another folder with --to."
                raise RunError(what, where=str(folder), fix=fix)

    def _compare(self, what: str, folder: Path, before: Sequence[Part], now: Sequence[Part]) -> None:
        if len(before) == len(now) and all(map(_may_be_the_same, before, now)):
            return
        was = " and ".join(map(str, before)) or "a share of the data, set aside"
        seen = " and ".join(map(str, now))
        other = "other data of the same size" if seen == was else seen
        raise RunError(
            f"--resume needs the {what} that the run was started with: {was}; these are {other}",
            where=str(folder),
            fix=OTHERWISE,
        )


def recorded_source(path: Path) -> SourceRecord:
    """What was written down.

    Raises:
        RunError: the record is damaged.
    """
    try:
        record = object_of(json.loads(path.read_text(encoding="utf-8")))
        if "files" in record:  # of an earlier recurra, which wrote down names and sizes of the training data alone
            files = [[*list_of(one), ""] for one in list_of(record["files"])]
            record = {"said": record["columns"], **record, "train": files or [[ROWS, 0, ""]], "valid": None}
        train, valid = (
            None if record[name] is None else [_part(*list_of(one)) for one in list_of(record[name])]
            for name in ("train", "valid")
        )
        said, columns = (
            {name: str(value) for name, value in object_of(record[which]).items()} for which in ("said", "columns")
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"the record of the data cannot be read: {error}"
        raise RunError(what, where=str(path), fix=START_AGAIN) from None
    return SourceRecord(train or [], valid, said, columns)


def write_decisions(path: Path, notes: Sequence[str]) -> None:
    """Writes down what was decided by looking at the data, for the card."""
    atomic_write(path, json.dumps(list(notes), ensure_ascii=False).encode())


def recorded_decisions(path: Path) -> list[str]:
    """What was written down; nothing of a run that an earlier recurra began.

    Raises:
        RunError: the record is damaged.
    """
    if not path.exists():
        return []
    try:
        found: object = parse_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(
            f"the record of what was decided cannot be read: {error}", where=str(path), fix=START_AGAIN
        ) from None
    if not is_list(found) or not are_texts(found):
        raise RunError("the record of what was decided is no list of texts", where=str(path), fix=START_AGAIN)
    return [*found]


def _file(name: str, path: str) -> Part:
    if os.path.isdir(path):  # its files by name and size: there may be many large images
        files = [os.path.join(place, one) for place, _, names in os.walk(path) for one in names]
        sizes = sorted((os.path.relpath(one, path), os.path.getsize(one)) for one in files if os.path.isfile(one))
        return Part(name, sum(size for _, size in sizes), hashlib.sha256(json.dumps(sizes).encode()).hexdigest())
    if not os.path.isfile(path):
        return Part(name, 0, "")
    with open(path, "rb") as file:
        return Part(name, os.path.getsize(path), hashlib.file_digest(file, "sha256").hexdigest())


def _part(name: object, size: object, digest: object) -> Part:
    return Part(value_of(str, name), value_of(int, size), value_of(str, digest))


def _may_be_the_same(before: Part, now: Part) -> bool:
    sizes, digests = {before.size, now.size}, {before.digest, now.digest}
    return before.name == now.name and (len(sizes) == 1 or 0 in sizes) and (len(digests) == 1 or "" in digests)
