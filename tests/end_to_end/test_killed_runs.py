"""kill -9 at any moment, inside saves too: the run goes on and ends with the bits of a run never stopped."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recurra.tasks import TASKS

CHILD = Path(__file__).with_name("killed_run.py")
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(CHILD), str(folder), *options]
    return subprocess.Popen(command, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def run(folder: Path, *options: str) -> int:
    child = start(folder, *options)
    _, errors = child.communicate(timeout=300)
    if child.returncode not in (0, -signal.SIGKILL):
        raise RuntimeError(errors)
    return child.returncode


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
        deaths += run(folder, "--die-at", str(die_at)) == -signal.SIGKILL
    assert deaths >= 4
    assert finished(folder) == undisturbed


def test_killed_at_random_moments(tmp_path: Path, undisturbed: bytes) -> None:
    folder = tmp_path / "model"
    dice = random.Random(20261122)
    for _ in range(4):
        child = start(folder)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(dice.uniform(0.05, 1.5))
        child.kill()
        child.communicate()
    assert finished(folder) == undisturbed


def test_this_test_catches_a_save_without_rename(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    assert run(folder, "--without-rename", "--die-at", "3") == -signal.SIGKILL
    with pytest.raises(RuntimeError, match="damaged"):
        run(folder)


def test_every_other_task_goes_on_through_the_command_line(tmp_path: Path) -> None:
    script = CHILD.with_name("killed_tasks.py")
    command = [sys.executable, str(script), str(tmp_path)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert {"translate", *found} == set(TASKS)
    for task, one in found.items():
        assert one == {"ends": [0, -signal.SIGKILL, 0], "same": True}, f"{task}\n{done.stderr}"
