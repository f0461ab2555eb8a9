"""Copy, reverse and upper-case are learned to the last output, through the front door, in seconds."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import recurra
from recurra.training import Event, Finished

LETTERS = "abcdef"
TASKS: dict[str, Callable[[str], str]] = {
    "copy": lambda text: text,
    "reverse": lambda text: text[::-1],
    "upper-case": str.upper,
}
RECIPE = recurra.Recipe().with_settings(
    {
        "model.width": 64,
        "model.layers": 1,
        "model.dropout": 0.0,
        "training.learning_rate": 0.01,
        "training.validations": 4,
        "training.precision": "float32",
        "batching.batch_tokens": 512,
        "text.source_units": "chars",
        "text.target_units": "chars",
    }
)


def words(count: int, seed: int) -> list[str]:
    dice = random.Random(seed)
    return ["".join(dice.choices(LETTERS, k=dice.randint(1, 6))) for _ in range(count)]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("task", TASKS)
def test_a_toy_task_is_learned_entirely(task: str, tmp_path: Path) -> None:
    function = TASKS[task]
    known = set(words(2500, seed=1))
    held_out = [word for word in words(300, seed=2) if word not in known]
    events: list[Event] = []
    model = recurra.train(
        [(word, function(word)) for word in sorted(known)],
        to=tmp_path / "model",
        epochs=8,
        recipe=RECIPE,
        listeners=[events.append],
    )
    assert any(isinstance(event, Finished) for event in events)
    assert [answer.text for answer in model.predict(held_out)] == [function(word) for word in held_out]
    opened = recurra.load(tmp_path / "model")
    assert opened.evaluate([(word, function(word)) for word in held_out]).measures["exact_match"].value == 100.0
