"""One network of the grid with one seed: trained, measured, and its result kept in a file that is whole or absent."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from recurra.comparing.grid import Variant
from recurra.errors import RunError
from recurra.files import atomic_write
from recurra.metrics import ExampleScores, Share
from recurra.tasks.finish import finish
from recurra.tasks.fit import Outcome, Request, fit
from recurra.tasks.model_folder import parameter_count
from recurra.tasks.task import Emit
from recurra.training import CHECKPOINT, Budget, Diverged, Event, StepDone

Chosen = Callable[[float, bool], Sequence[Any]]


class Trial(NamedTuple):
    """What is to be trained."""

    variant: Variant
    seed: int

    @property
    def name(self) -> str:
        """For folders: lstm-dot-seed-1"""
        return re.sub(r"[^a-z0-9.]+", "-", f"{self.variant.name} seed {self.seed}".lower()).strip("-")


@dataclass(frozen=True)
class TrialResult:
    """What came of it."""

    parameters: int = 0
    seconds: float = 0.0  # of the whole run, reading and validation included
    steps: int = 0
    learned_per_second: float = 0.0  # examples
    answered_per_second: float = 0.0
    scores: ExampleScores = field(default_factory=ExampleScores)
    notes: tuple[str, ...] = ()
    failed: str = ""  # why there is nothing else

    def to_json(self) -> bytes:
        """For the file."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()


def result_from_json(text: str) -> TrialResult:
    """The result in a file."""
    mapping: dict[str, Any] = json.loads(text)
    scores = mapping.pop("scores")
    measures = {name: Share(**share) for name, share in scores.pop("measures").items()}
    mapping["scores"] = ExampleScores(**scores, measures=measures)
    mapping["notes"] = tuple(mapping["notes"])
    return TrialResult(**mapping)


def kept_result(folder: Path, trial: Trial) -> TrialResult | None:
    """The result of a trial that has been finished before."""
    try:
        return result_from_json((folder / f"{trial.name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        where = str(folder / f"{trial.name}.json")
        raise RunError(f"this is not the result of a run: {error}", where=where, fix="Remove it.") from None


class Speed:
    """Examples per second of training, from the events of a run."""

    def __init__(self) -> None:
        self.examples = 0
        self.seconds = 0.0

    def __call__(self, event: Event) -> None:
        """Takes an event in."""
        if isinstance(event, StepDone):
            self.examples += event.examples
            self.seconds += event.seconds

    @property
    def value(self) -> float:
        """0 where nothing was trained."""
        return self.examples / self.seconds if self.seconds else 0.0


def run_trial(request: Request, budget: Budget, test: Chosen | None, emit: Emit) -> TrialResult:
    """Trains (or goes on with a run that was stopped) and measures.

    Args:
        request: task, data, recipe and folder.
        test: the test examples, given the seconds that one takes and whether they go on from one another; without
            them it is measured on validation examples.

    Raises:
        KeyboardInterrupt: after Ctrl-C, when the run has been saved.
        DataError, UsageError, RunError: data or recipe cannot be used.
    """
    resume = (request.folder / "run" / CHECKPOINT).exists()
    speed = Speed()

    def tell(event: Event) -> None:
        speed(event)
        emit(event)

    try:
        outcome = fit(replace(request, resume=resume), budget, tell)
    except Diverged as error:
        return TrialResult(failed=error.what)
    if outcome.finished.reason == "interrupted":
        raise KeyboardInterrupt
    return replace(measured(request, outcome, test, tell), learned_per_second=speed.value)


def measured(request: Request, outcome: Outcome, test: Chosen | None, emit: Emit) -> TrialResult:
    """The result of a run that has come to its end; writes the model's card."""
    network = outcome.network
    started = time.perf_counter()
    evaluation = finish(request, outcome, emit)
    each = (time.perf_counter() - started) / evaluation.count
    if test is not None:
        examples = test(each, evaluation.examples.contiguous)
        predictor = request.task.predictor([network])
        started = time.perf_counter()
        evaluation = predictor.evaluate(examples, network.recipe.decoding)
        each = (time.perf_counter() - started) / evaluation.count
    return TrialResult(
        parameter_count(network),
        outcome.finished.seconds,
        outcome.finished.step,
        answered_per_second=1 / max(each, 1e-9),
        scores=evaluation.examples,
        notes=tuple(evaluation.notes),
    )


def keep(folder: Path, trial: Trial, result: TrialResult) -> None:
    """Writes the result; from then on the trial is finished, and what it would go on with is taken away."""
    atomic_write(folder / f"{trial.name}.json", result.to_json())
    shutil.rmtree(folder / trial.name / "run", ignore_errors=True)
