"""A run as it is watched: what terminal and page show of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from recurra.text.counted import counted, duration
from recurra.tracing import RunCurves, Sample, SampleAnswers

RECENT = 50  # steps by which the speed is measured
SHARE_KNOWN = 0.5  # of the validations that have answers to the samples; below this it is said that others have none


class WatchedRun(NamedTuple):
    """What there is to be seen of a run.

    Args:
        curves: what it has recorded.
        doing: in words.
        going_on: whether it is being trained.
        note: the last thing that it said.
        model: where the finished model is; empty while there is none.
        measured: how good it is: names, values and intervals.
        measured_on: what that was measured on.
        commands: what to type next.
    """

    curves: RunCurves
    doing: str
    going_on: bool = True
    note: str = ""
    model: str = ""
    measured: Sequence[tuple[str, str, str]] = ()
    measured_on: str = ""
    commands: Sequence[str] = ()

    @property
    def step(self) -> int:
        """Steps done."""
        return self.curves.steps.step[-1] if self.curves.steps.step else 0

    @property
    def share(self) -> float:
        """Of the plan that is done."""
        return min(1.0, self.step / self.curves.planned) if self.curves.planned else 0.0

    @property
    def progress(self) -> str:
        """How far it has come: 520 of 993 steps, 0:18 left."""
        if not self.step:
            return ""
        if not self.going_on or self.step >= self.curves.planned:
            return f"{self.step:,} of {counted(self.curves.planned, 'step')}"
        return f"{self.step:,} of {counted(self.curves.planned, 'step')}, about {duration(self.seconds_left)} left"

    @property
    def seconds_left(self) -> float:
        """For the remaining steps at the speed of the last ones, validations as often as until now."""
        recent = [one for one in self.curves.steps.seconds[-RECENT:] if math.isfinite(one)]
        looks = sum(one for one in self.curves.validations.seconds if math.isfinite(one))
        each = (sum(recent) / len(recent) if recent else 0.0) + looks / max(1, self.step)
        return (self.curves.planned - self.step) * each

    @property
    def left_out(self) -> str:
        """At how many validations the samples were not answered; empty where they were at most of them."""
        made, answered = len(self.curves.validations.step), len(self.curves.answers)
        if not answered or answered > SHARE_KNOWN * made:
            return ""
        return f"answered at {answered} of {counted(made, 'validation')}: more would have taken over 1 % of the time"


class Answered(NamedTuple):
    """A sample and its answers."""

    sample: Sample
    now: str  # the last answer
    right: bool | None
    before: str  # the answer before; the same where there was none

    @property
    def mark(self) -> str:
        """✓ of a right answer, ✗ of a wrong one; nothing where answers are more or less near."""
        return "" if self.right is None else "✓" if self.right else "✗"


def answered(curves: RunCurves) -> list[Answered]:
    """Each sample with what was answered last."""
    if not curves.answers:
        return []
    last: SampleAnswers = curves.answers[-1]
    before = curves.answers[-2] if len(curves.answers) > 1 else last
    return [
        Answered(sample, answer, right, earlier)
        for sample, answer, right, earlier in zip(curves.samples, last.answers, last.right, before.answers, strict=True)
    ]
