"""What a training run shows on stderr: a live line in a terminal, else a line for each thing that happens.

In a terminal the looks at the validation data stand in the live line; elsewhere each has a line of its own. Nothing
is said twice.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from recurra.cli.pace import Pace, duration, ended, measured, planned
from recurra.cli.say import harmless, say
from recurra.training.events import Event, Finished, Note, PlanMade, StepDone, Validated


class Lines:
    """Prints notes, plans, looks and the end as plain lines."""

    def __init__(self) -> None:
        self.pace = Pace()

    def __call__(self, event: Event) -> None:
        self.pace(event)
        line = told(event, self.pace) or (looked(self.pace) if isinstance(event, Validated) else "")
        if line:
            say(line)


class Live:
    """Prints notes, plans and the end as lines; steps and looks move a line at the bottom."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.pace = Pace()
        self.bar = Progress(
            TextColumn("step {task.fields[step]}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[facts]}"),
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self.task = self.bar.add_task("", total=None, step="", facts="", visible=False)

    def __call__(self, event: Event) -> None:
        self.pace(event)
        if line := told(event, self.pace):
            self.console.print(Text(harmless(line)), soft_wrap=True)
        if isinstance(event, PlanMade | StepDone | Validated):
            pace = self.pace
            self.bar.update(
                self.task,
                total=pace.steps,
                completed=pace.step,
                step=f"{pace.step:,}/{pace.steps:,}",
                facts=facts(pace),
                visible=True,
            )
        if isinstance(event, Finished):
            self.bar.stop()


@contextmanager
def progress() -> Generator[Live | Lines]:
    """A listener that shows a run on stderr, in the manner that stderr allows."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield Lines()
        return
    live = Live(console)
    with live.bar:
        yield live


def told(event: Event, pace: Pace) -> str:
    """The line for an event that every manner of showing prints; empty for the others."""
    match event:
        case Note():
            return event.text
        case PlanMade():
            return planned(event) if pace.plan is event else ""
        case Finished():
            return ended(pace)
        case _:
            return ""


def looked(pace: Pace) -> str:
    """The line for a look at the validation data."""
    parts = [f"step {pace.step:,}/{pace.steps:,}", *numbers(pace)]
    if pace.looked is not None:
        parts.append(measured(pace.looked) + (" (best)" if pace.looked.best else ""))
    return "  ".join([*parts, f"{pace.speed:,.0f} examples/s", f"{duration(pace.seconds_left)} left"])


def facts(pace: Pace) -> str:
    """What stands beside the bar."""
    parts = numbers(pace) if pace.session_steps else ["starting"]
    if pace.looked is not None:
        parts.append(measured(pace.looked))
    if pace.best is not None and pace.best is not pace.looked:
        parts.append(f"best {pace.best.value:.2f}")
    if pace.session_steps:
        parts += [f"{pace.speed:,.0f} examples/s", f"{duration(pace.seconds_left)} left"]
    return "  ".join(parts)


def numbers(pace: Pace) -> list[str]:
    """Epoch (the first is 1) and loss."""
    return [f"epoch {pace.epoch + 1}", f"loss {pace.loss:.3f}"]
