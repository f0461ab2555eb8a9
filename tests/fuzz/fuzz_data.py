"""Data files of every kind with something wrong in them, through every reader: as what they are and as others."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import fuzz_models
from mutation import bytes_mutant
from seeds import seeds
from workers import Step, Target

SEEDS = seeds()
MOST = 3000  # examples that are read
# The task that a seed is for, by the first part of its name.
NATURAL = {
    "pairs": "translate",
    "three": "translate",
    "labels": "classify",
    "fasttext": "classify",
    "ratings": "regress",
    "tags": "tag",
    "text": "language-model",
    "dialogue": "chat",
    "captions": "caption",
    "series": "forecast",
    "number": "forecast",
    "vectors": "classify",
    "cases": "classify",
    "images": "classify",
}
FORMATS = [
    "tsv",
    "csv",
    "jsonl",
    "conll",
    "conllu",
    "ts",
    "idx",
    "turns",
    "lines",
    "series",
    "vectors",
    "plain",
    "text",
]
COLUMNS = [None, None, "1", "2", "9", "0", "-1", "a", "text", "label", "1,2", "source,target", "", ",", "y", "time"]


def prepare() -> None:
    """Everything that a reader needs is imported."""
    import recurra.cli.check
    import recurra.tasks.checking  # noqa: F401

    for task in fuzz_models.prepare():
        model_of(task)


def steps(rnd: Random, folder: Path) -> Iterator[Step]:
    """One of the seeds, changed; beside it what it may name."""
    name = rnd.choice(list(SEEDS))
    path = folder / name
    for other, content in SEEDS.items():
        if other.startswith(("im", "labels.idx")):
            (folder / other).write_bytes(content)
    path.write_bytes(mutant(rnd, name))
    for step, attempt in attempts(rnd, name, path):
        yield f"{name}, {step}", attempt


def mutant(rnd: Random, name: str) -> bytes:
    """The content of a file: a seed that was changed, and now and then nothing or noise."""
    chance = rnd.random()
    if chance < 0.02:
        return rnd.randbytes(rnd.choice([0, 1, 2, 300]))
    if name.endswith(".gz") and chance < 0.5:
        return gzip.compress(bytes_mutant(rnd, gzip.decompress(SEEDS[name]), list(SEEDS.values())), mtime=0)
    return bytes_mutant(rnd, SEEDS[name], list(SEEDS.values()))


def attempts(rnd: Random, name: str, path: Path) -> Iterator[Step]:
    """What is done with a file of this name."""
    from recurra.tasks import TASKS

    first = name.partition(".")[0]
    if name == "recipe.toml":
        from recurra.tasks.choosing import read_recipe

        yield "recipe", lambda: read_recipe(path)
        return
    if first.startswith("im") and first != "images":
        yield "image", lambda: looked_at(path)
        return
    if first == "vectors" and not name.endswith(".csv"):
        yield "vectors", lambda: vectors_of(path)
    yield "choose", lambda: chosen(path)
    if first in NATURAL:
        yield NATURAL[first], lambda: read(NATURAL[first], path)
    other = rnd.choice(list(TASKS))
    yield other, lambda: read(other, path)
    if name.endswith((".idx", ".idx.gz")):
        pictures = path if first == "images" else path.with_name("images.idx")
        yield "idx", lambda: read("classify", pictures, target=str(path.with_name("labels.idx")))
    said = {
        "format": rnd.choice(FORMATS),
        "source_column": rnd.choice(COLUMNS),
        "target_column": rnd.choice(COLUMNS),
        "time_column": rnd.choice([None, None, *COLUMNS]),
    }
    task = rnd.choice(list(TASKS))
    yield f"{task} {said}", lambda: read(task, path, **said)
    asked = rnd.choice(list(TASKS))
    yield f"inputs of {asked}", lambda: asked_of(asked, path)
    if rnd.random() < 0.05:
        yield "check", lambda: checked(path)
    if rnd.random() < 0.05:
        yield f"evaluate {asked}", lambda: evaluated(asked, path)


def source(path: Path, **said: Any) -> Any:
    from recurra.api.given import data_source

    return data_source(str(path), **said)


def chosen(path: Path) -> object:
    from recurra.tasks.choosing import choose_task

    return choose_task(source(path)).task.name


def read(task: str, path: Path, **said: Any) -> None:
    """The examples, each with its key, and what is said of them."""
    from recurra.data import open_examples
    from recurra.tasks import TASKS

    kind = TASKS[task].kind
    found = open_examples(source(path, **said), kind)
    for example in islice(found, MOST):
        kind.unpack(kind.pack(example))
        kind.key(example)
    str(found.skipped)


def vectors_of(path: Path) -> None:
    """What training with --vectors reads."""
    from recurra.data.word_vectors import read_word_vectors

    read_word_vectors(str(path), ["Haus", "Test!", "東京"], 5)


def looked_at(path: Path) -> None:
    from recurra.data.images import ImageShape, fitted, read_image, seen

    image = read_image(str(path), "captions.tsv:1")
    seen(image)
    fitted(image, ImageShape(8, 8, 3))


@cache
def model_of(task: str) -> Any:
    import recurra

    return recurra.load(fuzz_models.stored(task))


def asked_of(task: str, path: Path) -> None:
    """What `recurra predict` reads."""
    for _ in islice(model_of(task).read(path), MOST):
        pass


def evaluated(task: str, path: Path) -> None:
    str(model_of(task).evaluate(str(path)))


def checked(path: Path) -> None:
    """What `recurra check` prints."""
    from recurra.cli.check import REPORTS, any_report
    from recurra.tasks.choosing import choose_task

    task = choose_task(source(path)).task
    report: Callable[..., None] = REPORTS.get(task.name, any_report)
    report(task, source(path), None, task.recipe(), path.parent / "copies", 2)


DATA = Target("data", steps, prepare)
