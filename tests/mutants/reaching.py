"""Which tests enter which functions of the package, how long they take, and whether they pass as things are.

Measured once, each test file in a process of its own, and kept in a file; a test file that has changed since is
measured again. Only what passes here without a mistake can notice one here.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import pytest


class Test(NamedTuple):
    """A test, as it went without a mistake."""

    __test__ = False  # for pytest

    name: str  # pytest's: "tests/cells/test_x.py::test_y[lstm]"
    seconds: float
    passed: bool
    entered: frozenset[tuple[str, int]]  # functions by file below the package and first line


class Reached(NamedTuple):
    """A test file and its tests."""

    file: str  # below the folder of tests
    digest: str
    tests: list[Test]


class Watch:
    """A plugin of pytest that writes down of every test what `Test` says."""

    def __init__(self, source: Path, rooms: Sequence[str]) -> None:
        self.source, self.rooms = f"{source}/", tuple(f"{source}/{room}/" for room in rooms)
        self.tests: list[Test] = []
        self.outcomes: dict[str, tuple[float, bool]] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        with entered(self.rooms) as codes:
            yield
        functions = {(code.co_filename.removeprefix(self.source), code.co_firstlineno) for code in codes}
        seconds, passed = self.outcomes.pop(item.nodeid, (0.0, False))
        self.tests.append(Test(item.nodeid, round(seconds, 3), passed, frozenset(functions)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        seconds, passed = self.outcomes.get(report.nodeid, (0.0, True))
        self.outcomes[report.nodeid] = (seconds + report.duration, passed and report.passed)


@contextmanager
def entered(folders: tuple[str, ...]) -> Iterator[set[CodeType]]:
    """The functions of files below some folders that are entered meanwhile, in any thread."""
    found: set[CodeType] = set()

    def note(code: CodeType) -> None:
        if code.co_filename.startswith(folders):
            found.add(code)

    if sys.version_info >= (3, 12):
        watching: Any = sys.monitoring
        tool = watching.PROFILER_ID

        def started(code: CodeType, offset: int) -> object:
            note(code)
            return watching.DISABLE  # until the events are started again

        watching.use_tool_id(tool, "mutants")
        watching.register_callback(tool, watching.events.PY_START, started)
        watching.set_events(tool, watching.events.PY_START)
        watching.restart_events()
        try:
            yield found
        finally:
            watching.set_events(tool, 0)
            watching.free_tool_id(tool)
    else:

        def trace(frame: Any, event: str, argument: object) -> None:
            note(frame.f_code)

        threading.settrace(trace)
        sys.settrace(trace)
        try:
            yield found
        finally:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]


def measured(source: Path, rooms: Sequence[str], tests: Path, file: str, folder: Path) -> Reached:
    """Runs a test file, in this process; what tests write goes into `folder`."""
    watch = Watch(source, rooms)
    pytest.main(["-q", "-p", "no:cacheprovider", "--basetemp", str(folder / "tmp"), str(tests / file)], plugins=[watch])
    return Reached(file, digest(tests / file), watch.tests)


def digest(path: Path) -> str:
    """Of a test file's content."""
    return sha256(path.read_bytes()).hexdigest()[:16]


def written(reached: Reached) -> str:
    """A line of the file: functions stand in it once, and tests have their numbers."""
    functions = sorted({one for test in reached.tests for one in test.entered})
    number = {one: k for k, one in enumerate(functions)}
    tests = [[t.name, t.seconds, t.passed, sorted(number[one] for one in t.entered)] for t in reached.tests]
    return json.dumps([reached.file, reached.digest, functions, tests], separators=(",", ":")) + "\n"


def parsed(line: str) -> Reached:
    """What `written` wrote."""
    file, said, functions, tests = json.loads(line)
    every = [(where, first) for where, first in functions]
    return Reached(file, said, [Test(n, s, p, frozenset(every[k] for k in numbers)) for n, s, p, numbers in tests])


def read(path: Path, tests: Path) -> dict[str, Reached]:
    """What was measured of files that have not changed since."""
    kept = map(parsed, path.read_text("utf-8").splitlines() if path.exists() else [])
    return {one.file: one for one in kept if (tests / one.file).exists() and digest(tests / one.file) == one.digest}
