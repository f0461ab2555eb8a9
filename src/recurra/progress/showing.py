"""Where progress is shown, and how: a live line in a terminal, one in a notebook, plain lines elsewhere, or nothing."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress
from rich.status import Status

from recurra.progress.notebook import Notebook, NotebookRuns, displayed
from recurra.progress.terminal import Lines, Live, LiveRuns
from recurra.runs.events import Emit, Event
from recurra.say import forget


@contextmanager
def shown_run(wanted: bool | None) -> Generator[Emit]:
    """A listener that shows a training run.

    Args:
        wanted: True shows it always, on stderr or in the notebook; None in a terminal and a notebook only.
    """
    console = Console(stderr=True, highlight=False)
    if wanted is False or (wanted is None and not is_watched(console)):
        yield ignore
    elif in_notebook():
        yield Notebook(displayed())
    elif console.is_terminal:
        live = Live(console)
        with started(live.bar):
            yield unless_gone(live)
    else:
        yield Lines()


@contextmanager
def shown_comparison(wanted: bool | None) -> Generator[Emit]:
    """A listener that shows a comparison: a line for each run, and the step of the one that is being trained."""
    console = Console(stderr=True, highlight=False)
    if wanted is False or (wanted is None and not is_watched(console)):
        yield ignore
    elif in_notebook():
        yield NotebookRuns(displayed())
    else:
        status = console.status("starting")
        with started(status):
            yield unless_gone(LiveRuns(console, status))


@contextmanager
def started(shown: Progress | Status) -> Generator[None]:
    """Within this something is shown in a terminal. If the terminal was closed meanwhile, nothing comes of that."""
    shown.start()
    try:
        yield
    finally:
        try:
            shown.stop()
        except OSError:
            forget(sys.stderr)


def unless_gone(listener: Emit) -> Emit:
    """The same; that nobody can see it any more, because the terminal was closed, ends no training."""

    def show(event: Event) -> None:
        try:
            listener(event)
        except OSError:
            forget(sys.stderr)

    return show


def is_watched(console: Console) -> bool:
    """Whether someone may be looking."""
    return console.is_terminal or in_notebook()


def in_notebook() -> bool:
    """Whether this is a notebook, where output is HTML; not so of IPython in a terminal."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and "IPKernelApp" in shell.config


def ignore(event: Event) -> None:
    """Shows nothing."""
