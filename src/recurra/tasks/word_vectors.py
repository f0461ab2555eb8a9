"""Vectors of words that a user gives to a training: which tasks take them, and which ones a run began with.

They are read once, before the first step; what is needed of them is part of the network from then on. So a run goes on
without the file, and if it is given, it must be the same.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from recurra.columns.word_vectors import VectorOptions
from recurra.data.lines import STANDARD_INPUT, require_file
from recurra.data.word_vectors import vector_files
from recurra.errors import UsageError
from recurra.options import NoEffect, to_mapping
from recurra.tasks.begun_with import BegunWith, Record
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.task import ReadsWords, Task

ENDS = 2**20  # bytes at both ends of a file by which it is known again


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
    existing_files(path)


def existing_files(path: str) -> list[Path]:
    """The files that vectors are read from.

    Raises:
        UsageError: it is standard input.
        DataError: there is no such file.
    """
    if path == STANDARD_INPUT:
        raise UsageError("vectors are not read from standard input", where="--vectors", fix="Give a file.")
    files = vector_files(path)
    for file in files:
        require_file(str(file))
    return files


def record_of(path: str | None) -> Record:
    """By what the vectors of a file or a folder are known again: both ends of each file.

    Raises:
        UsageError, DataError: there is no such file.
    """
    if path is None:
        return {}
    digest, size = hashlib.sha256(), 0
    for file in existing_files(path):
        with file.open("rb") as stream:
            length = file.stat().st_size
            digest.update(stream.read(ENDS))
            stream.seek(max(0, length - ENDS))
            digest.update(stream.read(ENDS))
            size += length
    return {"name": Path(path).name, "size": size, "sha256": digest.hexdigest()}


def shown(record: Record) -> str:
    """The name and the size of the file."""
    return f"{record['name']} ({record['size']:,} bytes)" if record else "no vectors"


VECTORS = BegunWith("vectors", "--vectors", shown)
