"""`recurra demo`: from data through training to answers and a look inside, in under a minute."""

from __future__ import annotations

import tempfile
import time as clock
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recurra.cli.options import option
from recurra.cli.set_options import check_budget
from recurra.demos import DEMOS, Bench, Experiment, demo_named
from recurra.errors import UsageError
from recurra.files import plain_errors
from recurra.say import say

if TYPE_CHECKING:
    from recurra.api import Model
    from recurra.demos import Demo

DemoName = Annotated[
    str,
    typer.Argument(
        metavar="DEMO", help="One of: " + "; ".join(f"{name} ({what})" for name, what in DEMOS.items()) + "."
    ),
]
Data = Annotated[
    str | None,
    typer.Option("--data", metavar="DIR", help="Only write the demo's data into DIR, to train on with recurra train."),
]
To = Annotated[str | None, option("--to", "The folder for models and pages; a new temporary one by default.", "DIR")]
Time = Annotated[str | None, option("--time", "Time limit for the whole command; 45 to 60 seconds by default.", "TIME")]


def demo(context: typer.Context, name: DemoName = "dates", to: To = None, time: Time = None, data: Data = None) -> None:
    """Train a built-in demo and show what it learned.

    Each demo makes its data, trains on them, evaluates the model on held-out examples and shows some of them. The model
    is kept in a new temporary folder, or in that of --to.
    """
    check_budget(time, None)
    chosen = demo_named(name)

    from recurra.training import parse_time

    allowed = parse_time(time or chosen.time)
    if allowed < chosen.least:
        raise UsageError(f"the demo needs at least {chosen.least:g}s, got {time}", where="--time")
    if isinstance(chosen, Experiment):
        experiment(chosen, to, data, context.obj.started + allowed)
        return
    split = chosen.split()
    if data is not None:
        say_written(chosen.write(Path(data), split), chosen.noun)
        return
    say(f"made {chosen.noun} to learn from, such as:")
    for example in split.training[:3]:
        say(f"  {chosen.line(example)}")
    folder = Path(to or tempfile.mkdtemp(prefix="recurra-demo-"))
    models = trained(chosen, split.training, folder, allowed - chosen.afterwards, context.obj.started)

    from rich.console import Console

    from recurra.demos import Learned

    chosen.show(Learned(models, split.held_out, folder, Console(highlight=False)))


def experiment(chosen: Experiment, to: str | None, data: str | None, end: float) -> None:
    """Runs an experiment until `end`, or writes its data alone."""
    if data is not None:
        say_written(chosen.write(Path(data)), chosen.noun)
        return

    from rich.console import Console

    folder = Path(to or tempfile.mkdtemp(prefix="recurra-demo-"))
    with plain_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    chosen.run(Bench(Console(highlight=False), folder, end - chosen.afterwards))


def say_written(files: Mapping[Path, int], noun: str) -> None:
    """Which files were written, and how much is in them."""
    for path, size in files.items():
        say(f"{size:,} {noun} in {path}")


def trained(demo: Demo, examples: Sequence[object], folder: Path, seconds: float, started: float) -> dict[str, Model]:
    """A model for each of the demo's networks: in the folder, or where there are several, in one of their own.

    Each gets its share of the time, and at least that of the shortest demo where the ones before took longer.
    """
    from recurra import api

    models: dict[str, Model] = {}
    for number, (name, settings) in enumerate(demo.networks.items(), 1):
        began = started if number == 1 else clock.monotonic()
        share = max(started + seconds * number / len(demo.networks) - began, demo.least / len(demo.networks))
        if len(demo.networks) > 1:
            say(f"training {name}")
        models[name] = api.train(
            examples,
            task=demo.task,
            to=folder if len(demo.networks) == 1 else folder / name,
            time=f"{round(share, 1):g}s",
            settings=settings,
            progress=True,
            started=began,
        )
    return models
