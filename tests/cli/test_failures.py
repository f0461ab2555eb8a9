"""Exit codes, and what a user reads instead of a traceback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from recurra.errors import DataError, RecurraError, UsageError

if TYPE_CHECKING:
    from conftest import CommandLine, FakeModel


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def load(paths: list[str]) -> None:
        raise error

    monkeypatch.setattr("recurra.api.load", load)


@pytest.mark.parametrize(
    ("error", "code"),
    [(RecurraError("no"), 1), (DataError("no", where="a.tsv:7", fix="Mend it."), 1), (UsageError("no"), 2)],
)
def test_a_recurra_error_is_its_message_and_its_code(
    recurra: CommandLine, monkeypatch: pytest.MonkeyPatch, error: RecurraError, code: int
) -> None:
    fail_with(monkeypatch, error)
    assert recurra("evaluate", "m", "p") == (code, "", f"recurra: error: {error}\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [["--help"], ["settings", "--task", "tag"]])
def test_a_full_disk_behind_standard_output(arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "recurra", *arguments], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1
    assert done.stderr == "recurra: error: standard output: cannot be written: No space left on device\n"


def test_an_interruption(recurra: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, KeyboardInterrupt())
    assert recurra("evaluate", "m", "p") == (130, "", "recurra: interrupted\n")


def test_a_missing_package(recurra: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, ModuleNotFoundError("No module named 'sacrebleu'", name="sacrebleu"))
    result = recurra("evaluate", "m", "p")
    assert result.code == 1
    assert "the package 'sacrebleu' is missing\n  recurra doctor" in result.err


def test_an_internal_error_leaves_its_traceback_in_a_file(
    recurra: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fail_with(monkeypatch, ZeroDivisionError("by zero"))
    monkeypatch.delenv("RECURRA_DEBUG", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = recurra("evaluate", "m", "a file")
    assert result.code == 1
    assert result.err.startswith("recurra: error: internal error: ZeroDivisionError: by zero\n")
    assert "Traceback" not in result.err
    written = Path(re.search(r"the file (\S+\.txt)\.", result.err)[1]).read_text()  # type: ignore[index]
    assert "recurra evaluate m 'a file'" in written
    assert written.endswith("ZeroDivisionError: by zero\n")
    assert "Traceback" in written


def test_debugging_shows_the_traceback_at_once(
    recurra: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fail_with(monkeypatch, ZeroDivisionError("by zero"))
    monkeypatch.setenv("RECURRA_DEBUG", "1")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert "Traceback" in recurra("evaluate", "m", "p").err
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_went_away_is_no_news(
    recurra: CommandLine, monkeypatch: pytest.MonkeyPatch, model: FakeModel
) -> None:
    def closed(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("recurra.cli.evaluate.show", closed)
    assert recurra("evaluate", "m", "p") == (141, "", "")


def test_a_closed_pipe_of_a_real_process() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run(
        [sys.executable, "-m", "recurra.cli", "--help"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (result.returncode, result.stderr) == (141, "")


def test_results_are_utf8_in_any_locale() -> None:
    program = "import recurra.cli.dispatch as m; m.overview = lambda: 'Zażółć \\udcff'; m.run(['--help'])"
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, check=True)
    assert result.stdout == "Zażółć \\udcff\n".encode()


def test_the_command_line_as_a_module() -> None:
    """For those whose script is not on the path; and the exit code is the command's."""
    args = [sys.executable, "-m", "recurra"]
    assert subprocess.run([*args, "--version"], check=True, capture_output=True, text=True).stdout.startswith(
        "recurra "
    )
    wrong = subprocess.run([*args, "trian"], check=False, capture_output=True, text=True)
    assert wrong.returncode == 2
    assert "Did you mean 'train'?" in wrong.stderr
