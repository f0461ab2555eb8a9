"""A network that is drawn before there are data is what a network that was made from data is, without their sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from toy_tasks import network

from recurra.structure import without_data
from recurra.tasks import TASKS

CHARS: dict[str, object] = {"text.source_units": "chars", "text.target_units": "words"}
VECTORS = [([float(k), float(k % 5)], "ab"[k % 2]) for k in range(40)]
NUMBERS = [([float(k), float(k % 5)], float(k % 7)) for k in range(40)]
TWO = [((f"word {k}", f"word {k % 7}"), f"{k % 7}") for k in range(40)]
IMAGES = [(np.full((16, 16, 3), 5 * k, np.uint8), f"word {k % 4}") for k in range(40)]

# Of classify and regress one with units is drawn over a text, a feed-forward one over a vector.
CASES: list[tuple[str, dict[str, object], list[Any] | None]] = [
    ("translate", {**CHARS}, None),
    ("translate", {**CHARS, "model.layers": 2, "model.cell": "gru"}, None),
    ("translate", {"text.source_units": "words,words", "text.target_units": "words"}, TWO),
    ("translate", {"text.source_units": "words,chars", "text.target_units": "words"}, TWO),
    ("chat", {"text.source_units": "chars", "data.turns": 2}, None),  # words of two turns are marked
    ("chat", {"text.source_units": "chars", "data.turns": 1}, None),
    ("chat", {"text.source_units": "words,chars", "data.turns": 2}, None),
    ("caption", {"text.target_units": "words"}, IMAGES),
    ("caption", {"text.target_units": "chars", "data.height": 8, "data.width": 12}, IMAGES),
    ("classify", {"text.units": "words"}, None),
    ("classify", {"text.units": "chars", "model.kind": "cnn"}, None),
    ("classify", {"model.kind": "feedforward"}, VECTORS),
    ("classify", {"model.kind": "feedforward", "model.layers": 2}, VECTORS),
    ("regress", {"text.units": "words", "model.pooling": "mean"}, None),
    ("regress", {"model.kind": "feedforward"}, NUMBERS),
    ("tag", {}, None),
    ("language-model", {"text.units": "chars"}, None),
]


@pytest.mark.parametrize(("task", "settings", "rows"), CASES, ids=[f"{task} {said}" for task, said, _ in CASES])
def test_a_sketch_is_a_network_without_its_data(task: str, settings: dict[str, object], rows: list[Any] | None) -> None:
    made: Any = network(task, settings=settings, rows=rows)
    recipe = (
        made.recipe.with_settings({"model.kind": "auto", **settings})
        if task in ("classify", "regress")
        else made.recipe
    )
    found = TASKS[task].sketch(recipe)
    assert found == without_data(made.structure())
    assert found.parameters is None
