"""How a training run went, as plain data: a number for each step, one for each validation, and what they come to."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import asdict, dataclass, field
from itertools import accumulate
from typing import Literal, get_args

from recurra.narrowing import object_of
from recurra.tracing.arrays import finite

Axis = Literal["steps", "seconds", "tokens"]  # what curves are drawn over
AXES: tuple[Axis, ...] = get_args(Axis)


@dataclass(frozen=True)
class StepCurves:
    """A number for each optimiser step that was recorded, in order; NaN where the run did not record it."""

    step: list[int] = field(default_factory=list[int])  # 1 for the first
    loss: list[float] = field(
        default_factory=list[float]
    )  # nats per target token, label smoothing and dropout included
    learning_rate: list[float] = field(default_factory=list[float])
    gradient_norm: list[float] = field(default_factory=list[float])  # before clipping
    tokens: list[float] = field(default_factory=list[float])  # target tokens of the step
    seconds: list[float] = field(default_factory=list[float])  # of this step


@dataclass(frozen=True)
class ValidationCurves:
    """A number for each validation, in order; NaN where the run did not record it."""

    step: list[int] = field(default_factory=list[int])  # after which it was made
    loss: list[float] = field(default_factory=list[float])  # nats per target token
    value: list[float] = field(default_factory=list[float])  # of the measure; lower is better
    seconds: list[float] = field(default_factory=list[float])  # of this validation


@dataclass(frozen=True)
class Sample:
    """A validation example whose answers are recorded while a network learns, as it can be shown."""

    line: int  # where it stands in the data, from 1
    input: str
    wanted: list[str]  # what is right
    picture: str = ""  # of the input, as the address of an image; empty where there is none


@dataclass(frozen=True)
class SampleAnswers:
    """What a network answered to the samples after a step."""

    step: int
    answers: list[str]  # one for each sample
    right: list[bool | None]  # whether each is right; None where answers are more or less near


@dataclass(frozen=True)
class RunCurves:
    """One training run.

    Args:
        name: of its model folder.
        steps, validations: the numbers.
        measure: the name of the validation measure; empty before the first validation.
        planned: optimiser steps of the whole run; 0 where no plan was recorded.
        clip_norm: the gradient norm above which updates are clipped, 0 if none is; None where it is not known.
        label_smoothing: of the training loss; None where it is not known.
        samples: a few validation examples; none where the run did not record answers.
        answers: what was answered to them, in the order of the steps.
        kept: the steps of the validations that were the best until then, so that their weights were kept.
        ended: why the run ended; empty for one that has not, or was killed.
        notes: what is missing or was left out, in sentences.
        verdict: what the numbers come to, in sentences.
    """

    name: str
    steps: StepCurves = field(default_factory=StepCurves)
    validations: ValidationCurves = field(default_factory=ValidationCurves)
    measure: str = ""
    planned: int = 0
    clip_norm: float | None = None
    label_smoothing: float | None = None
    ended: str = ""
    samples: list[Sample] = field(default_factory=list[Sample])
    answers: list[SampleAnswers] = field(default_factory=list[SampleAnswers])
    kept: list[int] = field(default_factory=list[int])
    notes: list[str] = field(default_factory=list[str])
    verdict: list[str] = field(default_factory=list[str])

    @property
    def clipped(self) -> list[float]:
        """For each step 1 if its update was clipped, else 0; NaN where it is not known."""
        limit = self.clip_norm
        if limit is None:
            return [math.nan] * len(self.steps.step)
        return [math.nan if math.isnan(norm) else float(0 < limit < norm) for norm in self.steps.gradient_norm]

    @property
    def clipped_share(self) -> float | None:
        """The share of clipped ones among the updates of which it is known; None where it is known of none."""
        known = [value for value in self.clipped if not math.isnan(value)]
        return sum(known) / len(known) if known else None

    @property
    def best(self) -> int | None:
        """Which validation was the best one: the one whose weights were kept.

        Where the run did not record that: by the measure, of equal ones by the loss, then the first.
        """
        if self.kept and self.kept[-1] in self.validations.step:
            return self.validations.step.index(self.kept[-1])
        made = [k for k, value in enumerate(self.validations.value) if not math.isnan(value)]
        return min(made, key=lambda k: (self.validations.value[k], self.validations.loss[k], k), default=None)

    def over(self, axis: Axis) -> tuple[list[float], list[float]]:
        """Where on the axis each step and each validation lies.

        Seconds are those of the steps and validations themselves; loading, planning and saving are left out.
        """
        if axis == "steps":
            return list(map(float, self.steps.step)), list(map(float, self.validations.step))
        amounts = self.steps.tokens if axis == "tokens" else self.steps.seconds
        ends = list(accumulate(map(known, amounts)))
        waits = self.validations.seconds if axis == "seconds" else [0.0] * len(self.validations.step)
        waited = [0.0, *accumulate(map(known, waits))]
        before = [bisect_right(self.steps.step, step) for step in self.validations.step]  # steps until then
        looks = [(ends[number - 1] if number else 0.0) + waited[k + 1] for k, number in enumerate(before)]
        made = [bisect_right(self.validations.step, step - 1) for step in self.steps.step]  # validations before
        return [end + waited[number] for end, number in zip(ends, made, strict=True)], looks

    def to_mapping(self) -> dict[str, object]:
        """Plain dicts and lists, for JSON, which has no NaN: what is not known is None."""
        return object_of(finite(asdict(self)))


def known(value: float) -> float:
    """The value, 0 where it is not known."""
    return 0.0 if math.isnan(value) else value
