"""Run folders with something wrong in them: resumed."""

from __future__ import annotations

import atexit
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random

from mutation import bytes_mutant, json_mutant, other_kind
from safetensors.torch import load
from workers import Step, Target

sys.path.insert(0, str(Path(__file__).parent.parent / "tasks"))

TASKS = ("translate", "language-model", "classify", "tag", "forecast")


@cache
def run_of(task: str) -> Path:
    """A run of one pass; the processes to come share it, and it goes with this one."""
    from toy_tasks import trained

    folder = Path(tempfile.mkdtemp(prefix="recurra-fuzz-run-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    trained(task, folder / "model", settings={"training.precision": "float32"})
    return folder / "model"


def prepare() -> None:
    """A run of each task."""
    import recurra.training.planning

    recurra.training.planning.SHORT_TRIAL = 0.0
    for task in TASKS:
        run_of(task)


def steps(rnd: Random, folder: Path) -> Iterator[Step]:
    """One of the runs, changed."""
    from toy_tasks import trained

    task = rnd.choice(TASKS)
    model = folder / "model"
    shutil.copytree(run_of(task), model)
    run = model / "run"
    change = rnd.choice(WAYS)
    path = rnd.choice(sorted(path for path in run.rglob("*") if path.is_file() and path.name != "lock"))
    change(rnd, path)
    yield f"{task}, {change.__name__} of {path.name}: resume", lambda: trained(task, model, epochs=2, resume=True)


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


WAYS: list[Callable[[Random, Path], None]] = [some_bytes, some_values, some_values, header, other_kind]

RUNS = Target("runs", steps, prepare)
