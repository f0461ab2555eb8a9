"""A whole run: plan, loop, validation, checkpoints, early stopping, and resuming."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median_low

import torch
from torch import Tensor

from recurra.bundle import check_weights
from recurra.errors import any_error_as
from recurra.files import plain_errors, require_room
from recurra.narrowing import number_of, object_of, value_of
from recurra.runs.events import (
    EARLY_STOPPING,
    FEW_STEPS,
    INTERRUPTED,
    OUT_OF_TIME,
    PLAN_COMPLETE,
    Emit,
    Finished,
    Note,
    PlanMade,
    Sampled,
    Saved,
    StepDone,
    Validated,
)
from recurra.text.counted import counted, is_or_are
from recurra.training.budget import Budget
from recurra.training.chance import clearly_lower
from recurra.training.checkpoint import (
    NAME,
    Checkpoint,
    damaged,
    named_weights,
    save_checkpoint,
    weights_of,
)
from recurra.training.interrupt import stop_requests
from recurra.training.learner import Begins, Learner, Score
from recurra.training.loop import Diverged, Loop, Position
from recurra.training.optimizer import make_optimizer
from recurra.training.options import TrainingOptions
from recurra.training.plan import Plan
from recurra.training.planning import WORTH_IT, make_plan, speed_up
from recurra.training.threads import threads

DRIFT = 0.02  # a plan is changed if it would miss the time by more than this share of it
CHECKS = 40  # how often a run checks that its plan still fits the time
SLOWER = 1.5  # times as slow as they were have steps to be before a run looks again whether its threads pay
SECOND_LOOK = 0.5  # seconds for that

UNKNOWN = Score(math.inf, math.inf)  # before the first validation

Weights = dict[str, Tensor]
Sampler = Callable[[int, float], Sampled | None]  # a step, and the seconds that this session has trained until then


@dataclass
class Progress:
    """How far a run has come, apart from the current weights: all of this is in the checkpoint."""

    position: Position = field(default_factory=Position)
    best_score: Score = UNKNOWN
    best_step: int = 0
    evaluations_since_best: int = 0
    elapsed: float = 0.0  # seconds of earlier sessions
    best: Weights = field(default_factory=dict[str, Tensor])
    recent: deque[Weights] = field(default_factory=deque[Weights])  # for training.average
    untrained: Tensor | None = None  # the losses of a learner that begins with a baseline, while this is the best


def no_sample(step: int, seconds: float) -> None:
    """Answers nothing."""


class Run:
    """A training run in a folder.

    Args:
        learner: network, data and measure.
        options: how to learn.
        budget: how long.
        folder: where checkpoints go.
        emit: gets every event.
        publish: called with the weights at each new best, so that a usable model exists early.
        resume: a checkpoint to go on from, None to start.
        sample: answers a few examples with the weights that are validated; None where it leaves that out this time.
        networks: how many are to be trained, this one and then others like it, for all of which there must be room.
    """

    def __init__(
        self,
        learner: Learner,
        options: TrainingOptions,
        budget: Budget,
        folder: Path,
        emit: Emit,
        publish: Callable[[Weights], None],
        resume: Checkpoint | None,
        sample: Sampler = no_sample,
        networks: int = 1,
    ) -> None:
        self.learner = learner
        self.options = options
        self.budget = budget
        self.folder = folder
        self.emit = emit
        self.publish = publish
        self.sample = sample
        self.optimizer = make_optimizer(learner.model.parameters(), options)
        self.validating: list[float] = []  # seconds of each validation in this session, samples included
        self.began = time.monotonic()
        self.most_steps = options.most_steps(len(learner.batches(0)))
        self.per_token = math.inf  # seconds, of the fastest steps in this session
        self.unchanged = False  # whether a resumed run is asked for as much as before
        if resume is None:
            self.progress = Progress(recent=deque(maxlen=options.average))
            self.plan = make_plan(learner, options, budget, emit)
            with plain_errors(folder):
                require_room(folder / NAME, self._room(networks))
            self.save()
        else:
            with any_error_as(lambda reason: damaged(folder / NAME, reason)):
                self.progress, self.plan = self._restored(resume)

    def _room(self, networks: int) -> int:
        """Bytes that so many networks take at most: checkpoints, one of them beside the one before, and the model."""
        weights = sum(value.nbytes for value in named_weights(self.learner.model).values())
        best = 1
        return weights * ((networks + 1) * (1 + self.optimizer.kept + best + self.options.average) + networks)

    def go(self) -> Finished:
        """Trains to the end of the plan, to an early stop, or to an interruption; the best weights end in the model."""
        over = self._over_already()
        self.began = time.monotonic()
        with threads(self.plan.threads):
            if not over and not self.progress.best and isinstance(self.learner, Begins):
                self.validating.append(self._validate(0, 0))
            reason, number = (over, 0) if over else self._train()
        if not (over and self.unchanged):  # a run with nothing left to do stays as it is
            self.save()
        self._load_best()
        if isinstance(self.learner, Begins) and not self.progress.best_step:
            kept = "the model keeps to that, with intervals from its errors on the training data"
            self.emit(Note(f"no training improved on {self.learner.baseline}: {kept}"))
        seconds = self.progress.elapsed if over else self._elapsed()
        finished = Finished(self.progress.position.step, self.progress.best_step, seconds, reason, number)
        self.emit(finished)
        return finished

    def _over_already(self) -> str | None:
        """Why a resumed run has nothing left to do, which is emitted as a note; None if it has."""
        step = self.progress.position.step
        if not self._is_enough() and step < self.plan.steps:
            return None
        ended = "the run stopped early" if self._is_enough() else "the plan is complete"
        more = "give a larger --time or --epochs to train on"
        self.emit(Note(f"nothing left to do: {ended} after {counted(step, 'step')}; {more}"))
        if self._is_enough():
            return EARLY_STOPPING
        return self._completed() if self.unchanged else PLAN_COMPLETE

    def _completed(self) -> str:
        """Why a run whose plan is complete has ended: it may be that there was no time for a longer one."""
        too_short = self.budget.seconds is not None and self.progress.position.step < FEW_STEPS
        return OUT_OF_TIME if too_short else PLAN_COMPLETE

    def _train(self) -> tuple[str, int]:
        """All steps up to the end of the run, why it has ended, and the signal that interrupted it."""
        loop = Loop(self.learner, self.optimizer, self.options, self.plan, self.progress.position)
        began, first = time.monotonic(), self.progress.position.step
        saved = checked = began
        recent: list[StepDone] = []  # since the last check
        with stop_requests() as stop:
            for event in loop:
                self.emit(event)
                recent.append(event)
                if self.plan.validation_is_due(event.step):
                    self.validating.append(self._validate(event.step, event.epoch))
                if number := stop():
                    return INTERRUPTED, number
                if self._is_enough() and event.step < self.plan.steps:
                    return EARLY_STOPPING, 0
                now = time.monotonic()
                if now - checked > (self.budget.seconds or math.inf) / CHECKS:
                    self._keep_to_threads(loop, recent)
                    recent.clear()
                    self._keep_to_time(loop, (now - began - sum(self.validating)) / (event.step - first))
                    checked = now
                if now - saved > self.options.save_every:
                    self.save()
                    saved = now
            number = stop()  # it may have come while the last step was being saved
        return (INTERRUPTED, number) if number else (self._completed(), 0)

    def save(self) -> None:
        """Writes a checkpoint that holds the whole state of the run."""
        progress = self.progress
        tensors = {f"model/{name}": value for name, value in weights_of(self.learner.model).items()}
        tensors |= {f"optimizer/{name}": value for name, value in self.optimizer.tensors().items()}
        tensors |= {f"best/{name}": value for name, value in progress.best.items()}
        for k, weights in enumerate(progress.recent):
            tensors |= {f"recent/{k}/{name}": value for name, value in weights.items()}
        if progress.untrained is not None:
            tensors["untrained/losses"] = progress.untrained
        tensors |= {f"state/{k}": value.cpu().contiguous() for k, value in enumerate(progress.position.state)}
        values: dict[str, object] = {
            "position": progress.position.counts(),
            "best_value": progress.best_score.value,
            "best_loss": progress.best_score.loss,
            "best_second": progress.best_score.second,
            "best_step": progress.best_step,
            "evaluations_since_best": progress.evaluations_since_best,
            "elapsed": self._elapsed(),
            "recent": len(progress.recent),
            "plan": self.plan.to_mapping(),
            "budget": self.budget.to_mapping(),
        }
        path, before = self.folder / NAME, inode(self.folder / NAME)
        try:
            save_checkpoint(self.folder, Checkpoint(tensors, values))
        finally:
            if inode(path) != before:  # said as well where an interruption comes right behind the renaming
                self.emit(Saved(progress.position.step, str(path)))

    def _restored(self, checkpoint: Checkpoint) -> tuple[Progress, Plan]:
        values = checkpoint.values
        for name in ("model", "best") if checkpoint.section("best") else ("model",):
            check_weights(named_weights(self.learner.model), checkpoint.section(name), str(self.folder / NAME))
        load_weights(self.learner, checkpoint.section("model"))
        self.optimizer.restore(checkpoint.section("optimizer"))
        recent = (checkpoint.section(f"recent/{k}") for k in range(value_of(int, values["recent"])))
        state = checkpoint.section("state")
        counts = {name: value_of(int, number) for name, number in object_of(values["position"]).items()}
        found = values.get("best_second")  # runs of an earlier recurra have none
        second = None if found is None else number_of(found)
        progress = Progress(
            Position(**counts, state=tuple(state[str(k)] for k in range(len(state)))),
            Score(number_of(values["best_loss"]), number_of(values["best_value"]), second),
            value_of(int, values["best_step"]),
            value_of(int, values["evaluations_since_best"]),
            number_of(values["elapsed"]),
            checkpoint.section("best"),
            deque(recent, maxlen=self.options.average),
            checkpoint.section("untrained").get("losses"),
        )
        plan = Plan.from_mapping(object_of(values["plan"]))
        if not 0 <= progress.position.batch <= len(self.learner.batches(progress.position.epoch)):
            raise ValueError(f"there is no batch {progress.position.batch}")
        plan = replace(plan, threads=self.options.threads or plan.threads)
        self.unchanged = self.budget.to_mapping() == values["budget"]
        if self.unchanged:
            return progress, plan
        progress.evaluations_since_best = 0  # a larger budget starts the patience anew
        return progress, self._plan_for_budget(plan, progress.position.step, progress.elapsed)

    def _plan_for_budget(self, plan: Plan, step: int, elapsed: float) -> Plan:
        """The recorded plan with the length that the new budget asks for."""
        each = elapsed / max(step, 1)
        if self.budget.epochs is not None:
            steps = max(1, round(self.budget.epochs * len(self.learner.batches(0))))
            reason = "the number of epochs was changed"
        else:
            left = self._usable(elapsed + self.budget.elapsed())
            steps = step + int(left / max(each, 1e-6))
            reason = f"the time was changed: {left:.0f} s left"
        steps = int(min(steps, self.most_steps))
        if steps <= step:
            return plan.cut(step)
        return self._announced(plan.extended(step, steps), step, each, reason)

    def _usable(self, elapsed: float) -> float:
        """Seconds left for steps, without what is kept for the end."""
        assert self.budget.seconds is not None
        return max(0.0, 0.98 * self.budget.seconds - 2.0 - elapsed)

    def _validate(self, step: int, epoch: int) -> float:
        """Validates the weights (or the mean of the last ones), keeps them if they are the best; gives the seconds."""
        started = time.perf_counter()
        trained = weights_of(self.learner.model)
        if step:  # what has learned nothing is part of no mean
            self.progress.recent.append(trained)  # holds as many as are averaged: none by default
        candidate = mean_weights(list(self.progress.recent)) if self.progress.recent else trained
        load_weights(self.learner, candidate)
        score = self.learner.validate(self.plan.validation_examples)
        validated = time.perf_counter()
        sampled = self.sample(step, time.monotonic() - self.began)
        sampling = time.perf_counter() - validated
        best = score.order < self.progress.best_score.order and self._by_more_than_chance(step)
        if best:
            candidate = weights_of(self.learner.model)  # with what the learner chose on the validation examples
        load_weights(self.learner, trained)
        if best:
            self.progress.best = candidate
            self.progress.best_score = score
            self.progress.best_step, self.progress.evaluations_since_best = step, 0
            self.publish(candidate)
        else:
            self.progress.evaluations_since_best += 1
        seconds = time.perf_counter() - started
        self.emit(Validated(step, epoch, score.loss, self.learner.measure, score.value, best, seconds - sampling))
        if sampled is not None:
            self.emit(sampled)
        return seconds

    def _by_more_than_chance(self, step: int) -> bool:
        """Whether what is loaded is surely better than the untrained network, while that is the best one."""
        untrained = self.progress.untrained
        if not isinstance(self.learner, Begins) or (step and untrained is None):
            return True
        losses = self.learner.each_loss(self.plan.validation_examples)
        better = untrained is None or clearly_lower(losses, untrained.numpy(), self.learner.apart)
        if better:
            self.progress.untrained = None if step else torch.from_numpy(losses)
        return better

    def _keep_to_time(self, loop: Loop, each: float) -> None:
        """Changes the plan if it would miss the time at `each` seconds a step (saves included)."""
        step = self.progress.position.step
        # Not the mean: one that took a minute, because the machine stood still, would leave no time for any step.
        per_validation = median_low([self.plan.validation_seconds, *self.validating])
        left = max(0.0, self._usable(self._elapsed()) - self.plan.validations_left(step) * per_validation)
        possible = int(min(left / each, self.most_steps - step))
        planned = self.plan.steps - step
        if planned <= 0 or abs(possible - planned) * each <= DRIFT * (self.budget.seconds or 0.0):
            return
        reason = f"{left:.0f} s left at {each * 1000:.0f} ms a step"
        self.plan = loop.plan = self._announced(self.plan.changed(step, step + possible), step, each, reason)
        self.save()

    def _keep_to_threads(self, loop: Loop, recent: list[StepDone]) -> None:
        """Goes back to one thread where steps have become much slower and several are not faster any more."""
        if self.plan.threads == 1 or self.options.threads:
            return
        per_token = sum(event.seconds for event in recent) / sum(event.tokens for event in recent)
        if per_token < SLOWER * self.per_token:
            self.per_token = min(self.per_token, per_token)
            return
        self.per_token = per_token  # as it is now; what follows is not asked again until it is worse still
        try:
            plans = (self.plan, self.plan)
            gain = speed_up(self.learner, self.options, plans, (1, self.plan.threads), SECOND_LOOK)
        except Diverged:  # on batches of another epoch: what is only a look ends no run
            return
        if gain >= WORTH_IT:
            return
        many = f"{counted(self.plan.threads, 'thread')} {is_or_are(self.plan.threads)} no longer faster than 1"
        self.emit(Note(f"steps became slower, and {many}: training uses 1 thread"))
        self.plan = loop.plan = replace(self.plan, threads=1)
        torch.set_num_threads(1)
        self.save()

    def _announced(self, plan: Plan, step: int, each: float, reason: str) -> Plan:
        """The same plan, after its event was emitted."""
        epochs = plan.steps / len(self.learner.batches(0))
        self.emit(PlanMade(step, plan.steps, epochs, self.budget.seconds, each, reason))
        return plan

    def _is_enough(self) -> bool:
        """Whether there is nothing more to be gained, or the validation loss is as low as was asked for."""
        stalled = 0 < self.options.patience <= self.progress.evaluations_since_best
        return stalled or self.progress.best_score.loss < self.options.enough

    def _elapsed(self) -> float:
        return self.progress.elapsed + self.budget.elapsed()

    def _load_best(self) -> None:
        if self.progress.best:
            load_weights(self.learner, self.progress.best)


def load_weights(learner: Learner, weights: Weights) -> None:
    """Puts weights into the network; shared ones are listed once."""
    learner.model.load_state_dict(weights, strict=False)


def mean_weights(several: list[Weights]) -> Weights:
    """The mean of several sets of weights; whole numbers (tables, counts) are copied from the last.

    Nothing is shared with them, since a checkpoint holds both, and its format has no tensors that share memory.
    """
    return {
        name: torch.stack([weights[name] for weights in several]).mean(0) if last.is_floating_point() else last.clone()
        for name, last in several[-1].items()
    }


def inode(path: Path) -> int | None:
    """What tells a file from the one that takes its place; None where there is none."""
    return path.stat().st_ino if path.exists() else None
