"""A run folder in which something was cut short, altered or lost is refused before training goes on."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from recurra.errors import RecurraError, RunError
from recurra.tasks.digests import write_digests
from recurra.tasks.taken import KEPT

sys.path.insert(0, str(Path(__file__).parent.parent / "tasks"))

from toy_tasks import trained

TASKS = ("language-model", "forecast")


@pytest.fixture(scope="module", params=TASKS)
def model_of_a_task(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("trained") / "model"
    trained(request.param, folder)
    return request.param, folder


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut short": (lambda path: path.write_bytes(path.read_bytes()[:-1]), "cut short"),
    "emptied": (lambda path: path.write_bytes(b""), "cut short"),
    "longer": (lambda path: path.write_bytes(path.read_bytes() + b" "), "is longer"),
    "altered": (flipped, "was altered"),
    "lost": (lambda path: path.unlink(), "is missing"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_of_a_run(tmp_path: Path, model_of_a_task: tuple[str, Path], change: str) -> None:
    task, model = model_of_a_task
    run = model / "run"
    kept = [path for path in run.rglob("*") if path.is_file() and not BESIDE & {path.name, path.parent.name}]
    assert len(kept) > 8
    for number, path in enumerate(kept):
        copy = tmp_path / str(number)
        shutil.copytree(model, copy)
        changed = copy / path.relative_to(model)
        if changed.read_bytes():
            CHANGES[change][0](changed)
            with pytest.raises(RunError) as caught:
                trained(task, copy, resume=True, epochs=2)
            message = str(caught.value)
            assert path.name in message
            assert "train into another one with to=" in message
            assert CHANGES[change][1] in message
        shutil.rmtree(copy)


# The first ones are not needed to go on; of the others other words are said.
BESIDE = {
    *("lock", "tensorboard", "metrics.jsonl", "digests.json"),
    *("request.json", "asked.toml", "checkpoint.safetensors"),
}


@pytest.mark.parametrize("change", ["cut short", "emptied", "longer", "altered"])
def test_a_checkpoint(tmp_path: Path, model_of_a_task: tuple[str, Path], change: str) -> None:
    task, model = model_of_a_task
    shutil.copytree(model, tmp_path / "model")
    CHANGES[change][0](tmp_path / "model" / "run" / "checkpoint.safetensors")
    with pytest.raises(RunError, match="the checkpoint is damaged"):
        trained(task, tmp_path / "model", resume=True, epochs=2)


def test_a_run_without_digests(tmp_path: Path, model_of_a_task: tuple[str, Path]) -> None:
    task, model = model_of_a_task
    shutil.copytree(model, tmp_path / "model")
    (tmp_path / "model" / "run" / "digests.json").unlink()
    with pytest.raises(RunError, match="the record of its files cannot be read"):
        trained(task, tmp_path / "model", resume=True, epochs=2)


def test_whatever_else_is_wrong_is_said(tmp_path: Path, model_of_a_task: tuple[str, Path]) -> None:
    task, model = model_of_a_task
    for name in ("vocabularies.json", "valid.json", "source.json", "recipe.toml", "data/train/header.json"):
        for number, text in enumerate((b"", b"[", b"{}", b"[1]", b"\xff", b"[" * 5000, b"null", b'{"a": [[1]]}')):
            copy = tmp_path / f"{Path(name).name}-{number}"
            shutil.copytree(model, copy)
            (copy / "run" / name).write_bytes(text)
            write_digests(copy / "run", KEPT)
            with pytest.raises(RecurraError):
                trained(task, copy, resume=True, epochs=2)
