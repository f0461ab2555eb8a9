"""Vectors of words that a user gives to a training: which tasks take them, and which ones a run began with.

They are read once, before the first step; what is needed of them is part of the network from then on. So a run goes on
without the file, and if it is given, it must be the same.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple, cast

from recurra.columns.word_vectors import VectorOptions
from recurra.data.lines import STANDARD_INPUT, require_file
from recurra.data.word_vectors import vector_files
from recurra.errors import RunError, UsageError, any_error_as
from recurra.files import atomic_write
from recurra.options import NoEffect, to_mapping
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.resuming import START_AGAIN
from recurra.tasks.task import ReadsWords, Task

NAME = "vectors.json"
ENDS = 2**20  # bytes at both ends of a file by which it is known again


class VectorsRecord(NamedTuple):
    """By what vectors are known again."""

    name: str
    size: int  # bytes
    sha256: str  # of both ends of each file


def check_vectors(task: Task, recipe: TaskRecipe, path: str | None) -> None:
    """Refuses vectors for what reads no words, settings about vectors where there are none, and what is no file.

    Raises:
        UsageError: they have no effect.
        DataError: there is no such file.
    """
    if path is None:
        options, plain = (to_mapping(one) for one in (getattr(recipe, "vectors", VectorOptions()), VectorOptions()))
        for key, value in options.items():
            if value != plain[key]:
                raise NoEffect(f"vectors.{key}", "without vectors", "Give them with --vectors FILE, or leave it out.")
        return
    if not isinstance(task, ReadsWords):
        what = f"--vectors has no effect on the task {task.name}"
        raise UsageError(what, fix="Leave it out; classify, regress, tag and translate read words that have vectors.")
    if path == STANDARD_INPUT:
        raise UsageError("vectors are not read from standard input", where="--vectors", fix="Give a file.")
    for file in vector_files(path):
        require_file(str(file))


def record_of(path: str) -> VectorsRecord:
    """By what the vectors of a file or a folder are known again."""
    digest, size = hashlib.sha256(), 0
    for file in vector_files(path):
        with file.open("rb") as stream:
            length = file.stat().st_size
            digest.update(stream.read(ENDS))
            stream.seek(max(0, length - ENDS))
            digest.update(stream.read(ENDS))
            size += length
    return VectorsRecord(Path(path).name, size, digest.hexdigest())


def write_vectors(run_folder: Path, path: str | None) -> None:
    """Writes down which vectors a run begins with, if with any."""
    if path is None:
        (run_folder / NAME).unlink(missing_ok=True)
    else:
        atomic_write(run_folder / NAME, json.dumps(record_of(path)._asdict(), ensure_ascii=False).encode())


def check_same_vectors(run_folder: Path, path: str | None, *, needed: bool) -> None:
    """Compares the vectors with those that a run began with.

    Args:
        path: None where none are given now.
        needed: whether they are still to be read.

    Raises:
        RunError: they are others, or they are missing.
    """
    before = _recorded(run_folder / NAME)
    now = None if path is None else record_of(path)
    if now == before or (now is None and not needed):
        return
    seen, was = (f"{one.name} ({one.size:,} bytes)" if one else "no vectors" for one in (now, before))
    raise RunError(
        f"--resume needs the vectors that the run was started with: {was}; given are {seen}",
        where=str(run_folder.parent),
        fix="Give the same file with --vectors, or train into another folder with --to.",
    )


def _recorded(path: Path) -> VectorsRecord | None:
    """What was written down; None where nothing was.

    Raises:
        RunError: the record is damaged.
    """
    if not path.exists():
        return None
    what = "the record of the vectors cannot be read"
    with any_error_as(lambda reason: RunError(f"{what}: {reason}", where=str(path), fix=START_AGAIN)):
        found = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
        return VectorsRecord(str(found["name"]), int(found["size"]), str(found["sha256"]))
