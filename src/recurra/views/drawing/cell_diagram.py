"""A recurrent cell as a picture in a textbook has it, as plain data: nodes with places, and wires between them.

A wire carries one quantity of the equations. Its name is the same in every drawing and in what the SVG says about it
(data-q): "f", "c'", "c_prev", "f*c_prev"; so a view that knows the numbers of a step can write them on the wires.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from recurra.views.drawing.canvas import Box, Point

# What a node is:
#   port        where a quantity enters or leaves the cell
#   weights     a product with a matrix of weights, and its bias
#   gate        weights and an activation: one gate block of the cell
#   function    an activation or another function without weights, entry by entry
#   operation   +, x, 1 - , entry by entry
#   joint       where a wire branches, or where two are put side by side
NodeKind = Literal["port", "weights", "gate", "function", "operation", "joint"]


class Node(NamedTuple):
    """One place of a cell."""

    id: str
    kind: NodeKind
    at: Point
    quantity: str  # what it gives
    text: str = ""  # what stands in it
    name: str = ""  # of a gate: what it is called; of a port: what it is for
    block: str = ""  # of a gate or weights: the gate block whose rows of W and U it multiplies by
    half: Point = (0, 0)  # half of its width and height, where they are not those of its kind


class Wire(NamedTuple):
    """The way of a quantity from one node to another."""

    start: str
    end: str
    quantity: str
    via: tuple[Point, ...] = ()  # the corners between
    label: Point | None = None  # where its symbol stands, if it is written here
    anchor: str = "start"  # how the symbol, and the number below it, lie at that place
    over: Point | None = None  # where it passes over another wire


class CellDiagram(NamedTuple):
    """The drawing of one kind of cell, without colours."""

    name: str  # LSTM
    size: Point
    body: Box  # the ground of the cell; what is outside belongs to its neighbours
    symbols: dict[str, str]  # quantity -> how formulas write it: "c_prev" -> "c_{t-1}"
    nodes: tuple[Node, ...]
    wires: tuple[Wire, ...]
    equations: tuple[str, ...]
    gates: dict[str, str]  # quantity -> what a trace calls it: "f" -> "forget"

    def node(self, id: str) -> Node:
        """The node of this id."""
        return next(node for node in self.nodes if node.id == id)

    def points(self, wire: Wire) -> list[Point]:
        """The whole way of a wire, from the edge of one node to the edge of the other."""
        start, end = self.node(wire.start), self.node(wire.end)
        corners = [start.at, *wire.via, end.at]
        return [edge(start, corners[1]), *wire.via, edge(end, corners[-2])]


# Half of the width and of the height of a node.
HALF: dict[NodeKind, Point] = {
    "port": (0, 0),
    "weights": (24, 19),
    "gate": (38, 25),
    "function": (27, 14),
    "operation": (15, 15),
    "joint": (0, 0),
}


def half_of(node: Node) -> Point:
    """Half of a node's width and height."""
    return node.half if node.half != (0, 0) else HALF[node.kind]


def edge(node: Node, towards: Point) -> Point:
    """Where a wire that leads straight up, down or aside leaves the node; a node that is wide, at the wire's column."""
    (x, y), (across, down) = node.at, half_of(node)
    if abs(towards[0] - x) <= across and towards[1] != y:
        return (towards[0], y + (down if towards[1] > y else -down))
    return (x + (across if towards[0] > x else -across), y)
