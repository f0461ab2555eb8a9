"""`recurra watch`: training as it happens, of one run or of several."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from recurra.cli.options import argument, option
from recurra.errors import UsageError
from recurra.say import say

if TYPE_CHECKING:
    from recurra.runs import Watch

Runs = Annotated[
    list[str] | None,
    argument("RUN...", "Model folders, as recurra train makes them, or folders of comparisons."),
]
Port = Annotated[int | None, option("--port", "The port of the page; a free one if it is not given.", "N", 0)]
AsText = Annotated[bool, option("--text", "Show the runs in the terminal.")]
AsJson = Annotated[bool, option("--json", "Print each event as a JSON object on a line of its own, as it happens.")]


def watch(runs: Runs = None, text: AsText = False, as_json: AsJson = False, port: Port = None) -> None:
    """Watch runs while they train: losses, measure, learning rate, gradient norms, and answers to validation examples.

    Shows them on a page of this machine (with the packages of recurra[serve]) until Ctrl-C, or in the terminal until
    the runs end. A run that was killed or interrupted is followed on when it is resumed. Nothing is written.
    """
    if not runs:
        raise UsageError("RUN is missing", fix="Give a model folder: recurra watch MODEL")
    if text and as_json:
        raise UsageError("--text and --json exclude each other")
    if port is not None and (text or as_json):
        raise UsageError(f"--port is for the page, which {'--text' if text else '--json'} does not show")

    from recurra.runs import Watch
    from recurra.watching.beside import missing, require

    paths = [Path(run) for run in runs]
    if as_json:
        print_events(Watch(paths))
    elif text or (port is None and missing()):
        if not text:
            say('recurra: shown in the terminal; for a page: pip install "recurra[serve]"')
        show(Watch(paths))
    else:
        require()
        from recurra.watching.server import serve

        serve(paths, port, lambda address: say(f"recurra: {address}  (Ctrl-C ends it)"))


def print_events(watched: Watch) -> None:
    """Prints each event as it comes."""
    from recurra.runs import looks

    for events in looks(watched):
        for event in events:
            print(json.dumps(event, ensure_ascii=False, allow_nan=False))
        if events:
            print(end="", flush=True)


def show(watched: Watch) -> None:
    """Shows the runs in the terminal in place; elsewhere what happens line by line, and in the end the runs."""
    from rich.console import Console
    from rich.live import Live

    from recurra.runs import looks, shown_runs
    from recurra.views import WatchView

    console = Console(highlight=False)
    if not console.is_terminal:
        for events in looks(watched):
            for line in lines(events, several=len(watched.runs) > 1):
                print(line, flush=True)
        console.print(WatchView(shown_runs(watched)))
        return
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
        for events in looks(watched):
            if events:
                live.update(WatchView(shown_runs(watched)), refresh=True)
        live.vertical_overflow = "visible"


def lines(events: Iterable[Mapping[str, object]], *, several: bool) -> Iterable[str]:
    """Events as lines: what a run says and is doing, and its validations."""
    from recurra.views import event_text

    for event in events:
        if line := event_text(event):
            yield f"{event['run']}: {line}" if several else line
