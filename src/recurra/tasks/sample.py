"""Some validation examples kept as text, for the closing measurement of a run that may end in another session."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from recurra.data import HasLine, Place, places_of
from recurra.errors import any_error_as
from recurra.files import atomic_write
from recurra.tasks.keys import key_hash
from recurra.tasks.longest import HasLongest
from recurra.tasks.resuming import damaged_run
from recurra.tasks.split import Split, smallest
from recurra.tasks.task import Emit, Predictor, Task
from recurra.text.counted import is_or_are
from recurra.training import Note

SAMPLE = 500  # validation examples that the closing evaluation answers
NAME = "valid.json"


class Sample(NamedTuple):
    """Validation examples kept as text."""

    examples: list[HasLine]
    trained_on: list[bool]  # whether each is in the training data as well


def write_sample(run_folder: Path, task: Task, parts: Split, predictor: Predictor, emit: Emit) -> None:
    """Keeps those with the smallest hashes, in their order; of what goes on from one to the next, the first ones.

    What is too long to be answered is left out, and said: else the closing measurement would be refused.

    Args:
        predictor: of the network that is to be trained.

    Raises:
        DataError: all of them are too long.
    """
    first = parts.contiguous
    chosen = list(islice(parts.valid, SAMPLE)) if first else smallest(parts.valid, SAMPLE, task.kind.input_key)
    chosen = answerable(chosen, task, predictor, places_of(parts.valid), emit)
    rows = [[task.kind.pack(example), key_hash(task.kind.input_key(example)) in parts.shared] for example in chosen]
    atomic_write(run_folder / NAME, json.dumps(rows, ensure_ascii=False).encode())


def answerable(examples: list[HasLine], task: Task, predictor: Predictor, place: Place, emit: Emit) -> list[HasLine]:
    """Validation examples without those that are too long to be answered; says how many are left out.

    Raises:
        DataError: all of them are.
    """
    if not isinstance(predictor, HasLongest) or (longest := predictor.longest) is None:
        return examples
    lengths = predictor.lengths_of(examples)
    kept = [one for one, length in zip(examples, lengths, strict=True) if length <= longest.most]
    if examples and not kept:
        longest.refuse(lengths, (place(one.line) for one in examples))
    if left := len(examples) - len(kept):
        which = f"{left:,} of the {len(examples):,} validation {task.noun} that the model would be measured on"
        emit(Note(f"{which} {is_or_are(left)} left out of that: more than {longest.most:,} {longest.unit} are not "
                  f"{longest.done}"))  # fmt: skip
    return kept


def read_sample(run_folder: Path, task: Task) -> Sample:
    """What was kept."""
    with any_error_as(lambda reason: damaged_run(run_folder / NAME, reason)):
        rows = json.loads((run_folder / NAME).read_text(encoding="utf-8"))
        return Sample([task.kind.unpack(row) for row, _ in rows], [bool(known) for _, known in rows])
