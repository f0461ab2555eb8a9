"""One mutant and the tests that could notice it."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import NamedTuple

import pytest
from mistakes import MODULE, Mutant, made
from reaching import Test

CHUNK = 4.0  # seconds of tests before the next files are collected
LAWS = ("test_frozen_records.py",)  # about what stands outside of functions, of which they run nothing
PATIENCE = 5.0  # times as long as without the mistake, and so many seconds more: an endless loop


class Trial(NamedTuple):
    """A mutant and what is run against it."""

    mutant: Mutant
    tests: Sequence[Sequence[Test]]  # by file, in the order in which they are run
    left_out: int  # tests that could notice it and did not fit into the seconds allowed


class Verdict(NamedTuple):
    """Whether a mutant was noticed."""

    noticed: bool
    by: str  # the first test that failed; why else it counts as noticed; ""
    tests: int  # that were to be run
    left_out: int


def trial(
    mutant: Mutant, tests: Mapping[str, Sequence[Test]], seconds: float, distrusted: Collection[str] = ()
) -> Trial:
    """The tests that run the mutant's statement, as many as fit into `seconds`: first those of the file that is named
    like the mutant's, then whole files, the shortest first.

    What stands outside of functions (a constant, a default, a table) is used by whoever runs a function of that file,
    or, where there is none, of that room; and some tests are about that alone.
    """
    every = [[test for test in own if test.passed and test.name not in distrusted] for own in tests.values()]
    files = [[test for test in own if runs(test, mutant)] for own in every]
    if mutant.lines == MODULE and not any(files):
        room = mutant.path.split("/")[0] + "/"
        files = [[test for test in own if any(path.startswith(room) for path, _ in test.ran)] for own in every]
    if mutant.lines == MODULE:
        files += [test for test in every if test and test[0].name.split("::")[0].endswith(LAWS) and test not in files]
    chosen: list[list[Test]] = []
    spent, left_out = 0.0, 0
    for own in sorted(filter(None, files), key=lambda own: (not mirrors(own, mutant), total(own))):
        kept: list[Test] = []
        for test in sorted(own, key=lambda test: test.seconds):
            if spent + test.seconds <= seconds or not (chosen or kept):
                spent += test.seconds
                kept.append(test)
            else:
                left_out += 1
        if kept:
            chosen.append(kept)
    return Trial(mutant, chosen, left_out)


def runs(test: Test, mutant: Mutant) -> bool:
    if mutant.lines == MODULE:
        return any(path == mutant.path for path, _ in test.ran)
    first, last = mutant.lines
    return any((mutant.path, line) in test.ran for line in range(first, last + 1))


def numbers_of_tests(mutants: Sequence[Mutant], tests: Mapping[str, Sequence[Test]]) -> Iterator[tuple[Mutant, int]]:
    """Mutants within functions, each with how many tests that pass run its statement."""
    by_line: dict[tuple[str, int], set[str]] = {}
    for test in (test for own in tests.values() for test in own if test.passed):
        for place in test.ran:
            by_line.setdefault(place, set()).add(test.name)
    for one in mutants:
        if one.lines != MODULE:
            first, last = one.lines
            yield one, len(set().union(*(by_line.get((one.path, line), ()) for line in range(first, last + 1))))


def mirrors(tests: Sequence[Test], mutant: Mutant) -> bool:
    """Whether the file of these tests is about the mutant's: tests/training/test_run.py about training/run.py."""
    path, own = Path(tests[0].name.split("::")[0]), Path(mutant.path)
    return path.parts[1] == own.parts[0] and path.stem.endswith(own.stem)


def total(tests: Sequence[Test]) -> float:
    return sum(test.seconds for test in tests)


def tried(one: Trial, source: Path, folder: Path) -> str:
    """Runs the tests on the mutant, in this process, until one fails: which, or ""."""
    put_in_place(made(source, one.mutant), source / one.mutant.path)
    failed = FirstFailure()
    for chunk in chunks(one.tests):
        names = {test.name for tests in chunk for test in tests}
        files = [tests[0].name.split("::")[0] for tests in chunk]
        signal.setitimer(signal.ITIMER_PROF, patience(chunk))  # of the processor: others may keep it busy
        status = pytest.main(
            ["-x", "-q", "-p", "no:cacheprovider", "--basetemp", str(folder / "tmp"), *files],
            plugins=[Only(names), failed],
        )
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            return failed.name or f"pytest ended with {pytest.ExitCode(status).name}"
    signal.setitimer(signal.ITIMER_PROF, 0)
    return ""


def patience(files: Sequence[Sequence[Test]]) -> int:
    """Seconds of the processor that these tests may take."""
    return int(20 + PATIENCE * sum(map(total, files)))


def put_in_place(tree: object, path: Path) -> None:
    """From now on the tree is imported in place of the file."""
    usual = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        if Path(self.path) == path:
            return compile(tree, self.path, "exec")  # type: ignore[arg-type]
        return usual(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


def chunks(files: Sequence[Sequence[Test]]) -> Iterator[list[Sequence[Test]]]:
    """Files whose tests are run together, longer and longer."""
    chunk: list[Sequence[Test]] = []
    limit = CHUNK
    for tests in files:
        chunk.append(tests)
        if sum(map(total, chunk)) > limit:
            yield chunk
            chunk, limit = [], 3 * limit
    if chunk:
        yield chunk


class Only:
    """A plugin of pytest: these tests alone, files in the order in which they are named."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self.names]


class FirstFailure:
    """A plugin of pytest: which test failed."""

    name = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.name:
            self.name = report.nodeid


def verdict(one: Trial, status: int, said: str) -> Verdict:
    """What the end of the process says."""
    count = sum(map(len, one.tests))
    if status:
        how = "endless" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF else "the process ended"
        return Verdict(True, how, count, one.left_out)
    return Verdict(bool(said), said, count, one.left_out)
