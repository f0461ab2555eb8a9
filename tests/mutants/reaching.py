"""Which tests run which lines of the package, how long they take, and whether they pass as things are.

Measured once, each test file (of long ones each part) in a process of its own, and kept in a file; a test file that has
changed since is measured again, and lines of the package that have moved since are found again (`versions.py`). Only
what passes here without a mistake can notice one here. What runs when a file is imported is not counted: which test
comes first there is chance.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

import pytest
from versions import Versions, digest

WATCHED = 50  # calls of a function that run no new line, after which a test's other ones are not watched (Python 3.11)


class Test(NamedTuple):
    """A test, as it went without a mistake."""

    __test__ = False  # for pytest

    name: str  # pytest's: "tests/cells/test_x.py::test_y[lstm]"
    seconds: float  # of the processor, of this process and of those that it has started
    passed: bool
    ran: frozenset[tuple[str, int]]  # lines in functions, by file below the package


class Part(NamedTuple):
    """Every so many tests of a file."""

    file: str
    number: int
    of: int


class Watch:
    """A plugin of pytest that runs a part and writes down of every test what `Test` says."""

    def __init__(self, source: Path, rooms: Sequence[str], part: Part) -> None:
        self.source, self.rooms = f"{source}/", tuple(f"{source}/{room}/" for room in rooms)
        self.part = part
        self.tests: list[Test] = []
        self.passed: dict[str, bool] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = items[self.part.number :: self.part.of]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        before = sum(os.times()[:4])
        with ran(self.rooms) as lines:
            yield
        seconds = sum(os.times()[:4]) - before
        passed = self.passed.pop(item.nodeid, False)
        below = frozenset((path.removeprefix(self.source), line) for path, line in lines)
        self.tests.append(Test(item.nodeid, round(seconds, 3), passed, below))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.passed[report.nodeid] = self.passed.get(report.nodeid, True) and report.passed


@contextmanager
def ran(folders: tuple[str, ...]) -> Iterator[set[tuple[str, int]]]:
    """The lines in functions of files below some folders that run meanwhile, in any thread."""
    found: set[tuple[str, int]] = set()

    def counts(code: CodeType) -> bool:
        return bool(code.co_flags & CO_OPTIMIZED) and code.co_filename.startswith(folders)

    if sys.version_info >= (3, 12):
        watching: Any = sys.monitoring
        tool = watching.PROFILER_ID

        def line(code: CodeType, number: int) -> object:
            if counts(code):
                found.add((code.co_filename, number))
            return watching.DISABLE  # until the events are started again

        watching.use_tool_id(tool, "mutants")
        watching.register_callback(tool, watching.events.LINE, line)
        watching.set_events(tool, watching.events.LINE)
        watching.restart_events()
        try:
            yield found
        finally:
            watching.set_events(tool, 0)
            watching.free_tool_id(tool)
    else:
        calls: dict[CodeType, int] = {}  # that are still watched

        def inside(frame: FrameType, event: str, argument: object) -> Any:
            code = frame.f_code
            if (one := (code.co_filename, frame.f_lineno)) not in found:
                found.add(one)
                calls[code] = WATCHED
            return inside

        def call(frame: FrameType, event: str, argument: object) -> Any:
            code = frame.f_code
            if (left := calls.get(code)) is None:
                left = WATCHED if counts(code) else 0
            calls[code] = max(0, left - 1)
            return inside if left else None

        threading.settrace(call)
        sys.settrace(call)
        try:
            yield found
        finally:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]


def measured(source: Path, rooms: Sequence[str], tests: Path, part: Part, folder: Path) -> list[Test]:
    """Runs a part of a test file, in this process; what tests write goes into `folder`."""
    watch = Watch(source, rooms, part)
    options = ["-q", "-p", "no:cacheprovider", "--basetemp", str(folder / "tmp")]
    pytest.main([*options, str(tests / part.file)], plugins=[watch])
    return watch.tests


def written(tests: Iterable[Test]) -> str:
    """As JSON: lines stand in it once, and tests have their numbers."""
    every = [*tests]
    lines = sorted({one for test in every for one in test.ran})
    number = {one: k for k, one in enumerate(lines)}
    return json.dumps([lines, [[*test[:3], sorted(number[one] for one in test.ran)] for test in every]])


def parsed(text: str) -> list[Test]:
    """What `written` wrote."""
    lines, tests = json.loads(text)
    every = [(where, line) for where, line in lines]
    return [Test(name, s, passed, frozenset(every[k] for k in numbers)) for name, s, passed, numbers in tests]


def keep(path: Path, tests: Path, file: str, found: Sequence[Test], versions: Versions) -> None:
    """Adds a test file to what `read` reads."""
    of = versions.of(place for test in found for place in test.ran)
    with gzip.open(path, "at", encoding="utf-8") as kept:
        kept.write(json.dumps([file, digest(tests / file), written(found), of]) + "\n")


def read(path: Path, tests: Path, versions: Versions) -> dict[str, list[Test]]:
    """What was measured of test files that have not changed since, with the lines where they are now."""
    found: dict[str, list[Test]] = {}
    if path.exists():
        with gzip.open(path, "rt", encoding="utf-8") as kept:
            for file, said, text, *of in map(json.loads, kept):  # of: not there where an earlier tool measured
                if (tests / file).exists() and digest(tests / file) == said:
                    changed = versions.changed(of[0] if of else {})
                    found[file] = [one._replace(ran=versions.as_now(one.ran, changed)) for one in parsed(text)]
    return found
