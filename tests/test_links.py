"""Nothing is written, moved or removed through a link: what it leads to is somebody else's."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

import recurra
from recurra.errors import RunError
from recurra.files import remove_leftovers

HERE = Path(__file__).parent
STORED = HERE / "stored_models" / "language-model-2" / "model"
sys.path.insert(0, str(HERE / "tasks"))

from toy_tasks import trained  # noqa: E402


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A folder of a user, with files that are called like recurra's."""
    folder = tmp_path / "mine"
    for name in ("config.json", "data/train/header.json", "data/notes.txt", "tokenizers/text.json", "lock"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine")
    return folder


def content(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", [".arrived", ".incoming", "tokenizers"])
def test_saving_a_model(tmp_path: Path, mine: Path, name: str) -> None:
    before = content(mine)
    shutil.copytree(STORED, tmp_path / "model")
    shutil.rmtree(tmp_path / "model" / name, ignore_errors=True)
    (tmp_path / "model" / name).symlink_to(mine)
    with pytest.raises(RunError, match=f"{name}: this is a link, and nothing is written through links"):
        recurra.load(STORED).save(tmp_path / "model")
    assert content(mine) == before
    assert (tmp_path / "model" / name).is_symlink()


def test_reading_does_not_look_behind_the_link_either(tmp_path: Path, mine: Path) -> None:
    shutil.copytree(STORED, tmp_path / "model")
    (tmp_path / "model" / ".arrived").symlink_to(mine)
    assert recurra.load(tmp_path / "model").predict("red").text


@pytest.mark.parametrize(
    "name", ["run", "run/data", "run/lock", "run/metrics.jsonl", "run/input", "run/data/train.partial"]
)
def test_training(tmp_path: Path, mine: Path, name: str) -> None:
    before = content(mine)
    path = tmp_path / "model" / name
    path.parent.mkdir(parents=True)
    path.symlink_to(mine / "lock" if path.name in ("lock", "metrics.jsonl") else mine)
    with pytest.raises(RunError):
        trained("language-model", tmp_path / "model")
    assert content(mine) == before


def test_resuming(tmp_path: Path, mine: Path) -> None:
    trained("language-model", tmp_path / "model")
    before = content(mine)
    shutil.rmtree(tmp_path / "model" / "run" / "data")
    (tmp_path / "model" / "run" / "data").symlink_to(mine / "data")
    with pytest.raises(RunError, match="run/data: this is a link"):
        trained("language-model", tmp_path / "model", resume=True)
    assert content(mine) == before


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    trained("language-model", tmp_path / "model")
    for name in ("checkpoint.safetensors", "metrics.jsonl"):
        path = tmp_path / "model" / "run" / name
        data = path.read_bytes()
        path.unlink()
        os.mkfifo(path)
        with pytest.raises(RunError, match=f"{name}: expected a file, this is a pipe"):
            trained("language-model", tmp_path / "model", resume=True)
        path.unlink()
        path.write_bytes(data)


def test_leftovers_are_files(tmp_path: Path) -> None:
    (tmp_path / ".recurra-mine.tmp").mkdir()
    (tmp_path / ".recurra-1.tmp").symlink_to(tmp_path / ".recurra-mine.tmp")
    remove_leftovers(tmp_path)
    assert (tmp_path / ".recurra-mine.tmp").is_dir()
