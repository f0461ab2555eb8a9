"""What a run was started with: which data, and which of their columns. A run goes on with the same."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from recurra.data import DataSource
from recurra.errors import RunError
from recurra.files import atomic_write
from recurra.narrowing import are_texts, is_list, list_of, object_of, value_of
from recurra.strict_json import parse_json
from recurra.tasks.resuming import START_AGAIN

SOURCE, DECISIONS = "source.json", "decisions.json"


def write_source(path: Path, source: DataSource, columns: Mapping[str, str]) -> None:
    """Writes it down."""
    record = {"files": _files(source), "columns": dict(columns)}
    atomic_write(path, json.dumps(record).encode())


def recorded_columns(path: Path, source: DataSource) -> dict[str, str]:
    """The columns that were written down.

    Raises:
        RunError: the run was started with other data, or the record is damaged.
    """
    try:
        record = object_of(json.loads(path.read_text(encoding="utf-8")))
        before = [_file(*list_of(one)) for one in list_of(record["files"])]
        columns = {name: str(value) for name, value in object_of(record["columns"]).items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"the record of the data cannot be read: {error}"
        raise RunError(what, where=str(path), fix=START_AGAIN) from None
    now = _files(source)
    if now != before:
        seen = " and ".join(f"{name} ({size:,} bytes)" for name, size in now) or "rows given in Python"
        was = " and ".join(f"{name} ({size:,} bytes)" for name, size in before) or "rows given in Python"
        raise RunError(
            f"--resume needs the data that the run was started with: {was}; these are {seen}",
            where=str(path.parent.parent),
            fix="Give the same data, or train into another folder with --to.",
        )
    return columns


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


def _files(source: DataSource) -> list[tuple[str, int]]:
    """Name and size of each file; a stream has no size that is known before."""
    paths = zip(source.paths, source.names, strict=False)
    return [(os.path.basename(name), os.path.getsize(path) if os.path.isfile(path) else 0) for path, name in paths]


def _file(name: object, size: object) -> tuple[str, int]:
    return value_of(str, name), value_of(int, size)
