"""The drawings of the cells that a trace has, as plain data for the modules of a page (page/cell_picture.js)."""

from __future__ import annotations

from collections.abc import Sequence

from recurra.tracing import LayerTrace, Trace
from recurra.views.drawing import CELL_DIAGRAMS, CellDiagram, cell_diagram, cell_svg
from recurra.views.drawing.cell_svg import colour_of


def cell_drawings(traces: Sequence[Trace]) -> dict[str, object]:
    """By the name of the cell in the trace, of an Elman cell with its activation behind it ("Elman tanh").

    Each has its `svg`, and what the drawing is made of: the `symbols` of its quantities, the `equations`, which
    quantity is which of the trace's `gates`, and the `roles` that give quantities their colours. Cells without a
    drawing are not there.
    """
    layers = (layer for trace in traces for one in (trace, *trace.members) for layer in one.layers)
    kinds = {name_of(layer): layer for layer in layers if _drawn(layer) in CELL_DIAGRAMS}
    return {name: _data(_diagram(layer)) for name, layer in kinds.items()}


def name_of(layer: LayerTrace) -> str:
    """Under which name a page looks for the drawing of a layer's cell."""
    return " ".join(filter(None, (layer.cell, layer.activation)))


def _diagram(layer: LayerTrace) -> CellDiagram:
    return cell_diagram(_drawn(layer), layer.activation or "tanh")


def _drawn(layer: LayerTrace) -> str:
    """The name by which the cell is chosen and drawn: that of its class in lower case, "lstm"."""
    return (layer.cell or "").lower()


def _data(diagram: CellDiagram) -> dict[str, object]:
    return {
        "name": diagram.name,
        "svg": cell_svg(diagram, equations=False, sheet=False),
        "symbols": diagram.symbols,
        "equations": list(diagram.equations),
        "gates": diagram.gates,
        "roles": {quantity: colour_of(diagram, quantity) for quantity in diagram.symbols},
    }
