"""`recurra inspect`: everything that happens inside for one input, in the terminal, as a page, as data."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Annotated, TextIO

from recurra.cli import options as given
from recurra.cli.loading import ONE, load_model
from recurra.cli.one_input import Line, OneInput, Target, read_one
from recurra.cli.options import option
from recurra.cli.output import PAGE, check_ending, opened_output, say_page
from recurra.cli.set_options import decoding_settings
from recurra.errors import UsageError

if TYPE_CHECKING:
    from recurra.api import Model
    from recurra.tasks.answer_settings import AnswerSettings
    from recurra.tasks.tracing import ShownTrace

METHOD = "integrated-gradients"

Versus = Annotated[
    list[str] | None,
    option("--versus", "Another model, shown side by side on the page of --to; may be repeated.", "MODEL"),
]
Contrast = Annotated[
    str | None,
    option("--contrast", "Another output: shows also why the model gives its own and not this one.", "TEXT"),
]
To = Annotated[
    str | None,
    option("--to", "Write an interactive page (.html), or the trace as data (.json, .npz), to this file.", "FILE"),
]


def inspect(
    model: given.ModelFolder,
    text: OneInput,
    line: Line = None,
    target: Target = None,
    contrast: Contrast = None,
    versus: Versus = None,
    ensemble: given.Ensemble = None,
    settings: given.DecodingSettings = None,
    to: To = None,
) -> None:
    """Look inside a model while it answers one input: how sure it was, where it looked, what its answer rests on.

    Prints this, or writes a page that shows also every gate and state of every step, the search and the gradients.
    """
    check_ending(to, PAGE, ".json", ".npz")
    if versus and (to is None or not to.endswith(PAGE)):
        raise UsageError("--versus has no effect without a page", fix="Add --to page.html.")
    chosen = decoding_settings({}, settings or [])
    with opened_output(to) as out:
        first = traced(load_model(model, ensemble, ONE), text, line, target, contrast, chosen, kept=to is not None)
        others = [
            traced(load_model(folder, None, ONE), text, line, target, contrast, chosen, kept=True)
            for folder in versus or []
        ]
        write(out, to, [first, *others])
    say_page(to)


def traced(
    model: Model,
    text: str,
    line: int | None,
    target: str | None,
    contrast: str | None,
    chosen: AnswerSettings,
    *,
    kept: bool,
) -> ShownTrace:
    """All that can be seen of one input; gradients, which the terminal does not show, only where they are kept."""
    one = read_one(model, text, line)
    return model.trace(one, target, gradients=kept, attribution=METHOD, contrast=contrast, **chosen)


def write(out: TextIO, to: str | None, traces: list[ShownTrace]) -> None:
    """Writes what the name of the file says; without one, lines for the terminal."""
    from recurra.tracing.arrays import write_npz
    from recurra.views import inspect_page, trace_lines

    first = traces[0]
    if to is None:
        lines = trace_lines(first, shutil.get_terminal_size().columns)
        out.writelines(f"{line}\n" for line in lines)
    elif to.endswith(PAGE):
        out.writelines(inspect_page(traces, structures=[trace.structure for trace in traces]))
    elif to.endswith(".json"):
        out.writelines([*first.json_pieces(), "\n"])
    else:
        write_npz(first.to_mapping(), out.buffer)
