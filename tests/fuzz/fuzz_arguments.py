"""Python arguments as nobody should give them, and as everybody does once: to models, to options, to training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import fuzz_models
import numpy as np
import torch
from mutation import ODD
from workers import Step, Target

SETTINGS = ["beam", "nbest", "max_length", "min_length", "length_penalty", "sample", "temperature", "top_k", "top_p"]
SETTINGS += ["seed", "attention", "steps", "samples", "stride", "last", "anti_lm", "nothing", "max_ratio"]


class Odd:
    """An object of a user's own."""


def values(rnd: Random, depth: int = 0) -> Any:
    """One value of any kind, or a container of some."""
    chance = rnd.random() / (1 + depth)
    if chance < 0.3:
        return rnd.choice(ODD)
    if chance < 0.5:
        return rnd.choice(MADE)(rnd)
    count = rnd.choice([0, 1, 1, 2, 3, 5])
    inner = [values(rnd, depth + 1) for _ in range(count)]
    match rnd.randrange(5):
        case 0:
            return inner
        case 1:
            return tuple(inner)
        case 2:
            return {rnd.choice(["a", "b", "text", "source", "target", "label", 1]): one for one in inner}
        case 3:
            return iter(inner)
        case _:
            return (one for one in inner)


MADE: list[Callable[[Random], Any]] = [
    *(lambda _: Odd(), lambda _: Path("nowhere"), lambda _: b"bytes", lambda _: {1, 2}, lambda _: range(3)),
    lambda _: 1j,
    lambda rnd: np.array(rnd.choice([[], [1.0], [[1.0, 2.0]], [np.nan], ["a"], [[["b"]]], 3.0, [None], [1, 2**40]])),
    lambda rnd: np.zeros(rnd.choice([(0,), (3,), (2, 3), (0, 3), (2, 2, 3), (1, 0), (5, 4, 4), (4, 4, 3)]), np.uint8),
    lambda rnd: torch.tensor(rnd.choice([[], [1.0], [[1.0, 2.0, 3.0]], [float("inf")], 2, [True]])),
    lambda rnd: rnd.choice(["red blue", "a\tb", "a\nb", "\0", "\x1b[31m", "e\u0301" * 100, " ", "\u200b"]),
    lambda _: "x" * 100_000,
    lambda rnd: [rnd.choice([1.0, 2, None, float("nan"), 1e308, -1e308, True]) for _ in range(rnd.randint(0, 30))],
    lambda rnd: {"a": [1.0] * rnd.randint(0, 20), "b": [2.0] * rnd.randint(0, 20)},
    lambda rnd: np.datetime64("NaT") if rnd.random() < 0.5 else np.float32(rnd.random()),
    lambda rnd: type(rnd.choice(ODD)),
]  # fmt: skip


def steps(rnd: Random, folder: Path) -> Iterator[Step]:
    """One call of everything that takes data, of one model."""
    from toy_tasks import TOYS

    import recurra

    task = rnd.choice(list(TOYS))
    model = recurra.load(fuzz_models.stored(task))
    inputs: list[Any] = list(TOYS[task].inputs)
    given = values(rnd)
    yield f"{task}: predict", lambda: model.predict(given)
    mixed = [values(rnd) if rnd.random() < 0.3 else one for one in inputs]
    yield f"{task}: predict several", lambda: model.predict(mixed)
    options = {name: values(rnd) for name in rnd.sample(SETTINGS, rnd.choice([1, 1, 2, 4]))}
    yield f"{task}: predict with {options!r:.100}", lambda: model.predict(inputs, **options)
    rows = [values(rnd) if rnd.random() < 0.3 else row for row in TOYS[task].rows[:6]]
    yield f"{task}: evaluate", lambda: model.evaluate(rows)
    yield f"{task}: score", lambda: model.score(inputs, values(rnd))
    yield f"{task}: trace", lambda: model.trace(values(rnd))
    call = rnd.choice(["generate", "surprisal"])
    yield f"{task}: {call}", lambda: getattr(model, call)(values(rnd))
    yield "load", lambda: recurra.load(rnd.choice([values(rnd), [], [folder], ["x"], "\0"]))
    yield f"{task}: train", lambda: train(rnd, task, folder / "model")


def train(rnd: Random, task: str, folder: Path) -> None:
    """Training with one argument that is odd; as little of it as can be where it turns out to be none."""
    from toy_tasks import SMALL, TOYS

    import recurra

    toy = TOYS[task]
    arguments: dict[str, Any] = {"task": task, "to": folder, "epochs": 1, "progress": False}
    arguments["settings"] = {**SMALL, **toy.settings}
    data: Any = toy.rows
    match rnd.randrange(5):
        case 0:
            data = values(rnd)
        case 1:
            data = [values(rnd) if rnd.random() < 0.2 else row for row in toy.rows]
        case 2:
            name = rnd.choice(["model.width", "training.seed", "data.max_length", "x", ""])
            arguments["settings"][name] = values(rnd)
        case 3:
            name = rnd.choice(["task", "time", "epochs", "valid", "format", "source_column", "settings", "resume"])
            arguments[name] = values(rnd)
        case _:
            arguments["y"] = values(rnd)
    recurra.train(data, **arguments)


ARGUMENTS = Target("arguments", steps, fuzz_models.prepare)
