"""What a validation measures is a mean over its examples: on the same ones twice it is the same, for every task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from toy_tasks import TOYS, examples, network

from recurra.tasks import TASKS
from recurra.tasks.task import Encoded


@pytest.mark.parametrize("task", TASKS)
def test_twice_the_same_examples_have_the_same_loss(task: str, tmp_path: Path) -> None:
    made: Any = network(task)
    rows = TOYS[task].rows[:5] if task != "forecast" else TOYS[task].rows
    found = []
    for name, some in (("once", rows), ("twice", [*rows, *rows])):
        TASKS[task].encode(examples(task, some), made, tmp_path / name)
        table = TASKS[task].open_encoded(tmp_path / name)
        learner = TASKS[task].learner(made, Encoded(table, table), lambda event: None)
        found.append(learner.validate(learner.validation_examples()))
    once, twice = found
    assert twice.loss == pytest.approx(once.loss, rel=1e-4)
    assert twice.value == pytest.approx(once.value, rel=1e-4)
