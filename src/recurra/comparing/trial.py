"""One network of the grid with one seed: trained and measured; its result is in a file that is complete or absent."""

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
from recurra.tasks.caveats import caveats
from recurra.tasks.finish import finish, sizes_of
from recurra.tasks.fit import Outcome, Request, fit
from recurra.tasks.model_folder import parameter_count
from recurra.tasks.task import Emit
from recurra.training import CHECKPOINT, Budget, Diverged, Event, StepDone

TestExamples = Callable[[float, bool], Sequence[Any]]


class Trial(NamedTuple):
    """One run: a variant and a seed."""

    variant: Variant
    seed: int

    @property
    def name(self) -> str:
        """The name of its folder: lstm-dot-seed-1"""
        return re.sub(r"[^a-z0-9.]+", "-", f"{self.variant.name} seed {self.seed}".lower()).strip("-")


@dataclass(frozen=True)
class TrialResult:
    """The result of a run."""

    parameters: int = 0
    seconds: float = 0.0  # of the whole run, reading and validation included
    steps: int = 0
    learned_per_second: float = 0.0  # examples
    answered_per_second: float = 0.0
    scores: ExampleScores = field(default_factory=ExampleScores)
    tested: int = 0  # test examples; those with one input may be one in the scores
    counted: str = ""  # what the scores are of, in the plural; empty: what the task calls its examples
    notes: tuple[str, ...] = ()
    failed: str = ""  # why, if the run failed

    def to_json(self) -> bytes:
        """The content of its file."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()


def result_from_json(text: str) -> TrialResult:
    """The result that `to_json` wrote."""
    mapping: dict[str, Any] = json.loads(text)
    scores = mapping.pop("scores")
    measures = {name: Share(**share) for name, share in scores.pop("measures").items()}
    mapping["scores"] = ExampleScores(**scores, measures=measures)
    mapping["notes"] = tuple(mapping["notes"])
    return TrialResult(**mapping)


def stored_result(folder: Path, trial: Trial) -> TrialResult | None:
    """The result of a trial that finished in an earlier session; None if it did not."""
    try:
        return result_from_json((folder / f"{trial.name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        where = str(folder / f"{trial.name}.json")
        raise RunError(
            f"this is not the result of a run ({error})",
            where=where,
            fix="Delete this file: the run is then trained again.",
        ) from None


class Speed:
    """Examples per second of training, from the events of a run."""

    def __init__(self) -> None:
        self.examples = 0
        self.seconds = 0.0

    def __call__(self, event: Event) -> None:
        """Listens to a run."""
        if isinstance(event, StepDone):
            self.examples += event.examples
            self.seconds += event.seconds

    @property
    def value(self) -> float:
        """Examples per second; 0 if nothing was trained."""
        return self.examples / self.seconds if self.seconds else 0.0


def run_trial(request: Request, budget: Budget, test: TestExamples | None, emit: Emit) -> TrialResult:
    """Trains (or resumes an interrupted run) and measures.

    Args:
        request: task, data, recipe and folder.
        test: returns the test examples, given the seconds that one takes and whether they continue one another; if
            None, validation examples are used.

    Raises:
        KeyboardInterrupt: after Ctrl-C; the run is saved.
        DataError, UsageError, RunError: the data or the recipe cannot be used.
    """
    resume = (request.folder / "run" / CHECKPOINT).exists()
    speed = Speed()

    def forward(event: Event) -> None:
        speed(event)
        emit(event)

    try:
        outcome = fit(replace(request, resume=resume), budget, forward)
    except Diverged as error:
        return TrialResult(failed=error.what)
    return replace(measured(request, outcome, test, forward), learned_per_second=speed.value)


def measured(request: Request, outcome: Outcome, test: TestExamples | None, emit: Emit) -> TrialResult:
    """The result of a finished run; writes the model card."""
    network = outcome.network
    started = time.perf_counter()
    evaluation = finish(request, outcome, emit).evaluation
    each = (time.perf_counter() - started) / evaluation.count
    tested = 0
    if test is not None:
        examples = test(each, evaluation.examples.contiguous)
        predictor = request.task.predictor([network])
        tested = len(examples)
        started = time.perf_counter()
        evaluation = predictor.evaluate(examples, network.recipe.decoding)
        each = (time.perf_counter() - started) / evaluation.count
    return TrialResult(
        parameter_count(network),
        outcome.finished.seconds,
        outcome.finished.step,
        answered_per_second=1 / max(each, 1e-9),
        scores=evaluation.examples,
        tested=tested,
        counted=evaluation.details.get("counted", ""),
        notes=(*evaluation.notes, *caveats(sizes_of(outcome))),
    )


def store(folder: Path, trial: Trial, result: TrialResult) -> None:
    """Writes the result, which marks the trial as finished, and deletes what it could have resumed from."""
    atomic_write(folder / f"{trial.name}.json", result.to_json())
    shutil.rmtree(folder / trial.name / "run", ignore_errors=True)


def finished_result(folder: Path, trial: Trial) -> TrialResult | None:
    """The stored result, after which there is nothing to resume any more, also if a kill came between; or None."""
    result = stored_result(folder, trial)
    if result is not None:
        shutil.rmtree(folder / trial.name / "run", ignore_errors=True)
    return result
