"""What holds for all tests. Its place makes this folder importable: tests in every room may `import laws`."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import started_chromium

HERE = Path(__file__).parent
# What trains, searches or starts processes for seconds, and the rooms above training: `make quick` leaves it out.
SLOW = (
    *("api", "bad_inputs", "cli", "comparing", "demos", "end_to_end", "inside", "mutants", "serving", "sklearn"),
    *("tasks", "views", "watching", "test_bundle.py", "test_docs.py", "test_shown_by_stored_models.py"),
    *("decoding/test_proof.py", "decoding/test_recorded.py"),
)
# Whole documents, servers, trainings and damage at random, which take as long as all the rest: `make test` leaves it
# out, and what is looked at in a browser (the fixture chromium). CI runs it.
LONG = (
    *("cli/test_watch_command.py", "comparing/test_suite_runs.py", "end_to_end/test_every_operation.py"),
    *("end_to_end/test_followed_runs.py", "end_to_end/test_killed_runs.py", "end_to_end/test_toy_tasks.py", "fuzz/"),
    *("layers/test_torch_tools.py", "serving/test_process.py", "serving/test_schema_fuzz.py", "test_lecture.py"),
    *("tasks/test_forecast_trials.py", "test_readme.py"),
)

# One thread for this process and for those that tests start: tests run in several processes at once (make test), and
# sums come out the same on every machine. Before torch and tokenizers are loaded, which read it once.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
# Many tests compare bits, which two runs on a GPU need not have in common: what holds there, `make gpu` tests.
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
# Processes that tests start keep the bytecode that they compile, as those of users do: a quarter of a short command. So
# does this one: pytest rewrites the assertions of all modules, which takes ten seconds where it is not kept.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
gc.disable()  # until all tests are collected

# Whoever starts tests in the background may have told them to ignore Ctrl-C and hang-ups; tests send these themselves.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, number):  # Windows has no SIGHUP
            signal.signal(getattr(signal, number), signal.SIG_DFL)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are not shown: what gzip writes holds the time, and all processes must call a test the same."""
    return argname if isinstance(val, bytes) else None


def marks_of(path: Path) -> set[str]:
    """The marks that all tests of a file have."""
    if not path.is_relative_to(HERE) or path == HERE:
        return set()
    place = path.relative_to(HERE)
    is_long, is_slow = (any(map(place.is_relative_to, names)) for names in (LONG, SLOW))
    return {mark for mark, has in (("long", is_long), ("slow", is_long or is_slow)) if has}


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Files that are left out whole are not imported either, which takes as long as hundreds of tests."""
    left_out = {f"not {mark}" for mark in marks_of(collection_path)}
    return True if config.getoption("markexpr") in left_out else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        shown = {"long", "slow"} if "chromium" in getattr(item, "fixturenames", ()) else set()
        for mark in sorted(shown | marks_of(item.path)):
            item.add_marker(mark)


def pytest_collection_finish() -> None:
    """Modules and tests stay until the end: whenever garbage is collected, they need not be gone through again."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True, scope="session")
def no_time_for_trials() -> None:
    """How fast a step is decides little here: of so many epochs it is measured as shortly as it can be."""
    import recurra.training.planning

    recurra.training.planning.SHORT_TRIAL = 0.0
    recurra.training.planning.MAX_TRIAL = 0.1


@pytest.fixture(autouse=True, scope="session")
def disk_that_is_not_waited_for() -> Iterator[None]:
    """Nothing that a test writes has to survive a power cut. A training waits for the disk some seventy times."""
    synced, os.fsync = os.fsync, lambda handle: None
    yield
    os.fsync = synced


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser of the system, started once."""
    with started_chromium() as browser:
        yield browser
