"""What the project promises beside its code: workflows, hooks, issue forms, the citation, other systems."""

from __future__ import annotations

import ast
import datetime
import importlib
import json
import re
import runpy
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

import recurra
from recurra import locks
from recurra.errors import RunError
from recurra.training import folder as run_folder

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# Modules of the standard library that Windows has not.
POSIX = {"fcntl", "grp", "pty", "pwd", "resource", "termios"}


def loaded(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def test_the_citation_is_one_and_names_this_version() -> None:
    citation = loaded("CITATION.cff")
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)  # required by the schema of CFF 1.2.0
    known = {"abstract", "authors", "cff-version", "date-released", "doi", "keywords", "license", "message"}
    known |= {"preferred-citation", "repository-code", "title", "type", "url", "version"}
    assert set(citation) <= known
    assert citation["type"] == "software"
    assert all("name" in author or "family-names" in author for author in citation["authors"])
    assert isinstance(citation["date-released"], datetime.date)
    assert str(citation["version"]) == recurra.__version__
    assert citation["license"] == PROJECT["license"]
    assert len(set(citation["keywords"])) == len(citation["keywords"])


def test_no_weights_but_those_of_stored_models_belong_to_the_project() -> None:
    """A model that was trained by hand in the working tree has been committed with other files once."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone")
    listed = subprocess.run(["git", "ls-files", "*.safetensors"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [name for name in listed.stdout.splitlines() if not name.startswith("tests/stored_models/")] == []


def test_make_test_runs_on_all_systems_and_pythons() -> None:
    workflow = loaded(".github/workflows/test.yml")
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]
    assert {system.partition("-")[0] for system in matrix["system"]} == {"ubuntu", "macos", "windows"}
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert PROJECT["requires-python"] == f">={matrix['python'][0]}"
    assert any("make test" in step.get("run", "") for step in workflow["jobs"]["test"]["steps"])
    assert any("make everything" in step.get("run", "") for step in workflow["jobs"]["everything"]["steps"])
    assert "make everything" in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.name)
def test_each_job_of_a_workflow_says_where_it_runs_and_what(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text("utf-8"))
    assert True in workflow  # "on", as YAML 1.1 reads it
    for job in workflow["jobs"].values():
        assert job["runs-on"]
        assert all(("run" in step) != ("uses" in step) for step in job["steps"])
        assert all("@" in step["uses"] for step in job["steps"] if "uses" in step)
    targets = re.findall(r"\bmake (\w+)", path.read_text("utf-8"))
    rules = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {target for target in targets if target != "test"} <= {*rules, "no"}


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml")), ids=lambda path: path.name
)
def test_an_issue_form_is_complete(path: Path) -> None:
    form = yaml.safe_load(path.read_text("utf-8"))
    assert {"name", "description", "body"} <= set(form)
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert all(field["attributes"]["label"] for field in fields)
    assert len({field["id"] for field in fields}) == len(fields)
    assert {field["type"] for field in fields} <= {"textarea", "input", "dropdown", "checkboxes"}


def test_hooks_call_what_make_lint_calls() -> None:
    (repository,) = loaded(".pre-commit-config.yaml")["repos"]
    entries = {hook["entry"].split()[0].removeprefix(".venv/bin/") for hook in repository["hooks"]}
    assert entries == {"ruff", "lint-imports", "pyright", "make"}
    lint = (ROOT / "Makefile").read_text("utf-8")
    assert all(f"$(BIN)/{name}" in lint for name in entries - {"make"})


@pytest.mark.slow
def test_what_only_posix_has_is_imported_only_there() -> None:
    for path in Path(recurra.__file__).parent.rglob("*.py"):
        body = ast.parse(path.read_text("utf-8")).body
        names = {alias.name for node in body if isinstance(node, ast.Import) for alias in node.names}
        assert not names & POSIX, path


@pytest.mark.parametrize("held", [False, True])
def test_a_run_folder_is_locked_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: bool) -> None:
    taken: list[tuple[int, int]] = []

    def locking(number: int, mode: int, count: int) -> None:
        if held:
            raise OSError("held by another process")
        taken.append((mode, count))

    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2))
    with monkeypatch.context() as windows:
        windows.setattr("sys.platform", "win32")
        importlib.reload(locks)
    monkeypatch.setattr(run_folder, "lock", locks.lock)
    try:
        if held:
            with pytest.raises(RunError, match="another run is using this folder"), run_folder.locked(tmp_path):
                pass
        else:
            with run_folder.locked(tmp_path):
                assert taken == [(2, 1)]
                assert (tmp_path / "lock").read_text().isdigit()
    finally:
        importlib.reload(locks)


def test_a_measurement_is_kept_with_its_machine_and_commit(tmp_path: Path) -> None:
    found = runpy.run_path(str(ROOT / "bench" / "history.py"))
    for ratio in (1.5, 1.25):
        found["record"]("loop", {"ratio": ratio}, tmp_path / "history.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text("utf-8").splitlines()]
    assert [line["figures"] for line in lines] == [{"ratio": 1.5}, {"ratio": 1.25}]
    assert lines[0]["machine"]["torch"] == metadata.version("torch")  # without "+cpu"
    assert lines[0]["commit"] == found["git"]("rev-parse", "--short", "HEAD")
    assert datetime.datetime.fromisoformat(lines[0]["when"]).tzinfo is not None


def test_the_stored_measurements_have_one_form() -> None:
    lines = [json.loads(line) for line in (ROOT / "bench" / "history.jsonl").read_text("utf-8").splitlines()]
    assert lines
    for line in lines:
        assert list(line) == ["when", "bench", "commit", "changed", "machine", "figures"]
        assert set(line["machine"]) == {"processor", "cores", "system", "python", "torch", "load"}
        assert line["figures"]
