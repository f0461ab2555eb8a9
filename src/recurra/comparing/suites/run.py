"""A suite carried out: for each try and each problem one comparison of the networks that have not solved it yet.

folder/request.json          the request; --resume must repeat it
folder/PROBLEM/try-1/        the comparison of all networks on one problem, as comparing/run.py keeps it
folder/PROBLEM/try-2/        the same with another learning rate or seed, of the networks that have not solved it
folder/suite.json            the result, of what has been tried until now
folder/suite.html            the same as a page
folder/suite.svg             its picture
"""

from __future__ import annotations

import json
import time

from recurra.comparing.replaced import settled
from recurra.comparing.run import check_time, is_start, refuse_taken, remove_untrained, run_comparison
from recurra.comparing.suites.request import SuiteRequest, with_recorded_time, write_down
from recurra.comparing.suites.result import Outcomes, SuiteResult
from recurra.files import atomic_write, plain_errors_within
from recurra.tasks.task import Emit
from recurra.training import Note, locked

RESULT, PAGE, PICTURE = "suite.json", "suite.html", "suite.svg"


def run_suite(request: SuiteRequest, emit: Emit) -> SuiteResult:
    """Trains the runs that have not finished yet, and puts all of them beside what theory says.

    Raises:
        UsageError: too little time.
        RunError: the folder is in use or not empty, or --resume finds no suite or another one.
        KeyboardInterrupt: after Ctrl-C; finished runs are kept, and the current one can be resumed.
    """
    least, fewer = request.suite.least_seconds, "or fewer --cells, --tasks or --attention"
    check_time(request.seconds, request.pairs, least, fewer)
    with plain_errors_within(request.folder), settled(request.folder, RESULT, is_start, force=request.force):
        return _trained(request, emit)


def _trained(request: SuiteRequest, emit: Emit) -> SuiteResult:
    if request.resume:
        request = with_recorded_time(request)
    else:
        refuse_taken(request.folder)
    with locked(request.folder):
        if not request.resume:
            remove_untrained(request.folder)
        write_down(request)
        return _all_tried(request, emit)


def _all_tried(request: SuiteRequest, emit: Emit) -> SuiteResult:
    outcomes = Outcomes(request)
    left = request.runs
    for one in request.tries:
        for problem in request.problems:
            networks = outcomes.unsolved(problem)
            if networks:
                emit(Note(f"{problem.title}, try {one.number}: {problem.about}"))
                comparison = request.comparison(problem, networks, one, seconds_per_run(request, left))
                run_comparison(comparison, emit)
                outcomes.add(problem, one, comparison)
                publish(request, outcomes)
            left -= len(request.networks)
    emit(Note(f"the suite as a page: {request.folder / PAGE}"))
    return outcomes.result()


def publish(request: SuiteRequest, outcomes: Outcomes) -> None:
    """Writes what has been found until now."""
    found = outcomes.result()
    atomic_write(request.folder / RESULT, json.dumps(found.to_mapping(), ensure_ascii=False).encode())
    atomic_write(request.folder / PAGE, found.page().encode())
    atomic_write(request.folder / PICTURE, found.svg().encode())


def seconds_per_run(request: SuiteRequest, left: int) -> float | None:
    """An equal share of the time that is left for so many runs; None where passes are counted.

    A resumed suite has all of its time anew: what its finished runs need is nothing.
    """
    if request.seconds is None:
        return None
    spent = time.monotonic() - request.started
    return max(request.suite.least_seconds, (request.seconds - spent) / left)
