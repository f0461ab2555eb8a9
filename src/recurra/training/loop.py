"""The training loop: batch, seed, loss, gradient, clip, update. One step after the other, an event for each.

Order and randomness are functions of (seed, epoch) and (seed, step), so a run continues from three integers, the
weights and the optimiser. Printing, validating and saving are readers of the events.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.utils import clip_grad_norm_

from recurra.errors import RunError
from recurra.models import device_of
from recurra.runs.events import StepDone
from recurra.training.learner import Index, Learner, State, Stateful
from recurra.training.loss import Loss
from recurra.training.optimizer import Optimizer
from recurra.training.options import TrainingOptions
from recurra.training.plan import Plan, learning_rate


class Diverged(RunError):
    """The gradient is not finite any more."""


@dataclass
class Position:
    """Where a run is: steps done, the epoch, how many of its batches are done, and the state after the last one."""

    step: int = 0
    epoch: int = 0
    batch: int = 0
    state: State = ()  # empty where batches do not continue one another, and at the beginning of an epoch

    def counts(self) -> dict[str, int]:
        """All but the state, as plain data."""
        return {"step": self.step, "epoch": self.epoch, "batch": self.batch}


class Loop:
    """The steps of a run from a position to the end of a plan. The plan may be replaced between two steps."""

    def __init__(
        self,
        learner: Learner,
        optimizer: Optimizer,
        options: TrainingOptions,
        plan: Plan,
        position: Position,
    ) -> None:
        self.learner = learner
        self.optimizer = optimizer
        self.options = options
        self.plan = plan
        self.position = position

    def __iter__(self) -> Iterator[StepDone]:
        at = self.position
        batches = self.learner.batches(at.epoch)
        while at.step < self.plan.steps:
            if at.batch == len(batches):
                at.epoch, at.batch, at.state = at.epoch + 1, 0, ()
                batches = self.learner.batches(at.epoch)
            yield self._step(batches[at.batch])

    def try_batch(self, batch: Index) -> None:
        """One step on a given batch, out of order."""
        self._step(batch)

    def _step(self, batch: Index) -> StepDone:
        started = time.perf_counter()
        at = self.position
        progress = self.plan.progress(at.step)
        # As it is in the middle of the step: no step, not even the only one of a plan, learns at the rate 0 of its end.
        rate = learning_rate(self.options, (progress + self.plan.progress(at.step + 1)) / 2)
        self.optimizer.rate = rate
        seed_dropout(self.learner, step_seed(self.options.seed, at.step))
        self.learner.model.train()
        loss, state = gradient(self.learner, batch, self.plan, self.options, progress, at.state)
        norm = clip(self.learner, self.options.clip_norm)
        if not math.isfinite(norm):
            raise self._diverged(batch, norm)
        self.optimizer.step()
        at.step += 1
        at.batch += 1
        at.state = state
        return StepDone(
            at.step,
            self.plan.steps,
            at.epoch,
            loss,
            rate,
            norm,
            len(batch),
            self.learner.tokens(batch),
            time.perf_counter() - started,
        )

    def _diverged(self, batch: Index, norm: float) -> Diverged:
        """The error for a gradient that is not finite."""
        step = self.position.step
        if step and self.options.learning_rate:
            fix = (
                "The last checkpoint is intact. Train again with a lower --set training.learning_rate or a lower "
                "--set training.clip_norm."
            )
        else:
            other = ", or train with --set training.precision=float32" if self.plan.bfloat16 else ""
            fix = (
                "No step has changed the weights yet, so the learning rate is not the cause: "
                f"look for very large values in these examples{other}."
            )
        what = f"training diverged: the gradient norm of step {step + 1} is {norm}"
        return Diverged(what, where=self.learner.describe(batch), fix=fix)


def seed_dropout(learner: Learner, seed: int) -> None:
    """Seeds the generator of the network's device.

    `torch.manual_seed` seeds those of all devices, and for each that is not in use keeps a traceback until it is: that
    takes a millisecond, as long as the step of a small network.
    """
    if device_of(learner.model).type == "cpu":
        torch.default_generator.manual_seed(seed)
    else:
        torch.manual_seed(seed)


def gradient(
    learner: Learner, batch: Index, plan: Plan, options: TrainingOptions, progress: float, state: State = ()
) -> tuple[float, State]:
    """Leaves the gradient of the batch's mean token loss in the parameters; returns the loss and the state after it."""
    learner.model.zero_grad(set_to_none=True)
    tokens = learner.tokens(batch)
    sampling = options.scheduled_sampling * progress
    total = 0.0
    left: list[State] = []
    for part, before in split(batch, state, plan.parts):
        with autocast(learner, plan.bfloat16):
            loss, after = loss_of(learner, part, before, options.label_smoothing, sampling)
        (loss.total / tokens).backward()
        total += float(loss.total.detach())
        left.append(after)
    return total / tokens, tuple(torch.cat(parts) for parts in zip(*left, strict=True))


def loss_of(learner: Learner, batch: Index, state: State, smoothing: float, sampling: float) -> tuple[Loss, State]:
    """The loss of a batch, of a stateful learner from the state after the batch before."""
    if isinstance(learner, Stateful):
        return learner.loss_from(batch, state, smoothing=smoothing, sampling=sampling)
    return learner.loss(batch, smoothing=smoothing, sampling=sampling), ()


def split(batch: Index, state: State, parts: int) -> list[tuple[Index, State]]:
    """A batch in so many parts (at most one for each example), each with its rows of the state."""
    pieces = np.array_split(batch, min(parts, len(batch)))
    ends = np.cumsum([len(piece) for piece in pieces]).tolist()
    return [
        (piece, tuple(tensor[end - len(piece) : end] for tensor in state))
        for piece, end in zip(pieces, ends, strict=True)
    ]


def autocast(learner: Learner, bfloat16: bool) -> contextlib.AbstractContextManager[object]:
    """bfloat16 if the plan says so."""
    if not bfloat16:
        return contextlib.nullcontext()
    return torch.autocast(device_of(learner.model).type, dtype=torch.bfloat16)


def clip(learner: Learner, limit: float) -> float:
    """Scales the gradient down to the norm `limit` (Pascanu et al. 2013) and returns the norm it had."""
    return float(clip_grad_norm_(learner.model.parameters(), limit or math.inf))


def step_seed(seed: int, step: int) -> int:
    """The seed of everything random in one step."""
    return int(np.random.SeedSequence((seed, step)).generate_state(1, np.uint64)[0] >> 1)
