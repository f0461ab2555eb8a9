"""Drawings of a trained model, a layer, a cell, or a task by its name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from recurra.api.model import Model, load
from recurra.cells import CELLS, Cell, Elman
from recurra.errors import UsageError, called_from_python
from recurra.layers import FeedForward, Layer
from recurra.models.structures import layer_structure, name_in
from recurra.options import NoEffect, unknown_name
from recurra.structure import Structure
from recurra.tasks import TASKS, task_named
from recurra.tasks.table import SHORT
from recurra.views import drawing
from recurra.views.drawing import CELL_DIAGRAMS, Drawing, cell_diagram

SEEN = ("model", "text", "data")  # sections of a recipe that a network may follow from


@called_from_python()
def draw(
    what: Model | Layer | Cell | FeedForward | Structure | str | os.PathLike[str],
    unrolled: int | None = None,
    *,
    settings: Mapping[str, object] | None = None,
) -> Drawing:
    """A drawing of a network, or of one time step of a cell; it shows itself in a notebook and is saved as SVG.

    Args:
        what: a model or its folder; a layer of recurra.layers; a cell or its name ("lstm"); the name of a task
            ("translate"), for the network that it would have.
        unrolled: draw so many steps side by side; None draws each layer once.
        settings: of the task's recipe, for example {"model.layers": 2}.

    Raises:
        UsageError: something that cannot be drawn, an impossible setting.
        ModelError: a folder that is not a model.

    Example:
        >>> recurra.draw("lstm").save("lstm.svg")
        >>> recurra.draw(model, unrolled=4)
    """
    if isinstance(what, str) and (what in TASKS or what in SHORT):
        return draw_task(what, settings or {}, unrolled)
    if settings is not None:
        raise UsageError("settings apply to the name of a task only, not to a model, a layer or a cell", where="draw")
    if isinstance(what, Cell):
        return draw_cell(what, unrolled)
    if isinstance(what, str | os.PathLike):
        if str(what) in CELLS:
            return draw_cell(str(what), unrolled)
        if not str(what) or not Path(what).exists():
            raise unknown_name("cell, task or folder", str(what), [*CELLS, *TASKS])
        what = load(Path(what))
    if isinstance(what, Model):
        return what.draw(unrolled)
    return drawing.draw_structure(what if isinstance(what, Structure) else layer_structure(what), unrolled)


def draw_cell(cell: str | Cell, unrolled: int | None = None) -> Drawing:
    """One time step of a cell, or several; of a cell without a drawing a plain box.

    Raises:
        UsageError: there is no such cell.
    """
    name = name_in(CELLS, cell) if isinstance(cell, Cell) else cell
    if isinstance(cell, str) and name not in CELLS:
        raise unknown_name("cell", name, CELLS)
    activation = cell.activation if isinstance(cell, Elman) else "tanh"
    return drawing.draw_cell(cell_diagram(name, activation), unrolled)


def draw_task(task: str, settings: Mapping[str, object], unrolled: int | None = None) -> Drawing:
    """The network that a task would have; what data decide is left open.

    Raises:
        UsageError: no such task, an impossible setting.
    """
    chosen = task_named(task)
    recipe = chosen.recipe().with_settings(settings)
    for name in settings:
        if name.partition(".")[0] not in SEEN:
            raise NoEffect(name, "on a drawing", "Leave it out.")
    return drawing.draw_structure(chosen.sketch(recipe), unrolled)


def lacks_drawing(cell: str) -> bool:
    """Whether a cell is drawn as a plain box because nobody has drawn it."""
    return cell in CELLS and cell not in CELL_DIAGRAMS
