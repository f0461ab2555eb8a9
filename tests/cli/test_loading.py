"""How many threads a command that answers takes, and where a number would have no effect."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

import recurra as package
from recurra.cli import loading
from recurra.tasks import TASKS
from recurra.training import threads

sys.path.insert(0, str(Path(__file__).parents[1] / "tasks"))

from toy_tasks import network

if TYPE_CHECKING:
    from conftest import CommandLine, FakeModel


@pytest.mark.parametrize(
    ("said", "cores", "idle", "number"),
    [(None, 4, 3, 3), (None, 2, 4, 2), (None, 64, 60, 8), (None, 4, 1, 1), (16, 4, 1, 16)],
)
def test_one_for_each_idle_core_unless_a_number_is_said(
    said: int | None, cores: int, idle: int, number: int, monkeypatch: pytest.MonkeyPatch, model: FakeModel
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", str(cores))
    monkeypatch.setattr(loading, "idle_cores", lambda: idle)
    with threads(1):
        loading.load_model("m", None, said)
        assert torch.get_num_threads() == number


@pytest.mark.parametrize("command", [["score", "m", "file"], ["evaluate", "m", "file"]])
def test_a_number_has_no_effect_on_running_text(
    command: list[str], recurra: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = network("language-model", settings={"data.form": "running"})
    opened = package.Model(TASKS["language-model"], [made], Path("m"))
    monkeypatch.setattr("recurra.api.load", lambda path: opened)
    (tmp_path / "file").write_text("red blue\n")
    monkeypatch.chdir(tmp_path)
    with threads(1):
        refused = recurra(*command, "--threads", "2")
        assert refused.code == 2
        assert "--threads has no effect on a model of running text" in refused.err
        assert recurra(*command).code == 0


@pytest.mark.parametrize(("said", "number"), [((), 1), (("--threads", "2"), 2)])
@pytest.mark.parametrize("command", ["units", "gradients"])
def test_the_inside_is_computed_by_one_thread_unless_a_number_is_said(
    command: str,
    said: tuple[str, ...],
    number: int,
    recurra: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    monkeypatch.setattr(loading, "idle_cores", lambda: 4)
    (tmp_path / "pairs.tsv").write_text("red\tder\nblue\teulb\n")
    stored = Path(__file__).parents[1] / "stored_models" / "translate-2" / "model"
    with threads(3):
        assert recurra(command, str(stored), str(tmp_path / "pairs.tsv"), *said).code == 0
        assert torch.get_num_threads() == number


def test_it_is_said_that_a_training_is_not_finished(recurra: CommandLine, model: FakeModel, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("abc\n")
    assert recurra("predict", "m", str(tmp_path / "in.txt")) == (0, "cba\n", "")
    model.caveats.append("the training of this model has not finished")
    found = recurra("predict", "m", str(tmp_path / "in.txt"))
    assert found == (0, "cba\n", "recurra: the training of this model has not finished\n")


@pytest.mark.parametrize("command", [["score", "m", "file"], ["generate", "m", "red"]])
def test_a_language_model_says_it_too(
    command: list[str], recurra: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    facts = {"trained": {"finished": False}}
    opened = package.Model(TASKS["language-model"], [network("language-model")], Path("m"), facts)
    monkeypatch.setattr("recurra.api.load", lambda path: opened)
    (tmp_path / "file").write_text("red blue\n")
    monkeypatch.chdir(tmp_path)
    assert "the training of this model has not finished" in recurra(*command).err
