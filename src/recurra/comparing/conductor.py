"""All runs of a comparison, one after the other, in one folder.

folder/request.json         what is compared: a comparison that goes on must ask for the same
folder/NAME-seed-1/         the model of each run
folder/NAME-seed-1.json     its result, example by example, once it is finished
folder/comparison.json      what came of it all
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from recurra.comparing.comparison import Comparison, compared
from recurra.comparing.question import Comparable, Question
from recurra.comparing.trial import Chosen, Trial, TrialResult, keep, kept_result, run_trial
from recurra.data import PairSource, spool
from recurra.errors import RunError, UsageError
from recurra.files import atomic_write
from recurra.metrics.examples import PERCENT, shares
from recurra.options import unknown_name
from recurra.tasks.fit import Request, opened, outermost_missing, removed_on_refusal
from recurra.tasks.split import key_hash, shared_keys, smallest
from recurra.tasks.task import Data, Emit
from recurra.training import Budget, Event, Note, locked

LEAST = 10.0  # seconds for a run; in less than that next to nothing is learned
TRAINING, MEASURING = 0.8, 0.15  # of a run's time, where test data are given
MOST_TESTED, LEAST_TESTED = 2000, 200  # test examples
REQUEST, RESULT = "request.json", "comparison.json"
OF_A_FALSE_START = {"lock", REQUEST, "input", "test-input"}  # what is left where the data could not be used


def conduct(question: Question, emit: Emit) -> Comparison:
    """Trains what is not trained yet, and compares.

    Raises:
        UsageError: too little time, or a task or measure that cannot be compared.
        RunError: the folder is in use or taken, there is nothing to go on with, or something else was asked for.
        KeyboardInterrupt: after Ctrl-C; finished runs are kept, and the one in training goes on another time.
    """
    check(question)
    folder = question.folder
    made = None if question.resume else outermost_missing(folder)
    if question.resume:
        question = recorded(question)
    else:
        refuse_taken(folder)
    with removed_on_refusal(made), locked(folder):
        question = replace(question, data=readable_again(question.data, folder / "input"))
        tests = Tests(question, emit)
        each = seconds_each(question)
        results: dict[str, TrialResult] = {}
        for number, trial in enumerate(question.trials(), 1):
            kept = kept_result(folder, trial)
            result = results[trial.name] = kept or one_trial(question, trial, number, each, tests, emit)
            emit(Note(told(number, question, trial, result)))
        comparison = compared(question, results, tests.trained_on(results.values()))
        atomic_write(folder / RESULT, json.dumps(comparison.to_mapping(), ensure_ascii=False).encode())
    return comparison


def check(question: Question) -> None:
    """Refuses what could never be compared, before anything is read."""
    task = question.task
    if not isinstance(task, Comparable):
        what = f"the task {task.name} cannot be compared: its measures are not counted example by example"
        raise UsageError(what, fix="Train each network with recurra train and compare what recurra evaluate says.")
    if question.measure is not None and question.measure not in task.per_example:
        raise unknown_name("measure", question.measure, task.per_example, where="--measure")
    names = [trial.name for trial in question.trials()]
    if len(set(names)) < len(names):
        raise UsageError("two of the networks would have one name", fix="Compare them in two comparisons.")
    count = len(names)
    if question.seconds is not None and question.seconds < LEAST * count:
        what = f"each of the {count} runs would have {question.seconds / count:.1f} s, and needs at least {LEAST:g} s"
        fix = f"Give --time {minutes(LEAST * count)}, fewer values, or fewer --seeds."
        raise UsageError(what, where="--time", fix=fix)


def minutes(seconds: float) -> str:
    """A time as it can be typed, not less than these seconds: 90s, 5m."""
    return f"{seconds:.0f}s" if seconds < 120 else f"{-(-seconds // 60):.0f}m"


def refuse_taken(folder: Path) -> None:
    """A new comparison begins in a folder of its own.

    Raises:
        RunError: there is something in the folder.
    """
    begun = folder.is_dir() and {path.name for path in folder.iterdir()} - OF_A_FALSE_START
    if begun and (folder / REQUEST).exists():
        fix = "Go on with it with --resume, or choose another folder with --to."
        raise RunError("there is a comparison in this folder already", where=str(folder), fix=fix)
    if begun or (folder.exists() and not folder.is_dir()):
        raise RunError("this is not an empty folder", where=str(folder), fix="Name another one with --to.")


def recorded(question: Question) -> Question:
    """The question with the time of the session before, if it is otherwise the same.

    Raises:
        RunError: there is no comparison to go on with, or another question is asked.
    """
    try:
        before = json.loads((question.folder / REQUEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = None
    if not isinstance(before, dict) or "each" not in before:
        fix = "Leave out --resume to start one."
        raise RunError("there is no comparison to go on with", where=str(question.folder), fix=fix)
    if question.seconds is None and question.epochs is None:
        question = replace(question, seconds=before.get("seconds"), epochs=before.get("epochs"))
    now = json.loads(json.dumps(question.to_mapping()))
    other = [name for name in now if now[name] != before.get(name)]
    if other:
        fix = "Ask for the same as before, or start another comparison with --to."
        what = f"this comparison was started with other {' and '.join(other)}"
        raise RunError(what, where=str(question.folder), fix=fix)
    return question


def seconds_each(question: Question) -> float | None:
    """The time of each run: an equal share of the whole, fixed when the comparison began."""
    path = question.folder / REQUEST
    if question.resume:
        return json.loads(path.read_text(encoding="utf-8"))["each"]
    each = None
    if question.seconds is not None:
        left = question.seconds - (time.monotonic() - question.started)
        each = left / (len(question.variants) * question.seeds)
    atomic_write(path, json.dumps({**question.to_mapping(), "each": each}, ensure_ascii=False).encode())
    return each


def one_trial(
    question: Question, trial: Trial, number: int, each: float | None, tests: Tests, emit: Emit
) -> TrialResult:
    """Trains and measures; what it decides about the data is told once."""

    def tell(event: Event) -> None:
        if number == 1 or not isinstance(event, Note):
            emit(event)

    settings = {**trial.variant.settings, "training.seed": trial.seed}
    request = Request(
        question.task,
        question.data,
        question.valid,
        question.folder / trial.name,
        question.recipe.with_settings(settings),
        command=question.command,
    )
    share = None if each is None else each * (TRAINING if tests.examples else 0.97)
    result = run_trial(request, Budget(share, question.epochs, time.monotonic()), tests.part(each), tell)
    keep(question.folder, trial, result)
    return result


class Tests:
    """The test examples, of which every run is measured on the same ones."""

    def __init__(self, question: Question, emit: Emit) -> None:
        self.count = 0  # not decided yet
        self.task = question.task
        self.examples: list[Any] = []
        self.shared = frozenset[bytes]()  # the keys of those that are trained on too
        if question.test is None:
            return
        found = opened(question.task, question.test, question.folder / "test-input", " to test", emit)
        self.examples = list(found)
        self.shared = shared_keys(question.task.open(question.data), self.examples, question.task.key, emit, "test")
        earlier = (kept_result(question.folder, trial) for trial in question.trials())
        self.count = next((len(result.scores.lengths) for result in earlier if result and not result.failed), 0)

    def part(self, each: float | None) -> Chosen | None:
        """What gives the test examples, as many as there is time for; None where there are none."""
        return partial(self.chosen, each) if self.examples else None

    def chosen(self, each: float | None, seconds: float, contiguous: bool) -> list[Any]:
        """Those with the smallest hashes, in their order; of what goes on from one to the next, the first ones.

        Args:
            each: seconds of a run, None where it is not limited.
            seconds: that an example takes.
            contiguous: whether examples go on from one another.
        """
        if not self.count:
            possible = MOST_TESTED if each is None else int(MEASURING * each / max(seconds, 1e-6))
            self.count = min(len(self.examples), MOST_TESTED, max(LEAST_TESTED, possible))
        if contiguous:
            return self.examples[: self.count]
        return smallest(self.examples, self.count, self.task.key)

    def trained_on(self, results: Iterable[TrialResult]) -> list[bool]:
        """Of each example that was measured, whether it is trained on too; empty where none is.

        Also where a measure's examples are not those of the data: of a series they are its windows.
        """
        scores = next((result.scores for result in results if not result.failed), None)
        if scores is None or not self.shared:
            return []
        found = [
            key_hash(self.task.key(example)) in self.shared for example in self.chosen(None, 0.0, scores.contiguous)
        ]
        return found if any(found) and len(found) == len(scores.lengths) else []


def told(number: int, question: Question, trial: Trial, result: TrialResult) -> str:
    """The line for a finished run."""
    head = f"run {number} of {len(question.variants) * question.seeds}: {trial.variant.name}, seed {trial.seed}"
    if result.failed:
        return f"{head}: {result.failed}"
    name = question.measure or next(iter(result.scores.measures))
    share = result.scores.measures[name]
    value, unit = float(shares(share.statistics().sum(axis=0))), " %" if share.scale == PERCENT else ""
    return f"{head}: {name.replace('_', ' ')} {value:.2f}{unit}, {result.steps:,} steps in {result.seconds:.0f} s"


def readable_again(data: Data, folder: Path) -> Data:
    """Standard input and pipes are copied, since each run reads the data."""
    return spool(data, folder) if isinstance(data, PairSource) else data
