"""What is asked: which networks are compared, on what, for how long, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from recurra.comparing.grid import Variant
from recurra.comparing.trial import Trial
from recurra.data import PairSource
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.split import key_hash
from recurra.tasks.task import Data, Task


@runtime_checkable
class Comparable(Protocol):
    """A task whose evaluations say how each example fared."""

    per_example: Sequence[str]  # names of the measures in Evaluation.examples, the one to compare by first


@dataclass(frozen=True)
class Question:
    """What is compared, on what, for how long, and where."""

    task: Task
    data: Data
    valid: Data | None
    test: Data | None
    recipe: TaskRecipe  # what all variants have in common
    variants: Sequence[Variant]
    seeds: int
    folder: Path
    seconds: float | None = None  # for the whole command; None with epochs, and where a comparison goes on as it was
    epochs: float | None = None
    measure: str | None = None  # the task's first one if None
    resume: bool = False
    command: str = ""
    started: float = 0.0

    def trials(self) -> list[Trial]:
        """One seed of all variants after the other, so that a comparison that is stopped has seen them all."""
        first = self.recipe.training.seed
        return [Trial(variant, seed) for seed in range(first, first + self.seeds) for variant in self.variants]

    def to_mapping(self) -> dict[str, Any]:
        """What another session has to ask for as well."""
        return {
            "task": self.task.name,
            **{name: named(self.task, getattr(self, name)) for name in ("data", "valid", "test")},
            "recipe": self.recipe.to_mapping(),
            "variants": [list(variant) for variant in self.variants],
            "seeds": self.seeds,
            "seconds": self.seconds,
            "epochs": self.epochs,
        }


def named(task: Task, data: Data | None) -> Any:
    """What tells the data from others: where they stand, or of a list its examples."""
    if data is None:
        return None
    if isinstance(data, PairSource):
        return list(data.names)
    digests = b"".join(key_hash(task.key(example)) for example in task.open(data))
    return {"examples": len(data), "hash": key_hash(digests.hex()).hex()}
