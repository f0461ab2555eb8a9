"""Mutants in forked workers: each is answered or refused within its time and its memory, or it is kept.

A target makes mutant number N of a seed in an empty folder and yields what is tried with it, step by step. A step may
return or raise a RecurraError; anything else is a failure: another exception, more than its seconds of computing (the
same on a busy machine) or PATIENCE times as many of waiting, more memory than it may beyond what the process had, the
death of the process. Chance comes from (seed, number) alone, so a failure can be repeated by these two numbers. A step
that does many things returns a Counter of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from typing import NamedTuple

from recurra.errors import RecurraError

SECONDS = 10
PATIENCE = 30
MEMORY = 1 << 30  # bytes
CHUNK = 100  # mutants of one process

Step = tuple[str, Callable[[], object]]  # what is tried, in words, and the trying


class Target(NamedTuple):
    """What is fuzzed."""

    name: str
    steps: Callable[[Random, Path], Iterable[Step]]  # makes the mutant in the folder
    prepare: Callable[[], object]  # what all processes need: imports, seeds
    seconds: int = SECONDS  # that a step may take
    memory: int = MEMORY  # bytes of addresses beyond what the process had before


class Failure(NamedTuple):
    """What a mutant has brought about."""

    number: int
    step: str
    error: str


@dataclass
class Report:
    """What has become of all mutants."""

    mutants: int = 0
    outcomes: Counter[str] = field(default_factory=Counter[str])  # answered, refused, failed: steps
    counts: Counter[str] = field(default_factory=Counter[str])  # what steps have counted
    failures: list[Failure] = field(default_factory=list[Failure])
    slowest: float = 0.0  # seconds of a step


def fuzz(target: Target, seed: int, numbers: Iterable[int], *, workers: int = 1, until: float | None = None) -> Report:
    """All mutants of these numbers.

    Args:
        workers: processes at a time.
        until: on the monotonic clock; none is begun after it.
    """
    target.prepare()
    report, left = Report(), iter(numbers)
    running: dict[int, tuple[Path, list[int]]] = {}
    again: list[list[int]] = []
    while True:
        over = until is not None and time.monotonic() > until
        while len(running) < workers and not over:
            chunk = again.pop() if again else list(islice(left, CHUNK))
            if not chunk:
                break
            log = Path(tempfile.mkstemp(prefix="recurra-fuzz-")[1])
            running[_forked(target, seed, chunk, log)] = log, chunk
        if not running:
            return report
        pid, status = os.wait()
        log, chunk = running.pop(pid)
        if rest := _counted(report, target, log, chunk, os.waitstatus_to_exitcode(status)):
            again.append(rest)
        log.unlink()


def _forked(target: Target, seed: int, numbers: list[int], log: Path) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        with log.open("w", buffering=1, encoding="utf-8") as said, _silent():
            _limit_memory(target.memory)
            for number in numbers:
                for line in _mutant(target, seed, number):
                    said.write(json.dumps(line) + "\n")
    except BaseException:
        log.write_text(json.dumps({"harness": traceback.format_exc()}) + "\n", encoding="utf-8")
    finally:
        os._exit(0)


def _mutant(target: Target, seed: int, number: int) -> Iterator[dict[str, object]]:
    """Tries one mutant; says what it begins, and how that ended."""
    folder = Path(tempfile.mkdtemp(prefix="recurra-mutant-"))
    try:
        yield {"number": number, "step": "made"}
        for step, attempt in target.steps(random_of(seed, number), folder):
            yield {"number": number, "step": step}
            began = time.process_time()
            limit(target.seconds)
            outcome, error, counts = attempted(attempt)
            limit(0)
            yield {"outcome": outcome, "error": error, "counts": counts, "seconds": time.process_time() - began}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def limit(seconds: float) -> None:
    """Ends this process after so many seconds of computing, or PATIENCE times as many of waiting; 0: not."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE * seconds)


def random_of(seed: int, number: int) -> Random:
    """The chance of one mutant."""
    return Random(f"{seed}/{number}")


def attempted(attempt: Callable[[], object]) -> tuple[str, str, Counter[str]]:
    """How a step ended, with which error, and what it has counted."""
    try:
        found = attempt()
    except RecurraError as error:
        str(error)
        return "refused", "", Counter()
    except BaseException as error:  # what is looked for
        ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "/src/recurra/" in frame.filename]
        place = f"{ours[-1].filename.rpartition('/src/recurra/')[2]}:{ours[-1].lineno}" if ours else "no code of ours"
        return "failed", f"{type(error).__name__}: {str(error)[:200]!r} in {place}", Counter()
    return "answered", "", found if isinstance(found, Counter) else Counter()


def _counted(report: Report, target: Target, log: Path, numbers: list[int], code: int) -> list[int]:
    """Adds what a worker said to the report; gives the mutants that it did not come to."""
    number, step = numbers[0], "made"
    for line in map(json.loads, log.read_text(encoding="utf-8").splitlines()):
        if "harness" in line:
            raise RuntimeError(f"mutant {number}, {step}: {line['harness']}")
        if "number" in line:
            report.mutants += line["number"] != number or line["step"] == "made" == step
            number, step = line["number"], line["step"]
            continue
        report.outcomes[line["outcome"]] += 1
        report.counts.update(line["counts"])
        report.slowest = max(report.slowest, line["seconds"])
        if line["outcome"] == "failed":
            report.failures.append(Failure(number, step, line["error"]))
    if code == 0:
        return []
    waited = target.seconds * PATIENCE
    late = {-signal.SIGPROF: f"longer than {target.seconds} s", -signal.SIGALRM: f"waited longer than {waited} s"}
    why = late.get(code, f"the process died ({code})")
    report.failures.append(Failure(number, step, why))
    return [other for other in numbers if other > number]


def _limit_memory(more: int) -> None:
    """What the process has now, and so much more."""
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """What recurra says meanwhile is not looked at."""
    warnings.simplefilter("ignore")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    yield
