"""All runs of a comparison, one after the other, in one folder.

folder/request.json         the request; --resume must repeat it
folder/NAME-seed-1/         the model of each run
folder/NAME-seed-1.json     its result, example by example, once it has finished
folder/comparison.json      the comparison
folder/comparison.html      the same as a page
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from recurra.comparing.comparison import Comparison, summarise
from recurra.comparing.record import REQUEST, check_same, recorded
from recurra.comparing.replaced import settled
from recurra.comparing.request import ComparisonRequest
from recurra.comparing.trial import (
    TestExamples,
    Trial,
    TrialResult,
    finished_result,
    run_trial,
    store,
    stored_result,
)
from recurra.data import HasLine, open_examples, spool
from recurra.errors import RunError, UsageError
from recurra.files import atomic_write, is_leftover, outermost_missing, plain_errors_within
from recurra.locks import LOCK
from recurra.metrics import value_text
from recurra.metrics.examples import PERCENT, shares
from recurra.options import unknown_name
from recurra.tasks.fit import Request, opened, removed_on_refusal
from recurra.tasks.fitted_once import FittedOnce
from recurra.tasks.keys import key_hash
from recurra.tasks.split import shared_keys, smallest
from recurra.tasks.taken import is_start as is_run_start
from recurra.tasks.taken import refuse_file
from recurra.tasks.task import Emit
from recurra.text.counted import counted
from recurra.training import CHECKPOINT, Budget, Event, Note, locked

TRAINING, MEASURING = 0.8, 0.15  # of a run's time, where test data are given
MAX_TESTED = 2000  # test examples
RESULT, PAGE = "comparison.json", "comparison.html"
LEFTOVERS = {LOCK, REQUEST, "input", "test-input"}  # of a comparison before its first run


def run_comparison(request: ComparisonRequest, emit: Emit) -> Comparison:
    """Trains the runs that have not finished yet, and compares all of them.

    Raises:
        UsageError: too little time, or a task or measure that cannot be compared.
        RunError: the folder is in use or not empty, or --resume finds no comparison or another one.
        KeyboardInterrupt: after Ctrl-C; finished runs are kept, and the current one can be resumed.
    """
    check(request)
    with plain_errors_within(request.folder), settled(request.folder, RESULT, is_start, force=request.force):
        return _trained(request, emit)


def _trained(request: ComparisonRequest, emit: Emit) -> Comparison:
    folder = request.folder
    made = outermost_missing(folder)
    if not request.resume:
        refuse_taken(folder)
    elif (folder / REQUEST).exists() or not is_start(folder):
        request = with_recorded_budget(request)
    else:
        emit(Note("the comparison was stopped before its first run: it starts again from its beginning"))
        request = replace(request, resume=False)
    with locked(folder), removed_on_refusal(made, lambda: is_start(folder)):
        if not request.resume:
            remove_untrained(folder)
        repeated = {} if request.resume else request.to_mapping()
        request = replace(request, data=spool(request.data, folder / "input"))
        tests = Tests(request, emit)
        each = seconds_per_run(request, repeated)
        results, fitted = dict[str, TrialResult](), FittedOnce()
        for number, trial in enumerate(request.trials(), 1):
            kept = finished_result(folder, trial)
            result = results[trial.name] = kept or train_one(request, trial, number, each, tests, fitted, emit)
            emit(Note(result_line(number, request, trial, result)))
        comparison = summarise(request, results, tests.trained_on(results.values()))
        atomic_write(folder / RESULT, json.dumps(comparison.to_mapping(), ensure_ascii=False).encode())
        atomic_write(folder / PAGE, comparison.page().encode())
        emit(Note(f"the comparison as a page: {folder / PAGE}"))
    return comparison


def check(request: ComparisonRequest) -> None:
    """Refuses what cannot be compared, before anything is read."""
    task = request.task
    if not task.per_example:
        what = f"the task {task.name} cannot be compared: it has no measure per example"
        raise UsageError(what, fix="Train each network with recurra train and compare the results of recurra evaluate.")
    if request.measure is not None and request.measure not in task.per_example:
        raise unknown_name("measure", request.measure, task.per_example, where="--measure")
    names = [trial.name for trial in request.trials()]
    if len(set(names)) < len(names):
        raise UsageError("two of the networks would have the same name", fix="Compare them in two comparisons.")
    check_time(request.seconds, len(names), request.least_seconds, "fewer values, or fewer --seeds")


def check_time(seconds: float | None, count: int, least: float, fewer: str) -> None:
    """Refuses a time in which nothing would be learned.

    Args:
        seconds: for all runs; None where there is no limit.
        count: of runs.
        least: seconds that a run needs.
        fewer: what else would help.

    Raises:
        UsageError: with what would be needed.
    """
    if seconds is not None and seconds < least * count:
        what = f"{seconds / count:.1f} s for each of the {counted(count, 'run')} is too little: each needs {least:g} s"
        raise UsageError(what, where="--time", fix=f"Give --time {minutes(least * count)}, {fewer}.")


def minutes(seconds: float) -> str:
    """A time in the form of --time, rounded up: 90s, 5m."""
    return f"{seconds:.0f}s" if seconds < 120 else f"{-(-seconds // 60):.0f}m"


def refuse_taken(folder: Path) -> None:
    """A new comparison needs an empty folder.

    Raises:
        RunError: the folder is not empty.
    """
    begun = folder.is_dir() and not is_start(folder)
    if begun and (folder / REQUEST).exists():
        fix = "Resume it with --resume, start anew in its place with --force, or choose another folder with --to."
        raise RunError("this folder already holds a comparison", where=str(folder), fix=fix)
    refuse_file(folder)
    if begun:
        raise RunError("this folder is not empty", where=str(folder), fix="Choose another one with --to.")


def is_start(folder: Path) -> bool:
    """Whether there is nothing in the folder but what a comparison or a suite writes before it has trained anything."""
    if not folder.is_dir() or folder.is_symlink():
        return False
    paths = [path for path in folder.iterdir() if not is_leftover(path.name)]
    ours = any(path.name == LOCK for path in paths)
    return not paths or (ours and all(path.name in LEFTOVERS or is_untrained(path) for path in paths))


def is_untrained(folder: Path) -> bool:
    """Whether this is the folder of a run before its first checkpoint, or that of a problem with nothing but such."""

    def is_ours(path: Path) -> bool:
        return is_run_start(path) and not (path / CHECKPOINT).exists() if path.name == "run" else is_start(path)

    return folder.is_dir() and not folder.is_symlink() and all(map(is_ours, folder.iterdir()))


def remove_untrained(folder: Path) -> None:
    """Removes the runs that were begun in the folder, where none of them has trained anything."""
    for path in folder.iterdir() if is_start(folder) else ():
        if path.name not in LEFTOVERS and path.is_dir():
            shutil.rmtree(path)


def with_recorded_budget(request: ComparisonRequest) -> ComparisonRequest:
    """The request with the recorded time or epochs, if it is otherwise the recorded one.

    Raises:
        RunError: there is no comparison to resume, or it is another one.
    """
    before = recorded(request.folder, "comparison", "each")
    if request.seconds is None and request.epochs is None:
        request = replace(request, seconds=before.get("seconds"), epochs=before.get("epochs"))
    check_same(request.to_mapping(), before, request.folder, "comparison")
    return request


def seconds_per_run(request: ComparisonRequest, repeated: Mapping[str, object]) -> float | None:
    """The time of each run: an equal share, fixed when the comparison starts.

    Args:
        repeated: what is written down beside it, for a resumed comparison to repeat.
    """
    path = request.folder / REQUEST
    if request.resume:
        return json.loads(path.read_text(encoding="utf-8"))["each"]
    each = None
    if request.seconds is not None:
        left = request.seconds - (time.monotonic() - request.started)
        each = left / (len(request.variants) * request.seeds)
    atomic_write(path, json.dumps({**repeated, "each": each}, ensure_ascii=False).encode())
    return each


def train_one(
    request: ComparisonRequest,
    trial: Trial,
    number: int,
    each: float | None,
    tests: Tests,
    fitted: FittedOnce,
    emit: Emit,
) -> TrialResult:
    """Trains and measures one run; notes about the data are emitted for the first run only.

    What is fitted before a network learns is fitted once. The time that it took counts in every run, so that all have
    the same time to learn.
    """

    def forward(event: Event) -> None:
        if number == 1 or not isinstance(event, Note):
            emit(event)

    settings = {**trial.variant.settings, "training.seed": trial.seed}
    run_request = Request(
        request.task,
        request.data,
        request.valid,
        request.folder / trial.name,
        request.recipe.with_settings(settings),
        command=request.command,
        vectors=request.vectors,
        gazetteers=request.gazetteers,
        fitted=fitted,
    )
    share = None if each is None else each * (TRAINING if tests.examples else 0.97)
    budget = Budget(share, request.epochs, time.monotonic())
    gradients = request.gradients and trial.seed == request.first_seed
    result = run_trial(run_request, budget, tests.part(each), forward, gradients=gradients)
    store(request.folder, trial, result)
    return result


class Tests:
    """The test examples: every run is measured on the same ones."""

    def __init__(self, request: ComparisonRequest, emit: Emit) -> None:
        self.count = 0  # of those used; 0: not known yet
        self.least = request.least_tested
        self.task = request.task
        self.examples: list[HasLine] = []
        self.shared = frozenset[bytes]()  # inputs (hashes of their keys) that are in the training data
        if request.test is None:
            return
        trained_on = open_examples(request.data, request.task.kind)
        trained_on.count()  # after which its columns are known
        test = request.test.completed({**request.data.remembered(), **trained_on.columns})
        found = opened(request.task, test, request.folder / "test-input", " to test", emit)
        self.examples = list(found)
        self.shared = shared_keys(trained_on, self.examples, request.task.kind, emit, "test")
        earlier = (stored_result(request.folder, trial) for trial in request.trials())
        done = next((result for result in earlier if result and not result.failed), None)
        self.count = 0 if done is None else done.tested or len(done.scores.lengths)

    def part(self, each: float | None) -> TestExamples | None:
        """A function that returns as many test examples as there is time for; None if there are none."""
        return partial(self.chosen, each) if self.examples else None

    def chosen(self, each: float | None, seconds: float, contiguous: bool) -> list[HasLine]:
        """The examples with the smallest hashes, in their order; of a running text, its beginning.

        Args:
            each: seconds for a run; None if not limited.
            seconds: that one example takes.
            contiguous: whether the examples continue one another.
        """
        if not self.count:
            possible = MAX_TESTED if each is None else int(MEASURING * each / max(seconds, 1e-6))
            self.count = min(len(self.examples), MAX_TESTED, max(self.least, possible))
        if contiguous:
            return self.examples[: self.count]
        return smallest(self.examples, self.count, self.task.kind.input_key)

    def trained_on(self, results: Iterable[TrialResult]) -> list[bool]:
        """For each measured example, whether it is in the training data too; empty if none is.

        Empty as well if the measure counts something else than examples: of a series, its windows.
        """
        scores = next((result.scores for result in results if not result.failed), None)
        if scores is None or not self.shared:
            return []
        inputs = [self.task.kind.input_key(example) for example in self.chosen(None, 0.0, scores.contiguous)]
        if len(scores.lengths) < len(inputs):  # an input with several right outputs counts once
            inputs = list(dict.fromkeys(inputs))
        found = [key_hash(one) in self.shared for one in inputs]
        return found if any(found) and len(found) == len(scores.lengths) else []


def result_line(number: int, request: ComparisonRequest, trial: Trial, result: TrialResult) -> str:
    """What is said of a finished run."""
    head = f"run {number} of {len(request.variants) * request.seeds}: {trial.variant.name}, seed {trial.seed}"
    if result.failed:
        return f"{head}: {result.failed}"
    name = request.measure or next(iter(result.scores.measures))
    share = result.scores.measures[name]
    value, unit = float(shares(share.statistics().sum(axis=0))), " %" if share.scale == PERCENT else ""
    measured = f"{name.replace('_', ' ')} {value_text(name, value)}{unit}"
    return f"{head}: {measured}, {counted(result.steps, 'step')} in {result.seconds:.0f} s"
