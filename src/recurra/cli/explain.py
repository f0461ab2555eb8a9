"""`recurra explain`: which parts of an input each output rests on, and why this output and not that one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TextIO

from recurra.cli import options as given
from recurra.cli.loading import ONE, load_model
from recurra.cli.one_input import Line, OneInput, Target, read_one
from recurra.cli.options import MethodName, option
from recurra.cli.output import PAGE, check_ending, opened_output, say_page
from recurra.cli.set_options import decoding_settings
from recurra.errors import UsageError

if TYPE_CHECKING:
    from recurra.tasks.contrast import ShownContrast
    from recurra.tasks.tracing import ShownAttribution

Method = Annotated[
    MethodName | None,
    option(
        "--method",
        "integrated-gradients (the default): scores add up to what the whole input changes; gradient: the quickest; "
        "leave-one-out: what is lost without each token.",
    ),
]
Instead = Annotated[
    str | None,
    option(
        "--instead", "Another token or label: scores then say what speaks for the output rather than for this.", "TOKEN"
    ),
]
Output = Annotated[int | None, option("--output", "Explain only the N-th token of the output.", "N", 1)]
Versus = Annotated[
    str | None,
    option("--versus", "Another output to compare with: where do the two part, and which tokens decide?", "TEXT"),
]
To = Annotated[
    str | None, option("--to", "Write a page (.html), or the numbers as data (.json), to this file.", "FILE")
]


def explain(
    model: given.ModelFolder,
    text: OneInput,
    line: Line = None,
    method: Method = None,
    target: Target = None,
    instead: Instead = None,
    output: Output = None,
    versus: Versus = None,
    settings: given.DecodingSettings = None,
    to: To = None,
) -> None:
    """Show which parts of an input each output of a model rests on: what speaks for it, and what against it.

    With --versus, shows how much more probable the output is than another one, and where that is decided.
    """
    check_ending(to, PAGE, ".json")
    idle = {"--method": method, "--instead": instead, "--output": output}
    if versus is not None and any(value is not None for value in idle.values()):
        name = next(name for name, value in idle.items() if value is not None)
        raise UsageError(f"{name} has no effect with --versus", fix="Leave one of them out.")
    chosen = decoding_settings({}, settings or [])
    with opened_output(to) as out:
        loaded = load_model(model, None, ONE)
        one = read_one(loaded, text, line)
        if versus is not None:
            write(out, to, loaded.contrast(one, versus, target, **chosen))
        else:
            numbers = [] if output is None else [output - 1]
            kind = method or "integrated-gradients"
            found = loaded.explain(one, target, method=kind, instead=instead, outputs=numbers, **chosen)
            write(out, to, found)
    say_page(to)


def write(out: TextIO, to: str | None, found: ShownAttribution | ShownContrast) -> None:
    """Writes what the name of the file says; without one, lines for the terminal."""
    from recurra.tracing.arrays import json_pieces
    from recurra.views.document import END, beginning

    if to is None:
        out.write(f"{found}\n")
    elif to.endswith(PAGE):
        out.writelines([beginning(found.source), found.body(), END])
    else:
        out.writelines([*json_pieces(found.to_mapping()), "\n"])
