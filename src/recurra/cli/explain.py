"""`recurra explain`: what of an input each output rests on."""

from __future__ import annotations

from typing import Annotated

from recurra.cli import options as given
from recurra.cli.inspect import Target
from recurra.cli.loading import load_model
from recurra.cli.one_input import Line, OneInput, read_one
from recurra.cli.options import MethodName, option
from recurra.cli.output import opened_output
from recurra.cli.set_options import decoding_settings
from recurra.errors import UsageError
from recurra.say import say

Method = Annotated[
    MethodName,
    option(
        "--method",
        "integrated-gradients (the default): scores that add up to what the input changes; gradient: the quickest; "
        "leave-one-out: what is lost without each token.",
    ),
]
Instead = Annotated[
    str | None,
    option("--instead", "What could stand there instead: scores then say why this and not that.", "TOKEN"),
]
Output = Annotated[int | None, option("--output", "Explain the N-th token of the output alone.", "N", 1)]
To = Annotated[str | None, option("--to", "Write a page (.html), or the scores as data (.json), to this file.", "FILE")]


def explain(
    model: given.ModelFolder,
    text: OneInput,
    line: Line = None,
    method: Method = "integrated-gradients",
    target: Target = None,
    instead: Instead = None,
    output: Output = None,
    settings: given.DecodingSettings = None,
    to: To = None,
) -> None:
    """Say what of an input each output of a model rests on: which tokens speak for it, and which against it."""
    if to is not None and not to.endswith((".html", ".json")):
        raise UsageError(f"expected a name that ends in .html or .json, got {to!r}", where="--to")
    chosen = decoding_settings({}, settings or [])
    with opened_output(to) as out:
        from recurra.views import attribution_body
        from recurra.views.document import END, beginning

        loaded = load_model(model, None)
        numbers = [] if output is None else [output - 1]
        found = loaded.explain(
            read_one(loaded, text, line), target, method=method, instead=instead, outputs=numbers, **chosen
        )
        if to is None:
            out.write(f"{found}\n")
        elif to.endswith(".html"):
            out.writelines([beginning(found.source), attribution_body(found), END])
        else:
            out.write(f"{found.to_json()}\n")
    if to is not None and to.endswith(".html"):
        say(f"open {to} in a browser")
