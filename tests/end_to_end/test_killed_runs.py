"""kill -9 at any moment, inside saves too: the run goes on and ends with the bits of a run never stopped."""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from pathlib import Path
from typing import Any

import pytest
from killed_run import go_on
from killed_tasks import DATA, killed

from recurra.tasks import TASKS


def start(folder: Path, **options: Any) -> int:
    """Begins a run in a process of its own, forked from this one, so that torch is loaded once: its number."""
    child = os.fork()
    if not child:
        code = 1
        try:
            go_on(folder, **options)
            code = 0
        except BaseException:
            folder.with_name("said").write_text(traceback.format_exc())
        finally:
            os._exit(code)
    return child


def run(folder: Path, **options: Any) -> int:
    code = os.waitstatus_to_exitcode(os.waitpid(start(folder, **options), 0)[1])
    if code not in (0, -signal.SIGKILL):
        raise RuntimeError(folder.with_name("said").read_text())
    return code


def finished(folder: Path) -> bytes:
    """Runs until the run has come to its end, and gives the weights."""
    while run(folder) != 0:
        pass
    return (folder / "model.safetensors").read_bytes()


@pytest.fixture(scope="module", name="undisturbed")
def run_that_is_never_stopped(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return finished(tmp_path_factory.mktemp("undisturbed") / "model")


def test_killed_inside_saves(tmp_path: Path, undisturbed: bytes) -> None:
    """At writes (halfway), and before and after renames, early and late in the run."""
    folder = tmp_path / "model"
    deaths = 0
    for die_at in (3, 12, 13, 22, 31, 40):
        deaths += run(folder, die_at=die_at) == -signal.SIGKILL
    assert deaths >= 4
    assert finished(folder) == undisturbed


def test_killed_at_random_moments(tmp_path: Path, undisturbed: bytes) -> None:
    folder = tmp_path / "model"
    dice = random.Random(20261122)
    for _ in range(4):
        child = start(folder)
        time.sleep(dice.uniform(0.05, 1.5))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert finished(folder) == undisturbed


def test_this_test_catches_a_save_without_rename(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    assert run(folder, renaming=False, die_at=3) == -signal.SIGKILL
    with pytest.raises(RuntimeError, match="damaged"):
        run(folder)


@pytest.mark.parametrize("task", DATA)
def test_every_other_task_goes_on_through_the_command_line(task: str, tmp_path: Path) -> None:
    assert killed(task, tmp_path) == {"ends": [0, -signal.SIGKILL, 0], "same": True}


def test_no_task_is_left_out() -> None:
    assert {"translate", *DATA} == set(TASKS)
