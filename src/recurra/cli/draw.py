"""`recurra draw`: the network of a model, or one time step of a cell, as a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from recurra.cli import options as given
from recurra.cli.known_names import task_names, values_of
from recurra.cli.options import argument, option
from recurra.cli.output import opened_output
from recurra.cli.set_options import as_typed, train_settings
from recurra.errors import UsageError
from recurra.say import harmless, say

if TYPE_CHECKING:
    from recurra.views.drawing import Drawing

ModelFolder = Annotated[str | None, argument("MODEL", "A model folder, as made by recurra train.")]
CellName = Annotated[
    str | None,
    option(
        "--cell",
        "Draw one time step of this cell: lstm, gru, slstm, elman, mingru, minlstm; with --task, that of the network.",
        "CELL",
        complete=values_of("model.cell"),
    ),
]
TaskName = Annotated[
    str | None,
    option("--task", "Draw the network that this task would have, without a model.", "T", complete=task_names),
]
Unrolled = Annotated[int | None, option("--unrolled", "Draw N time steps side by side.", "N", 1)]
To = Annotated[
    str | None, option("--to", "Write the drawing to this file; by default it is printed as text.", "FILE.svg")
]


def draw(
    model: ModelFolder = None,
    cell: CellName = None,
    task: TaskName = None,
    settings: given.Settings = None,
    unrolled: Unrolled = None,
    to: To = None,
) -> None:
    """Draw the network of a model, or a cell: each layer once, or over time (--unrolled N).

    Without --to, prints the parts of the network, their sizes and numbers of parameters; of a cell, its equations.
    """
    check_one(model, cell, task, settings)
    if unrolled is not None and to is None:
        raise UsageError("--unrolled has no effect without --to", fix="Add --to net.svg.")
    if to is None:
        print(harmless(str(drawing(model, cell, task, settings or [], None))))
        say("Add --to net.svg for the drawing, and --unrolled 4 to draw four time steps.")
        return

    from recurra.views.drawing import checked_path

    checked_path(to, "--to")
    with opened_output(to) as file:
        file.write(drawing(model, cell, task, settings or [], unrolled).svg)
    say(f"The drawing is in {to}")


def check_one(model: str | None, cell: str | None, task: str | None, settings: list[str] | None) -> None:
    """Refuses more than one thing to draw, none, and settings of what is made already.

    Raises:
        UsageError: it says which.
    """
    kinds = {"MODEL": model, "--task": task, "--cell": None if task else cell}
    said = [name for name, value in kinds.items() if value is not None]
    if not said:
        raise UsageError("nothing to draw", fix="Give a model folder, or --cell lstm, or --task translate.")
    if len(said) > 1:
        raise UsageError(f"{' and '.join(said)} exclude each other", fix="Leave one of them out.")
    if settings and task is None:
        raise UsageError("--set has no effect without --task", fix="Leave it out, or name a task.")


def drawing(
    model: str | None, cell: str | None, task: str | None, settings: list[str], unrolled: int | None
) -> Drawing:
    """What is asked for."""
    from recurra import api
    from recurra.api.drawing import draw_cell, draw_task, lacks_drawing

    if task is not None:
        short = {"--cell": cell}
        with as_typed(short):
            return draw_task(task, train_settings(short, settings), unrolled)
    if cell is None:
        return api.draw(api.load(str(model)), unrolled)
    if lacks_drawing(cell):
        say(f"there is no drawing of the cell {cell} yet, so it is a plain box (recurra/views/drawing/cells.py)")
    return draw_cell(cell, unrolled)
