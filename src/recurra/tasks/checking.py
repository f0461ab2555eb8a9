"""What training would say about data before its first step, for any task, without training."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from recurra.data import DataSource, HasLine
from recurra.tasks.fit import open_encoded, opened_both
from recurra.tasks.keys import key_hash
from recurra.tasks.model_folder import parameter_count
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.taken import DATA
from recurra.tasks.task import Emit, Task
from recurra.tasks.vocabulary import say_unknown
from recurra.text.counted import counted
from recurra.training import Note

SHOWN = 200  # characters of an example


def check_examples(
    task: Task, data: DataSource, valid: DataSource | None, recipe: TaskRecipe, copies: Path, emit: Emit, show: int = 0
) -> None:
    """Reads all examples, decides all that is to be decided, and says what it finds.

    Args:
        copies: a folder for what can be read only once, and for the examples as numbers.
        show: so many of the first examples are shown.

    Raises:
        DataError: the data are not what the task reads.
        RunError: nothing is left to learn from.
    """
    asked, others = recipe.data.source(data), None if valid is None else recipe.data.source(valid)
    train, other, _ = opened_both(task, asked, others, copies, emit)
    if repeated := count_repeated(task, train):
        emit(Note(f"{repeated:,} of the {task.noun} repeat an earlier one"))
    parts = task.split(train, other, recipe, emit)
    network = task.make(parts.train, recipe.with_settings(parts.decided), emit)
    say_unknown(task.sides(network), parts.train, parts.valid, task.noun, emit)
    emit(Note(f"network: {network.describe()}, {counted(parameter_count(network), 'parameter')}"))
    emit(Note(", ".join(f"{name}: {size:,}" for name, size in network.sizes().items())))
    for name, examples in zip(("train", "valid"), parts[:2], strict=True):
        task.encode(examples, network, copies / DATA / name)
    task.learner(network, open_encoded(task, copies), emit)  # says what is left out
    for example in islice(train, show):
        emit(Note(f"line {example.line}: {shown(task, example)}"))


def count_repeated(task: Task, examples: Iterable[HasLine]) -> int:
    """How many examples are the same as an earlier one."""
    seen: set[bytes] = set()
    total = 0
    for example in examples:
        seen.add(key_hash(task.kind.key(example)))
        total += 1
    return total - len(seen)


def shown(task: Task, example: HasLine) -> str:
    """The example in one line, cut where it is long."""
    text = "  ".join(str(value) for value in task.kind.pack(example)[:-1])
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
