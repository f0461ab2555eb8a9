"""How far a run has come, from its events: smoothed loss, speed, best validation so far, time left.

No clock is read here: the events carry their seconds. Terminal and plain lines show the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from recurra.metrics import value_text
from recurra.runs.events import Event, Finished, Note, PlanMade, Saved, StepDone, Validated
from recurra.text.counted import duration
from recurra.views.measures import label_of

DECAY = 0.98  # of the moving averages of loss and speed, which then cover about fifty steps
# The factor by which a plan must differ from what was last said, for the first change that is shown, the second and the
# third; all others are only in metrics.jsonl.
CHANGES = (1.25, 1.5, 2.0)


@dataclass
class RunProgress:
    """The state of a run, updated by its events."""

    step: int = 0
    steps: int = 0
    plan: PlanMade | None = None  # the last one that was shown
    changes: int = 0  # of the plan that were shown
    epoch: int = 0
    loss: float = 0.0  # mean over the last steps
    validated: Validated | None = None  # the last validation
    best: Validated | None = None
    saved: Saved | None = None
    finished: Finished | None = None
    weight: float = 0.0  # of all steps in the moving averages
    examples: float = 0.0  # mean per step
    step_seconds: float = 0.0  # mean per step
    session_seconds: float = 0.0  # steps and validations of this session
    session_steps: int = 0

    def __call__(self, event: Event) -> None:
        """Updates the state."""
        if self.finished and not isinstance(event, Note):  # the next member of an ensemble
            vars(self).update(vars(RunProgress(saved=self.saved)))
        match event:
            case PlanMade():
                self.step, self.steps = event.step, event.steps
                self._plan(event)
            case StepDone():
                self._step(event)
            case Validated():
                self.validated = event
                self.best = event if event.best else self.best
                self.session_seconds += event.seconds
            case Saved():
                self.saved = event
            case Finished():
                self.finished = event
            case _:
                pass

    @property
    def speed(self) -> float:
        """Examples per second while training."""
        return self.examples / self.step_seconds if self.step_seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float:
        """Time for the remaining steps, validations included, at the speed of this session."""
        if not self.session_steps:
            return 0.0
        return (self.steps - self.step) * self.session_seconds / self.session_steps

    def _plan(self, event: PlanMade) -> None:
        if self.plan is None:
            self.plan = event
        elif self.changes < len(CHANGES):
            fewer, more = sorted((self.plan.steps, event.steps))
            if more >= CHANGES[self.changes] * fewer:
                self.plan, self.changes = event, self.changes + 1

    def _step(self, event: StepDone) -> None:
        self.step, self.steps, self.epoch = event.step, event.steps, event.epoch
        self.session_steps += 1
        self.session_seconds += event.seconds
        self.weight = DECAY * self.weight + 1
        share = 1 / self.weight
        self.loss += share * (event.loss - self.loss)
        self.examples += share * (event.examples - self.examples)
        self.step_seconds += share * (event.seconds - self.step_seconds)


def counted(number: float, noun: str) -> str:
    """1 epoch, 0.25 epochs, 2.5 epochs, 100,000 epochs."""
    shown = f"{number:,.0f}" if number >= 100 or number == round(number) else f"{number:.3g}"
    return f"{shown} {noun}{'' if shown == '1' else 's'}"


def measure_text(validated: Validated) -> str:
    """error rate 3.21 %, perplexity 12.30"""
    name, unit = label_of(validated.measure)
    return f"{name} {value_text(validated.measure, validated.value)}{unit}"


def plan_line(plan: PlanMade) -> str:
    """The sentence for a plan, made or changed."""
    what = "plan" if plan.step == 0 else f"plan changed at step {plan.step:,}"
    return f"{what}: {counted(plan.steps, 'step')}, {counted(plan.epochs, 'epoch')}; {plan.reason}"


def end_line(run: RunProgress) -> str:
    """The sentence for the end of a run."""
    end = run.finished
    if end is None:
        return ""
    best = f"; best at step {end.best_step:,}" + (f": {measure_text(run.best)}" if run.best else "")
    return f"{end.reason} at step {end.step:,} after {duration(end.seconds)}{best if end.best_step else ''}"
