"""Drawings of networks and of cells, as SVG and as text: pure functions of plain data."""

from recurra.views.drawing.cell_diagram import CellDiagram, Node, Wire
from recurra.views.drawing.cell_svg import cell_svg
from recurra.views.drawing.cells import CELL_DIAGRAMS, cell_diagram
from recurra.views.drawing.drawing import Drawing, checked_path, draw_cell, draw_structure
from recurra.views.drawing.rolled import rolled_svg
from recurra.views.drawing.style import style_sheet
from recurra.views.drawing.unrolled import unrolled_svg

__all__ = [
    "CELL_DIAGRAMS",
    "CellDiagram",
    "Drawing",
    "Node",
    "Wire",
    "cell_diagram",
    "cell_svg",
    "checked_path",
    "draw_cell",
    "draw_structure",
    "rolled_svg",
    "style_sheet",
    "unrolled_svg",
]
