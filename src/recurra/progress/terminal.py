"""What a training run shows on stderr: a live line in a terminal, else a line for each thing that happens.

In a terminal the validations appear in the live line; elsewhere each has a line of its own. Nothing is said twice.
"""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.status import Status
from rich.text import Text

from recurra.metrics import value_text
from recurra.progress.run_progress import RunProgress, end_line, measure_text, plan_line
from recurra.runs.events import Event, Finished, Note, PlanMade, StepDone, Validated
from recurra.say import harmless, say
from recurra.text.counted import duration


class Lines:
    """Prints notes, plans, validations and the end as plain lines."""

    def __init__(self) -> None:
        self.run = RunProgress()

    def __call__(self, event: Event) -> None:
        self.run(event)
        line = line_of(event, self.run) or (validation_line(self.run) if isinstance(event, Validated) else "")
        if line:
            say(line)


class Live:
    """Prints notes, plans and the end as lines; steps and validations update a line at the bottom."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.run = RunProgress()
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
        self.run(event)
        if line := line_of(event, self.run):
            self.console.print(Text(harmless(line)), soft_wrap=True)
        if isinstance(event, PlanMade | StepDone | Validated):
            run = self.run
            self.bar.start()  # again, after the end of the member of an ensemble before
            self.bar.update(
                self.task,
                total=run.steps,
                completed=run.step,
                step=f"{run.step:,}/{run.steps:,}",
                facts=facts(run),
                visible=True,
            )
        if isinstance(event, Finished):
            self.bar.stop()


class LiveRuns:
    """Prints the notes of a comparison; in a terminal the step of the run that is being trained stands below them."""

    def __init__(self, console: Console, status: Status) -> None:
        self.console = console
        self.status = status

    def __call__(self, event: Event) -> None:
        if isinstance(event, Note):
            self.console.print(harmless(event.text), markup=False, soft_wrap=True)
        elif isinstance(event, StepDone) and self.console.is_terminal:
            self.status.update(f"step {event.step:,}/{event.steps:,}  loss {event.loss:.3f}")


def line_of(event: Event, run: RunProgress) -> str:
    """The line for an event that both modes print; empty for the others."""
    match event:
        case Note():
            return event.text
        case PlanMade():
            return plan_line(event) if run.plan is event else ""
        case Finished():
            return end_line(run)
        case _:
            return ""


def validation_line(run: RunProgress) -> str:
    """The line for a validation."""
    parts = [f"step {run.step:,}/{run.steps:,}", *numbers(run)]
    if run.validated is not None:
        parts.append(measure_text(run.validated) + (" (best)" if run.validated.best else ""))
    return "  ".join([*parts, f"{run.speed:,.0f} examples/s", f"{duration(run.seconds_left)} left"])


def facts(run: RunProgress) -> str:
    """The text beside the bar."""
    parts = numbers(run) if run.session_steps else ["starting"]
    if run.validated is not None:
        parts.append(measure_text(run.validated))
    if run.best is not None and run.best is not run.validated:
        parts.append(f"best {value_text(run.best.measure, run.best.value)}")
    if run.session_steps:
        parts += [f"{run.speed:,.0f} examples/s", f"{duration(run.seconds_left)} left"]
    return "  ".join(parts)


def numbers(run: RunProgress) -> list[str]:
    """Epoch (the first is 1) and loss."""
    return [f"epoch {run.epoch + 1}", f"loss {run.loss:.3f}"]
