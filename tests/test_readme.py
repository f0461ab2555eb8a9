"""The README's commands and examples run, in their order, and print what stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text("utf-8")
# The test has no two minutes: the same command, told another length.
SHORTER = ("--time 2m", "--epochs 0.02 --set training.learning_rate=0.01 --set training.validations=1")


class Command(NamedTuple):
    """A line that is typed, and the lines that stand below it."""

    line: str
    shown: list[str]


def commands() -> list[Command]:
    found: list[Command] = []
    for block in re.findall(r"^```console\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Command(line[2:], []))
            elif line != "...":
                found[-1].shown.append(line)
    return found


def environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1", "COLUMNS": "100"}


@pytest.fixture(scope="module", name="folder")
def where_the_readme_is_followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("readme")


def test_every_command_runs_and_says_what_it_says(folder: Path) -> None:
    assert len(commands()) == 6
    for command in commands():
        line = command.line.replace(*SHORTER)
        done = subprocess.run(
            line, shell=True, cwd=folder, env=environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        for shown in command.shown:
            if "predict" not in line:  # what it predicts after so short a training is not what stands there
                assert shown in done.stdout + done.stderr, f"{shown!r} after {line}"


def test_the_example_in_python_runs(folder: Path) -> None:
    example = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert len(example) == 1
    done = subprocess.run(
        [sys.executable, "-c", example[0]], cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"[-\d]+", lines[0])
    assert float(lines[1]) >= 0
    assert lines[2].startswith("[('")
    assert lines[3].startswith("What the output rests on")


def test_the_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert len(links) >= 5
    assert [link for link in links if not (ROOT / link).exists()] == []
