"""Drawings of networks and of cells, as SVG: pure functions of plain data."""

from recurra.views.drawing.cell_diagram import CellDiagram, Node, Wire
from recurra.views.drawing.cell_svg import cell_svg
from recurra.views.drawing.cells import CELL_DIAGRAMS, cell_diagram

__all__ = ["CELL_DIAGRAMS", "CellDiagram", "Node", "Wire", "cell_diagram", "cell_svg"]
