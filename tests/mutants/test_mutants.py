"""Mutation testing itself: which mistakes are made, which tests are asked, and what becomes of what never ends."""

from __future__ import annotations

import ast
import importlib.util
import os
import signal
import time
from pathlib import Path

import pytest
from known import known_mutants
from mistakes import CONTROL, MODULE, Mutant, difference, made, mutants_of
from reaching import Test, keep, ran, read
from versions import Versions

SOURCE = Path(__file__).resolve().parents[2] / "src" / "recurra"
CODE = """\
LIMIT = 3


def least(values, most: int = 5):
    assert len(values) < 9
    pairs = zip(values, values, strict=True)
    if len(values) > 1 and most:
        return min(values) + 1
    return None


squared = lambda x: x * x
"""
MISTAKES = {
    "-LIMIT = 3\n+LIMIT = 4": MODULE,
    "-def least(values, most: int=5):\n+def least(values, most: int=6):": MODULE,
    "-    if len(values) > 1 and most:\n+    if len(values) >= 1 and most:": (7, 7),
    "-    if len(values) > 1 and most:\n+    if len(values) > 2 and most:": (7, 7),
    "-    if len(values) > 1 and most:\n+    if len(values) > 1 or most:": (7, 7),
    "-    if len(values) > 1 and most:\n+    if not (len(values) > 1 and most):": (7, 7),
    "-        return min(values) + 1\n+        return min(values) - 1": (8, 8),
    "-        return min(values) + 1\n+        return min(values) + 2": (8, 8),
    "-        return min(values) + 1\n+        return None": (8, 8),
    "-squared = lambda x: x * x\n+squared = lambda x: x / x": (12, 12),
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "code.py").write_text(CODE)
    return tmp_path


def test_every_mistake_and_where_it_runs(source: Path) -> None:
    """What the code says to itself is left alone, and `return None` is none already."""
    found = {difference(source, one): one.lines for one in mutants_of(source, "room/code.py")}
    assert found == MISTAKES
    one = next(mutants_of(source, "room/code.py"))
    assert difference(source, one._replace(kind=CONTROL)) == ""
    assert compile(made(source, one), "code.py", "exec")


def test_lines_that_run_are_noted(source: Path) -> None:
    path = source / "room" / "code.py"
    spec = importlib.util.spec_from_file_location("code_to_run", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with ran((f"{source}/room/",)) as lines:
        spec.loader.exec_module(module)  # which calls no function
        assert not lines
        module.least([1])
    assert lines == {(str(path), line) for line in (5, 6, 7, 9)}
    with ran((f"{source}/elsewhere/",)) as lines:
        module.least([1])
    assert not lines


def test_those_tests_are_asked_that_run_the_line() -> None:
    from trying import trial

    line, other = ("room/code.py", 7), ("room/code.py", 5)

    def of(name: str, seconds: float, *lines: tuple[str, int], passed: bool = True) -> Test:
        return Test(f"tests/{name}", seconds, passed, frozenset(lines))

    tests = {
        "slow.py": [of("slow.py::a", 9.0, line), of("slow.py::b", 1.0, line)],
        "quick.py": [of("quick.py::a", 0.5, line), of("quick.py::b", 0.1, other)],
        "broken.py": [of("broken.py::a", 0.1, line, passed=False)],
    }
    mutant = Mutant("room/code.py", 0, 0, 7, (7, 7))
    found = trial(mutant, tests, 5.0)
    assert [[test.name for test in own] for own in found.tests] == [["tests/quick.py::a"], ["tests/slow.py::b"]]
    assert found.left_out == 1
    assert trial(mutant, tests, 5.0, {"tests/quick.py::a"}).tests[0][0].name == "tests/slow.py::b"
    own = {**tests, "own.py": [of("room/test_its_code.py::a", 4.5, line), of("other/test_code.py::a", 4.6, line)]}
    assert trial(mutant, own, 5.0).tests[0][0].name == "tests/room/test_its_code.py::a"
    whole = trial(mutant._replace(lines=MODULE), tests, 50.0)
    assert sum(map(len, whole.tests)) == 4
    assert not trial(mutant._replace(lines=(8, 9)), tests, 50.0).tests


def test_those_that_few_tests_run() -> None:
    from trying import numbers_of_tests

    line, other = ("room/code.py", 7), ("room/code.py", 8)
    tests = {
        "a.py": [Test("a.py::a", 9.0, True, frozenset({line, other})), Test("a.py::b", 1.0, True, frozenset({line}))],
        "b.py": [Test("b.py::a", 0.1, False, frozenset({line, other}))],
    }
    one = Mutant("room/code.py", 0, 0, 7, (7, 7))
    mutants = [one, one._replace(lines=(7, 8)), one._replace(lines=(8, 8)), one._replace(lines=(9, 9)),
               one._replace(lines=MODULE)]  # fmt: skip
    assert [(found.lines, count) for found, count in numbers_of_tests(mutants, tests)] == [
        ((7, 7), 2), ((7, 8), 2), ((8, 8), 1), ((9, 9), 0),
    ]  # fmt: skip


def versions(folder: Path) -> Versions:
    """As another call finds them."""
    return Versions(folder / "versions.gz", folder / "source")


def test_what_was_measured_holds_until_the_file_changes(tmp_path: Path) -> None:
    """Lines of the package may move meanwhile; those that are written anew count for what ran the old ones there."""
    (tmp_path / "test_x.py").write_text("")
    (tmp_path / "source").mkdir()
    code = tmp_path / "source" / "a.py"
    code.write_text("one\ntwo\nthree\nfour\n")
    (tmp_path / "source" / "b.py").write_text("other\n")
    tests = [Test("test_x.py::a", 0.5, True, frozenset({("a.py", 1), ("a.py", 3), ("b.py", 1)}))]
    keep(tmp_path / "kept.gz", tmp_path, "test_x.py", tests, versions(tmp_path))
    assert read(tmp_path / "kept.gz", tmp_path, versions(tmp_path)) == {"test_x.py": tests}
    for text, lines in (
        ("new\none\ntwo\nthree\nfour\n", {2, 4}),
        ("one\nthree\nfour\n", {1, 2}),
        ("one\ntwo\nother\nmore\nfour\n", {1, 3, 4}),
        ("two\nfour\n", set()),
        ("one\ntwo\nthree\nfour\n", {1, 3}),
    ):
        code.write_text(text)
        [found] = read(tmp_path / "kept.gz", tmp_path, versions(tmp_path))["test_x.py"]
        assert found.ran == {("b.py", 1), *(("a.py", line) for line in lines)}
    code.unlink()
    [found] = read(tmp_path / "kept.gz", tmp_path, versions(tmp_path))["test_x.py"]
    assert found.ran == {("b.py", 1)}
    (tmp_path / "test_x.py").write_text("changed")
    assert read(tmp_path / "kept.gz", tmp_path, versions(tmp_path)) == {}


def work(job: str, folder: Path) -> str:
    if job == "endless":
        time.sleep(60)
    if job == "dies":
        os.kill(os.getpid(), signal.SIGTERM)
    if job == "fails":
        raise ValueError
    (folder / "left").touch()
    return f"{job} done"


def test_processes_end_as_they_end() -> None:
    from forking import forked

    ended = {one.job: one for one in forked(["a", "endless", "dies", "fails", "b"], work, 2, lambda job: 2.0)}
    assert {job: one.said for job, one in ended.items()} == {
        "a": "a done", "b": "b done", "endless": "", "dies": "", "fails": "",
    }  # fmt: skip
    assert [ended[job].status != 0 for job in ("a", "b", "endless", "dies", "fails")] == [
        False,
        False,
        True,
        True,
        True,
    ]


@pytest.mark.parametrize(("file", "text"), known_mutants())
def test_what_is_known_is_still_there(file: str, text: str) -> None:
    """Looked for where the statement stands that it changes."""
    changed = text.splitlines()[0].removeprefix("-").strip()
    statements = [
        node for node in ast.walk(ast.parse((SOURCE / file).read_text("utf-8"))) if isinstance(node, ast.stmt)
    ]
    lines = {
        line
        for node in statements
        if ast.unparse(node).splitlines()[0] == changed
        for line in range(node.lineno, (node.body[0].lineno if hasattr(node, "body") else node.end_lineno) + 1)
    }
    assert text in {difference(SOURCE, one) for one in mutants_of(SOURCE, file) if one.line in lines}
