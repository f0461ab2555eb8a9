"""`recurra curves`: how training went, of one run or of several."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import typer

from recurra.cli import options as given
from recurra.cli.options import argument, option
from recurra.cli.output import PAGE, STDOUT, check_ending, opened_page
from recurra.errors import UsageError

Runs = Annotated[
    list[str] | None,
    argument("RUN...", "Model folders, as made by recurra train; several are drawn in the same charts."),
]
Over = Annotated[
    Literal["steps", "seconds", "tokens"],
    typer.Option("--over", help="The horizontal axis: steps, seconds of training, or target tokens."),
]
Page = Annotated[
    str | None,
    option("--to", "Write an HTML page instead, with charts that show their numbers under the pointer.", "FILE.html"),
]


def curves(runs: Runs = None, over: Over = "steps", to: Page = None, as_json: given.AsJson = False) -> None:
    """Show how training went: losses, validation measure, learning rate, gradient norms and clipped updates.

    Draws what the runs have recorded, also while they train, and sums it up in words: the best validation, whether more
    training would help or the model overfits, and how large the gradients were.
    """
    if not runs:
        raise UsageError("RUN is missing", fix="Give a model folder: recurra curves MODEL")
    if to and as_json:
        raise UsageError("--to writes a page, and --json prints the numbers: they exclude each other")
    if to != STDOUT:
        check_ending(to, PAGE)

    from recurra import api

    with opened_page(to) as out:
        found = api.curves(runs, over=over)
        if out:
            out.write(found.page())
    if to:
        return
    if as_json:
        print(json.dumps(found.to_mapping(), ensure_ascii=False, allow_nan=False))
        return
    from rich.console import Console

    from recurra.views import CurvesView

    Console().print(CurvesView(found.runs, found.over))
