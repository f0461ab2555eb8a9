"""Run folders with something wrong in them: resumed."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random

from mutation import bytes_mutant, json_mutant
from safetensors.torch import load
from workers import Step, Target

sys.path.insert(0, str(Path(__file__).parent.parent / "tasks"))

TASKS = ("translate", "language-model", "classify", "tag", "forecast")


@cache
def trained(task: str) -> Path:
    """A run of one pass; the processes to come share it."""
    folder = Path(tempfile.mkdtemp(prefix="recurra-fuzz-run-")) / "model"
    train(task, folder)
    return folder


def train(task: str, folder: Path, *, resume: bool = False) -> None:
    """Trains as little as can be, or goes on for one pass more."""
    from toy_tasks import SMALL, TOYS

    import recurra

    toy = TOYS[task]
    settings = {} if resume else {**SMALL, **toy.settings, "training.precision": "float32"}
    epochs = 2 if resume else 1
    recurra.train(toy.rows, task=task, to=folder, epochs=epochs, settings=settings, progress=False, resume=resume)


def prepare() -> None:
    """A run of each task."""
    import recurra.training.planning

    recurra.training.planning.SHORT_TRIAL = 0.0
    for task in TASKS:
        trained(task)


def steps(rnd: Random, folder: Path) -> Iterator[Step]:
    """One of the runs, changed."""
    task = rnd.choice(TASKS)
    model = folder / "model"
    shutil.copytree(trained(task), model)
    run = model / "run"
    change = rnd.choice(WAYS)
    path = rnd.choice(sorted(path for path in run.rglob("*") if path.is_file() and path.name != "lock"))
    change(rnd, path)
    yield f"{task}, {change.__name__} of {path.name}: resume", lambda: train(task, model, resume=True)


def some_bytes(rnd: Random, path: Path) -> None:
    """Changes of bytes."""
    path.write_bytes(bytes_mutant(rnd, path.read_bytes()))


def some_values(rnd: Random, path: Path) -> None:
    """Changes of values, where there is JSON."""
    try:
        path.write_text(json_mutant(rnd, path.read_text(encoding="utf-8")), encoding="utf-8")
    except ValueError:
        some_bytes(rnd, path)


def header(rnd: Random, path: Path) -> None:
    """Changes of what the checkpoint says beside its tensors, under a digest that agrees."""
    from recurra.training.checkpoint import digest

    path = next(path for path in (path, *path.parents) if path.name == "run") / "checkpoint.safetensors"
    data = path.read_bytes()
    size = 8 + int.from_bytes(data[:8], "little")
    whole = json.loads(data[8:size])
    said = json.loads(whole["__metadata__"]["recurra"])
    changed = json.loads(json_mutant(rnd, json.dumps(said["values"])))
    whole["__metadata__"]["recurra"] = json.dumps({**said, "values": changed, "sha256": digest(load(data), changed)})
    text = json.dumps(whole).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data[size:])


def kind_of_file(rnd: Random, path: Path) -> None:
    """A file that is missing, empty, a folder, a link or a pipe."""
    path.unlink()
    match rnd.randrange(5):
        case 0:
            pass
        case 1:
            path.mkdir()
        case 2:
            path.symlink_to(rnd.choice(["/dev/zero", "/etc/passwd", "nowhere", path.name]))
        case 3:
            path.touch()
        case _:
            os.mkfifo(path)


WAYS: list[Callable[[Random, Path], None]] = [some_bytes, some_values, some_values, header, kind_of_file]

RUNS = Target("runs", steps, prepare)
