"""The request: which networks to compare, on what data, for how long, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recurra.comparing.grid import Variant
from recurra.comparing.trial import Trial
from recurra.data import DataSource
from recurra.data.gazetteers import Gazetteers
from recurra.tasks.gazetteers import record_of as record_of_gazetteers
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.source_record import Part, parts_of
from recurra.tasks.task import Task
from recurra.tasks.word_vectors import record_of


@dataclass(frozen=True)
class ComparisonRequest:
    """Which networks to compare, on what data, for how long, and where."""

    task: Task
    data: DataSource
    valid: DataSource | None
    test: DataSource | None
    recipe: TaskRecipe  # common to all variants
    variants: Sequence[Variant]
    seeds: int
    folder: Path
    seconds: float | None = None  # for the whole command; None with epochs, and for --resume without a new budget
    epochs: float | None = None
    measure: str | None = None  # None: the first of the task
    gradients: bool = False  # whether the gradient flow of each network is measured, in its first run
    resume: bool = False
    command: str = ""
    started: float = 0.0
    vectors: str | None = None  # a file of vectors of words, for all networks
    gazetteers: Gazetteers | None = None  # lists of names, for all networks
    force: bool = False  # a comparison that is in the folder is replaced
    least_seconds: float = 10.0  # for a run, where there is a limit: in less it learns next to nothing
    least_tested: int = 200  # test examples, however long they take

    @property
    def first_seed(self) -> int:
        """The seed of the first run of each network."""
        return self.recipe.training.seed

    def trials(self) -> list[Trial]:
        """All variants with the first seed, then with the second: after an interruption all have results."""
        first = self.first_seed
        return [Trial(variant, seed) for seed in range(first, first + self.seeds) for variant in self.variants]

    def to_mapping(self) -> dict[str, object]:
        """What a resumed comparison has to repeat."""
        given = {"data": self.data, "valid": self.valid, "test": self.test}
        return {
            "task": self.task.name,
            **{name: self._parts(data) for name, data in given.items()},
            "recipe": self.recipe.to_mapping(),
            "variants": [list(variant) for variant in self.variants],
            "seeds": self.seeds,
            "seconds": self.seconds,
            "epochs": self.epochs,
            "gradients": self.gradients,
            "vectors": None if self.vectors is None else list(record_of(self.vectors).values()),
            "gazetteers": record_of_gazetteers(self.gazetteers) or None,
        }

    def _parts(self, data: DataSource | None) -> list[Part] | None:
        return None if data is None else parts_of(data, self.task.kind)
