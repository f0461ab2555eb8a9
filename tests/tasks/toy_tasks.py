"""Each task as small as it gets: a few examples in Python, narrow networks that have learned nothing, and inputs.

What is promised for every task is tested over this table; a task that is not in it fails a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

import recurra
from recurra.data import DataSource, Examples, open_examples
from recurra.tasks import TASKS
from recurra.tasks.task import Network, Predictor

WORDS = ["red", "green", "blue", "dark", "light", "bright"]
SENTENCES = [f"{one} {other}" for one in WORDS for other in WORDS]


@dataclass(frozen=True)
class Toy:
    """Examples, settings and inputs of one task."""

    rows: list[Any]
    inputs: list[Any]  # the last one has units that the model does not know, where it has units
    settings: Mapping[str, object] = field(default_factory=dict[str, object])
    empty: Any = ""  # an input that is empty; None: the task has none
    options: Mapping[str, object] = field(default_factory=dict[str, object])  # all that can be asked for


TOYS: dict[str, Toy] = {
    "translate": Toy(
        [(text, text[::-1]) for text in SENTENCES],
        ["red blue", "dark", "quiz"],
        options={"nbest": 3, "beam": 4, "attention": True},
    ),
    "chat": Toy(
        [[one, other, one] for one in WORDS for other in WORDS],
        [["red", "blue"], ["dark"], ["quiz"]],
        options={"nbest": 3, "attention": True},
    ),
    "caption": Toy(
        [([len(text), k % 3, 0.5], text) for k, text in enumerate(SENTENCES)],
        [[3.0, 1.0, 0.5], [5.0, 0.0, 1.0]],
        options={"nbest": 3, "beam": 4, "attention": True},
    ),
    "classify": Toy(
        [(text, "long" if len(text) > 9 else "short") for text in SENTENCES],
        ["red blue", "dark", "quiz"],
        options={"nbest": 2, "attention": True},
    ),
    "regress": Toy(
        [(text, len(text) + 0.5) for text in SENTENCES],
        ["red blue", "dark", "quiz"],
        options={"attention": True},
    ),
    "tag": Toy(
        [(text.split(), ["B-X", "I-X" if text[0] < "e" else "O"]) for text in SENTENCES],
        ["red blue", "dark", "quiz red"],
    ),
    "language-model": Toy(SENTENCES, ["red", "dark", "quiz"], {"data.form": "lines"}, None, {"nbest": 4}),
    "forecast": Toy(
        [{"a": [float(k * k % 17) for k in range(80)], "b": [float(k % 5) for k in range(80)]}],
        [{"a": [1.0, 2.0, 3.0, 2.0] * 5, "b": [0.0, 1.0, 0.0, 1.0] * 5}],
        {"data.window": 8, "model.horizon": 3, "model.baseline": "last"},
        None,
    ),
}
SMALL = {"model.width": 8, "model.layers": 1}


def examples(task: str, rows: list[Any] | None = None) -> Examples[Any]:
    """The rows of the table, or other ones, as examples of this task."""
    return open_examples(DataSource(rows=rows or TOYS[task].rows), TASKS[task].kind)


def network(
    task: str, seed: int = 1, settings: Mapping[str, object] | None = None, rows: list[Any] | None = None
) -> Network:
    """A network of this task with fresh weights, three times as large as usual, and none all 0, so that answers differ.

    Args:
        rows: other examples than those of the table.
    """
    toy, found = TOYS[task], TASKS[task]
    recipe = found.recipe().with_settings({**SMALL, "training.seed": seed, **toy.settings, **(settings or {})})
    train = found.split(examples(task, rows), None, recipe, lambda event: None).train
    made = found.make(train, recipe, lambda event: None)
    with torch.no_grad():
        for parameter in made.model.parameters():
            if parameter.any():
                parameter.mul_(3)
            else:
                torch.nn.init.normal_(parameter, std=0.3)
    made.model.eval()
    return made


def trained(
    task: str, folder: Path, *, epochs: int = 1, resume: bool = False, settings: Mapping[str, object] | None = None
) -> recurra.Model:
    """A model that was trained on the rows of the table; a run that goes on has its settings already."""
    toy = TOYS[task]
    said = {} if resume else {**SMALL, **toy.settings, **(settings or {})}
    return recurra.train(toy.rows, task=task, to=folder, epochs=epochs, settings=said, progress=False, resume=resume)


def predictor(task: str, *networks: Network) -> Predictor:
    """The networks as one that answers; a fresh one if none is given."""
    return TASKS[task].predictor(networks or [network(task)])


def options_of(task: str, made: Network, **more: object) -> Any:
    """The options of decoding with everything asked for."""
    changes = {**TOYS[task].options, **more}
    return made.recipe.with_settings({f"decoding.{name}": value for name, value in changes.items()}).decoding


def to_its_end(growing: Any) -> tuple[list[str], Any]:
    """The pieces, and the answer at their end."""
    pieces: list[str] = []
    while True:
        try:
            pieces.append(next(growing))
        except StopIteration as end:
            return pieces, end.value
