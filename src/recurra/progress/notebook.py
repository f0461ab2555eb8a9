"""A training run in a notebook: what is decided and noticed line by line, and below it one bar that moves."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from html import escape

from recurra.progress.run_progress import RunProgress
from recurra.progress.terminal import facts, line_of
from recurra.runs.events import Event, Note, PlanMade, StepDone, Validated
from recurra.say import harmless

Display = Callable[[str], None]  # shows HTML in place of what it showed before

EVERY = 0.25  # seconds of training between two updates: a notebook is sent each of them


class Notebook:
    """Shows a run by one piece of HTML, which is replaced as the run goes on.

    Args:
        display: shows it.
    """

    def __init__(self, display: Display) -> None:
        self.display = display
        self.run = RunProgress()
        self.lines: list[str] = []
        self.waited = 0.0

    def __call__(self, event: Event) -> None:
        self.run(event)
        line = line_of(event, self.run)
        if line:
            self.lines.append(line)
        if isinstance(event, StepDone):
            self.waited += event.seconds
        if line or isinstance(event, PlanMade | Validated) or self.waited >= EVERY:
            self.waited = 0.0
            run = self.run
            moving = run.steps and not run.finished
            self.display(fragment(self.lines, bar(run.step, run.steps, facts(run)) if moving else ""))


class NotebookRuns:
    """Shows a comparison: a line for each run that is over, and how far the present one is.

    Args:
        display: shows it.
    """

    def __init__(self, display: Display) -> None:
        self.display = display
        self.lines: list[str] = []
        self.waited = 0.0

    def __call__(self, event: Event) -> None:
        if isinstance(event, Note):
            self.lines.append(event.text)
            self.display(fragment(self.lines, ""))
        elif isinstance(event, StepDone):
            self.waited += event.seconds
            if self.waited >= EVERY:
                self.waited = 0.0
                self.display(fragment(self.lines, bar(event.step, event.steps, f"loss {event.loss:.3f}")))


def bar(step: int, steps: int, text: str) -> str:
    """How far a run is."""
    return (
        f'<div><progress value="{step}" max="{max(steps, step, 1)}" style="width:16em"></progress> '
        f"step {step:,}/{steps:,} &nbsp; {escape(text)}</div>"
    )


def fragment(lines: list[str], below: str) -> str:
    """The lines, and what stands below them."""
    above = "".join(f"<div>{escape(harmless(line))}</div>" for line in lines)
    return f'<div class="recurra" style="font-size:.9em">{above}{below}</div>'


def displayed() -> Display:
    """A place of its own in the output of the notebook's cell."""
    ipython = importlib.import_module("IPython.display")  # every notebook has it, and nobody else needs it
    handle = ipython.display(ipython.HTML(""), display_id=True)
    return lambda html: handle.update(ipython.HTML(html))
