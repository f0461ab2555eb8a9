"""One network of the grid with one seed: trained and measured; its result is in a file that is complete or absent."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from recurra.comparing.grid import Variant
from recurra.data import HasLine
from recurra.errors import DataError, ModelError, RunError, UsageError
from recurra.files import atomic_write
from recurra.metrics import ExampleScores
from recurra.narrowing import object_of
from recurra.runs import clipped_share
from recurra.tasks.baseline import beside_baseline, stored_baseline
from recurra.tasks.caveats import caveats
from recurra.tasks.finish import finish, sizes_of
from recurra.tasks.fit import Outcome, Request, fit
from recurra.tasks.gradients import flow_of_examples
from recurra.tasks.model_folder import parameter_count
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.sample import read_sample
from recurra.tasks.task import Emit, Inspected, Predictor
from recurra.tracing import GradientFlow
from recurra.tracing.records import record_of
from recurra.training import CHECKPOINT, Budget, Diverged, Event, StepDone

TestExamples = Callable[[float, bool], Sequence[HasLine]]


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
    flow: GradientFlow | None = None  # None also where it was not asked for
    no_flow: str = ""  # why there is none although it was
    failed: str = ""  # why, if the run failed
    baseline: str = ""  # what was fitted beside the network, in words; empty: nothing
    baseline_values: Mapping[str, float] = field(default_factory=dict[str, float])  # its measures

    def to_json(self) -> bytes:
        """The content of its file."""
        flow = None if self.flow is None else self.flow.to_mapping()
        return json.dumps({**asdict(self), "flow": flow}, ensure_ascii=False).encode()


def result_from_json(text: str) -> TrialResult:
    """The result that `to_json` wrote; ValueError where there is none."""
    found = object_of(json.loads(text))
    if missing := {"scores", "notes"} - found.keys():
        raise ValueError(f"no {min(missing)}")
    return record_of(TrialResult, found)


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


def run_trial(
    request: Request, budget: Budget, test: TestExamples | None, emit: Emit, *, gradients: bool = False
) -> TrialResult:
    """Trains (or resumes an interrupted run) and measures.

    Args:
        request: task, data, recipe and folder.
        test: returns the test examples, given the seconds that one takes and whether they continue one another; if
            None, validation examples are used.
        gradients: whether the gradient flow is measured too, on some of the same examples.

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
        result = measured(request, outcome, test, forward, gradients=gradients)
    except (Diverged, ModelError) as error:  # also in answers to inputs that are longer than any it was trained on
        return TrialResult(failed=error.what)
    return replace(result, learned_per_second=speed.value)


def measured(
    request: Request, outcome: Outcome, test: TestExamples | None, emit: Emit, *, gradients: bool
) -> TrialResult:
    """The result of a finished run; writes the model card."""
    network = outcome.networks[0]
    predictor = request.task.predictor(outcome.networks)
    started = time.perf_counter()
    evaluation = finish(request, outcome, emit).evaluation
    each = (time.perf_counter() - started) / evaluation.count
    examples: Sequence[HasLine] = []
    if test is not None:
        examples = test(each, evaluation.examples.contiguous)
        started = time.perf_counter()
        evaluation = predictor.evaluate(examples, network.recipe.decoding)
        each = (time.perf_counter() - started) / evaluation.count
        run, options = request.folder / "run", network.recipe.decoding
        fitted = stored_baseline(run)
        evaluation = beside_baseline(evaluation, fitted, run, request.task, predictor, examples, options)
    baseline = evaluation.baseline
    result = TrialResult(
        sum(map(parameter_count, outcome.networks)),
        sum(one.seconds for one in outcome.finished),
        sum(one.step for one in outcome.finished),
        answered_per_second=1 / max(each, 1e-9),
        scores=evaluation.examples,
        tested=len(examples),
        counted=evaluation.details.get("counted", ""),
        notes=(*evaluation.notes, *caveats(sizes_of(outcome))),
        baseline="" if baseline is None else baseline.name,
        baseline_values={} if baseline is None else {name: one.value for name, one in baseline.measures.items()},
    )
    if not gradients:
        return result
    examples = examples or read_sample(request.folder / "run", request.task).examples
    return with_flow(result, request, predictor, network.recipe, examples)


def with_flow(
    result: TrialResult, request: Request, predictor: Predictor, recipe: TaskRecipe, examples: Sequence[HasLine]
) -> TrialResult:
    """The result with the gradient flow over some examples, or with the reason why there is none."""
    if not isinstance(predictor, Inspected):
        return replace(result, no_flow=f"networks for the task {request.task.name} cannot be traced")
    try:
        flow = flow_of_examples(
            predictor,
            recipe,
            examples,
            recipe.decoding,
            title=request.folder.name,
            clipped=clipped_share(request.folder),
        )
    except (UsageError, DataError) as error:
        return replace(result, no_flow=error.what)
    return replace(result, flow=flow)


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
