"""Completion by the shell, asked for as the scripts of the shells do it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from recurra.cells import CELLS
from recurra.cli import known_names
from recurra.cli.dispatch import COMMANDS
from recurra.cli.known_names import KnownNames
from recurra.tasks import TASKS

RECURRA = (sys.executable, "-m", "recurra.cli")


def shell(home: Path, *args: str, **variables: str) -> str:
    """What a fresh process prints."""
    environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), **variables}
    done = subprocess.run([*RECURRA, *args], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def completed(home: Path, line: str) -> list[str]:
    """What bash offers at the end of a line."""
    words = line.split(" ")
    variables = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1), "_RECURRA_COMPLETE": "complete_bash"}
    return shell(home, **variables).split()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("recurra ", list(COMMANDS)),
        ("recurra co", ["compare"]),
        ("recurra train --resu", ["--resume"]),
        ("recurra train --task ca", ["caption"]),
        ("recurra train a.tsv --cell ", list(CELLS)),
        ("recurra compare a.tsv --cells lstm,g", ["lstm,gru"]),
        ("recurra train --set model.dropo", ["model.dropout="]),
        ("recurra predict m --output-format js", ["jsonl"]),
    ],
)
def test_bash_is_offered(home: Path, line: str, offered: list[str]) -> None:
    assert completed(home, line) == offered


@pytest.mark.slow
def test_the_script_is_printed_and_installed(home: Path) -> None:
    script = shell(home, "--show-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert "_RECURRA_COMPLETE=complete_bash" in script
    shell(home, "--install-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert (home / ".bash_completions" / "recurra.sh").read_text().strip() == script.strip()


def test_names_are_those_of_the_tables_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_names, "cache_folder", lambda: tmp_path / "cache")
    names = known_names.known_names()
    assert names.tasks == list(TASKS)
    assert names.settings["model.cell"] == list(CELLS)
    assert names.settings["model.crf"] == ["true", "false"]
    assert names.settings["model.layers"] == []
    (file,) = (tmp_path / "cache").iterdir()
    file.write_text(json.dumps(KnownNames(["only"], {})))
    assert known_names.task_names("on") == ["only"]
    file.write_text("{damaged")
    assert known_names.known_names() == names


def test_other_code_has_other_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_names, "cache_folder", lambda: tmp_path)
    for number in range(8):
        (tmp_path / f"names-old-{number}.json").write_text("[]")
        os.utime(tmp_path / f"names-old-{number}.json", (number, number))
    known_names.known_names()
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == [f"names-{known_names.stamp()}.json", *(f"names-old-{number}.json" for number in (5, 6, 7))]


def test_values_are_completed_after_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_names, "known_names", lambda: KnownNames([], {"model.crf": ["true", "false"]}))
    assert known_names.assignments("model.") == ["model.crf="]
    assert known_names.assignments("model.crf=t") == ["model.crf=true"]
    assert known_names.assignments("model.unknown=") == []
