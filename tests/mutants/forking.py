"""Work in forked processes, some at a time: each begins with what this one has loaded, and cannot harm it."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

J = TypeVar("J")
MEMORY = 8 * 2**30  # bytes that one may take: a mistake can make a loop that fills all there is


class Done(NamedTuple, Generic[J]):
    """How a process went."""

    job: J
    status: int  # 0 if it came to its end
    said: str  # what it returned


def forked(
    jobs: Iterable[J], work: Callable[[J, Path], str], workers: int, longest: Callable[[J], float]
) -> Iterator[Done[J]]:
    """Each job with how it went, as they end.

    Args:
        work: also gets an empty folder, which is removed afterwards.
        longest: seconds after which a job is ended.
    """
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        running: dict[int, tuple[J, Path, float]] = {}
        left = enumerate(jobs)
        try:
            while True:
                while len(running) < workers and (found := next(left, None)) is not None:
                    folder = Path(scratch) / str(found[0])
                    folder.mkdir()
                    until = time.monotonic() + longest(found[1])
                    running[begin(found[1], work, folder)] = found[1], folder, until
                if not running:
                    return
                child, status = os.waitpid(-1, os.WNOHANG)
                if child in running:
                    job, folder, _ = running.pop(child)
                    end(child)  # whatever it has started
                    said = folder / "said"
                    yield Done(job, status, said.read_text("utf-8") if said.exists() else "")
                    shutil.rmtree(folder, ignore_errors=True)
                elif not child:
                    for late in [child for child, (*_, until) in running.items() if time.monotonic() > until]:
                        end(late)
                    time.sleep(0.02)
        finally:
            for child in running:
                end(child)


def begin(job: J, work: Callable[[J, Path], str], folder: Path) -> int:
    """Starts a process, in a group of its own and silent, that does the work and ends: its number."""
    if child := os.fork():
        with suppress(PermissionError):  # it was quicker
            os.setpgid(child, child)
        return child
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # as tests expect it
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, most))
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)
    status = 1
    try:
        said = work(job, folder)
        (folder / "said").write_text(said, "utf-8")
        status = 0
    finally:
        os._exit(status)


def end(child: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)


def one_thread() -> None:
    """Tells every library, before it is loaded, to use one thread and no GPU."""
    names = ("OMP", "MKL", "OPENBLAS", "RAYON", "POLARS_MAX", "NUMEXPR")
    settings: dict[str, Any] = {f"{name}_NUM_THREADS": "1" for name in names}
    os.environ.update(settings, POLARS_MAX_THREADS="1", TOKENIZERS_PARALLELISM="false", CUDA_VISIBLE_DEVICES="")
