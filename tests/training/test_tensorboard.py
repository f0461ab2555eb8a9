"""Scalars for TensorBoard: a stand-in for its writer shows when it is asked for what."""

from __future__ import annotations

import errno
import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import ClassVar

import pytest

from recurra.files import FileError
from recurra.runs.events import Note, StepDone, Validated
from recurra.training.listeners import tensorboard

STEP = StepDone(3, 9, 0, loss=1.5, learning_rate=0.01, gradient_norm=2.0, examples=4, tokens=10, seconds=0.1)


class Writer:
    """Keeps what it is given; fails as a full disk does where it shall."""

    made: ClassVar[list[Writer]] = []
    full = False

    def __init__(self, folder: str, purge_step: int | None) -> None:
        self.folder, self.purge_step, self.closed, self.flushed = Path(folder), purge_step, False, 0
        self.scalars: list[tuple[str, float, int]] = []
        self.made.append(self)

    def add_scalar(self, name: str, value: float, step: int) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.scalars.append((name, value, step))

    def flush(self) -> None:
        self.flushed += 1

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("torch.utils.tensorboard")
    monkeypatch.setattr(Writer, "made", [])
    monkeypatch.setattr(module, "SummaryWriter", Writer, raising=False)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: SimpleNamespace(name=name))


def test_nothing_is_written_where_nothing_is_done(tmp_path: Path) -> None:
    with tensorboard(tmp_path, 7) as emit:
        assert emit is not None
        emit(Note("nothing is left to do"))
    assert not Writer.made


def test_steps_and_validations_are_written_and_it_is_closed(tmp_path: Path) -> None:
    with tensorboard(tmp_path, None) as emit:
        assert emit is not None
        emit(STEP)
        emit(Validated(3, 0, loss=1.25, measure="error_rate", value=40.0, best=True, seconds=0.1))
    [writer] = Writer.made
    assert (writer.folder, writer.purge_step, writer.flushed, writer.closed) == (
        tmp_path / "tensorboard",
        None,
        1,
        True,
    )
    assert writer.scalars == [
        ("train/loss", 1.5, 3),
        ("train/learning_rate", 0.01, 3),
        ("train/gradient_norm", 2.0, 3),
        ("valid/loss", 1.25, 3),
        ("valid/error_rate", 40.0, 3),
    ]


def test_steps_that_are_done_again_are_shown_once(tmp_path: Path) -> None:
    with tensorboard(tmp_path, 2) as emit:
        assert emit is not None
        emit(STEP)
    assert [writer.purge_step for writer in Writer.made] == [3]


def test_a_full_disk_is_said_as_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Writer, "full", True)
    with tensorboard(tmp_path, None) as emit:
        assert emit is not None
        with pytest.raises(FileError, match="the disk is full") as caught:
            emit(STEP)
    assert caught.value.where == str(tmp_path / "tensorboard")
    assert Writer.made[0].closed


def test_without_it_there_is_nothing_to_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with tensorboard(tmp_path, None) as emit:
        assert emit is None
    assert not list(tmp_path.iterdir())
