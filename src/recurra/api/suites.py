"""Suites: built-in problems, tried by many networks."""

from __future__ import annotations

import sys
import time as clock
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from recurra.api.arguments import checked, refuse_both, values_of
from recurra.api.asked import typed_command
from recurra.comparing.suites import SuiteRequest, SuiteResult, chosen, run_suite, suite_named
from recurra.errors import UsageError, called_from_python
from recurra.progress import shown_comparison
from recurra.training import Budget, Emit, parse_time, threads, to_all


@called_from_python()
def compare_suite(
    suite: str,
    *,
    cells: Sequence[str] = (),
    tasks: Sequence[str] = (),
    attention: Sequence[str] = (),
    seeds: int = 1,
    epochs: float | None = None,
    time: str | None = None,
    to: str | Path | None = None,
    resume: bool = False,
    force: bool = False,
    progress: bool | None = None,
    listeners: Sequence[Emit] = (),
    started: float | None = None,
) -> SuiteResult:
    """Trains the networks of a suite on its problems, and puts the results beside what theory says.

    Args:
        suite: its name: "automata".
        cells: which of its cells; all if nothing is given. "elman" is the Elman cell with each of its activations.
        tasks: which of its problems; all if nothing is given.
        attention: "none" or "attention" for the networks without or with it; both if nothing is given.
        seeds: runs of each network on each problem with each learning rate, of which the best counts.
        epochs: passes over the training examples instead of those that each problem has.
        time: limit for the whole; the passes of the problems, however long they take, if None.
        to: the folder; "<name of the suite>-suite" if None.
        resume: go on with the suite in `to`; finished runs are kept.
        force: start anew in a folder that holds a suite.
        progress: whether it is shown; in a terminal and a notebook, and nowhere else, if None.
        listeners: called with every event of every run.
        started: when the command began, on time.monotonic's clock; now if None.

    Raises:
        UsageError, RunError: before the first training step wherever possible.
        KeyboardInterrupt: after Ctrl-C; finished runs are kept.
    """
    how = checked({"seeds": seeds, "epochs": epochs, "time": time, "to": to, "resume": resume, "force": force})
    refuse_both(how)
    if (seeds := how.get("seeds", 1)) < 1:
        raise UsageError(f"seeds must be at least 1, got {seeds}")
    seconds = parse_time(how["time"]) if "time" in how else None
    if "epochs" in how or seconds is not None:
        Budget(seconds, how.get("epochs"))  # refuses both together, and what is no number of epochs
    found = suite_named(suite)
    named = {"cells": cells, "tasks": tasks, "attention": attention}
    problems, networks = chosen(found, *([str(one) for one in values_of(name, said)] for name, said in named.items()))
    if "epochs" in how:
        problems = [replace(problem, epochs=float(how["epochs"])) for problem in problems]
    request = SuiteRequest(
        found,
        problems,
        networks,
        seeds,
        Path(how.get("to", f"{suite}-suite")),
        seconds,
        how.get("resume", False),
        typed_command(sys.argv),
        clock.monotonic() if started is None else started,
        how.get("force", False),
    )
    with threads(1), shown_comparison(progress) as show:
        return run_suite(request, to_all([*listeners, show]))
