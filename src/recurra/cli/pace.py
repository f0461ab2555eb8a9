"""How a run is getting on, from its events: losses smoothed, speed, the best so far, the time left.

No clock is read here: the events carry their seconds. Terminal and plain lines show the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from recurra.training.events import Event, Finished, PlanMade, Saved, StepDone, Validated

MEMORY = 0.98  # of the mean loss and speed: about the last fifty steps count
PLAIN = ("perplexity", "nats", "bits_per_character")  # validation measures that are no percentages
NEWS = 0.1  # share of a plan's steps by which another one must differ to be worth a line; metrics.jsonl has them all


@dataclass
class Pace:
    """The state of a run as far as its events have told it."""

    step: int = 0
    steps: int = 0
    plan: PlanMade | None = None  # the last one that was worth a line
    epoch: int = 0
    loss: float = 0.0  # mean over the last steps
    looked: Validated | None = None  # the last look at the validation data
    best: Validated | None = None
    saved: Saved | None = None
    finished: Finished | None = None
    weight: float = 0.0  # of all steps that are in the means
    pairs: float = 0.0  # mean pairs of a step
    step_seconds: float = 0.0  # mean seconds of a step
    session_seconds: float = 0.0  # steps and validations of this session
    session_steps: int = 0

    def __call__(self, event: Event) -> None:
        """Takes an event in."""
        match event:
            case PlanMade():
                self.step, self.steps = event.step, event.steps
                if self.plan is None or abs(event.steps - self.plan.steps) >= NEWS * self.plan.steps:
                    self.plan = event
            case StepDone():
                self._step(event)
            case Validated():
                self.looked = event
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
        """Pairs per second while training."""
        return self.pairs / self.step_seconds if self.step_seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float:
        """What the steps that are left will take, validations included, at the pace of this session."""
        if not self.session_steps:
            return 0.0
        return (self.steps - self.step) * self.session_seconds / self.session_steps

    def _step(self, event: StepDone) -> None:
        self.step, self.steps, self.epoch = event.step, event.steps, event.epoch
        self.session_steps += 1
        self.session_seconds += event.seconds
        self.weight = MEMORY * self.weight + 1
        share = 1 / self.weight
        self.loss += share * (event.loss - self.loss)
        self.pairs += share * (event.examples - self.pairs)
        self.step_seconds += share * (event.seconds - self.step_seconds)


def duration(seconds: float) -> str:
    """0:07, 12:30, 1:02:03."""
    whole = max(0, round(seconds))
    minutes, hours = whole // 60 % 60, whole // 3600
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def counted(number: float, noun: str) -> str:
    """1 epoch, 0.25 epochs, 2.5 epochs, 100,000 epochs."""
    shown = f"{number:,.0f}" if number >= 100 or number == round(number) else f"{number:.3g}"
    return f"{shown} {noun}{'' if shown == '1' else 's'}"


def measured(look: Validated) -> str:
    """error rate 3.21 %, perplexity 12.30"""
    unit = "" if look.measure in PLAIN else " %"
    return f"{look.measure.replace('_', ' ')} {look.value:.2f}{unit}"


def planned(plan: PlanMade) -> str:
    """The sentence for a plan, made or changed."""
    what = "plan" if plan.step == 0 else f"plan changed at step {plan.step:,}"
    return f"{what}: {counted(plan.steps, 'step')}, {counted(plan.epochs, 'epoch')}; {plan.reason}"


def ended(pace: Pace) -> str:
    """The sentence for the end of a run."""
    end = pace.finished
    if end is None:
        return ""
    best = f"; best at step {end.best_step:,}" + (f": {measured(pace.best)}" if pace.best else "")
    return f"{end.reason} at step {end.step:,} after {duration(end.seconds)}{best if end.best_step else ''}"
