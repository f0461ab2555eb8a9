"""What a training run emits: plain records, yielded by the loop and by the run around it.

Printing, metrics.jsonl, TensorBoard and tests read these events; the loop knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from recurra.tracing import Sample

METRICS = "metrics.jsonl"  # the file of a run folder in which its events stand, one on each line


@dataclass(frozen=True)
class Note:
    """Something decided or noticed that the user should know, in one sentence."""

    text: str


@dataclass(frozen=True)
class PlanMade:
    """The run's length in optimiser steps, made at the start or changed on the way."""

    step: int  # where the plan was made: 0 at the start
    steps: int  # optimiser steps in all
    epochs: float  # the same in passes over the data
    seconds: float | None  # time allowed for the whole command; None when epochs were asked for
    seconds_per_step: float  # measured
    reason: str


@dataclass(frozen=True)
class StepDone:
    """One optimiser step."""

    step: int  # 1 for the first
    steps: int
    epoch: int  # 0 for the first
    loss: float  # cross-entropy per target token in nats, with label smoothing as trained
    learning_rate: float
    gradient_norm: float  # before clipping
    examples: int
    tokens: int  # target tokens, <EOS> included
    seconds: float  # of this step


@dataclass(frozen=True)
class Validated:
    """One validation."""

    step: int
    epoch: int
    loss: float  # nats per target token, no label smoothing
    measure: str  # name of the validation measure, lower is better
    value: float
    best: bool
    seconds: float


@dataclass(frozen=True)
class Sampled:
    """What the network answers to a few validation examples, the same ones in the whole run."""

    step: int
    samples: list[Sample]  # said by the first event of each session; empty in the others
    answers: list[str]  # one for each sample
    right: list[bool | None]  # whether each answer is right; None where answers are more or less near
    seconds: float


@dataclass(frozen=True)
class Saved:
    """A checkpoint that is complete on disk."""

    step: int
    path: str


PLAN_COMPLETE, EARLY_STOPPING, OUT_OF_TIME, INTERRUPTED = (
    "plan complete",
    "early stopping",
    "out of time",
    "interrupted",
)
FEW_STEPS = 50  # with fewer a network has hardly begun to learn


@dataclass(frozen=True)
class Finished:
    """The end of a run."""

    step: int
    best_step: int
    seconds: float  # of the whole run, earlier sessions included
    reason: str  # "plan complete", "early stopping", "out of time" (before FEW_STEPS), "interrupted"
    signal: int = 0  # that interrupted it


Event = Note | PlanMade | StepDone | Validated | Sampled | Saved | Finished
Emit = Callable[[Event], None]  # where events go
