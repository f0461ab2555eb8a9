"""Some validation examples kept as text, for the closing measurement of a run that may end in another session."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from recurra.data import HasLine
from recurra.errors import any_error_as
from recurra.files import atomic_write
from recurra.tasks.keys import key_hash
from recurra.tasks.resuming import damaged_run
from recurra.tasks.split import Split, smallest
from recurra.tasks.task import Task

SAMPLE = 500  # validation examples that the closing evaluation answers
NAME = "valid.json"


class Sample(NamedTuple):
    """Validation examples kept as text."""

    examples: list[HasLine]
    trained_on: list[bool]  # whether each is in the training data as well


def write_sample(run_folder: Path, task: Task, parts: Split) -> None:
    """Keeps those with the smallest hashes, in their order; of what goes on from one to the next, the first ones."""
    first = parts.contiguous
    chosen = list(islice(parts.valid, SAMPLE)) if first else smallest(parts.valid, SAMPLE, task.kind.input_key)
    rows = [[task.kind.pack(example), key_hash(task.kind.input_key(example)) in parts.shared] for example in chosen]
    atomic_write(run_folder / NAME, json.dumps(rows, ensure_ascii=False).encode())


def read_sample(run_folder: Path, task: Task) -> Sample:
    """What was kept."""
    with any_error_as(lambda reason: damaged_run(run_folder / NAME, reason)):
        rows = json.loads((run_folder / NAME).read_text(encoding="utf-8"))
        return Sample([task.kind.unpack(row) for row, _ in rows], [bool(known) for _, known in rows])
