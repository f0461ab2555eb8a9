"""Whether what a drawing shows lies on something else: labels on labels, labels on nodes and on wires."""

from __future__ import annotations

from itertools import pairwise

from recurra.views.drawing.canvas import Box, Canvas, Point
from recurra.views.drawing.cell_diagram import CellDiagram, half_of


def node_boxes(diagram: CellDiagram) -> dict[str, Box]:
    """Where the nodes are that have a size."""
    boxes: dict[str, Box] = {}
    for node in diagram.nodes:
        (x, y), (across, down) = node.at, half_of(node)
        if across:
            boxes[node.id] = Box(x - across, y - down, x + across, y + down)
    return boxes


def wire_boxes(diagram: CellDiagram) -> dict[str, Box]:
    """The straight parts of the wires, a little wider than they are."""
    boxes: dict[str, Box] = {}
    for wire in diagram.wires:
        for k, ((x, y), (u, v)) in enumerate(pairwise(diagram.points(wire))):
            boxes[f"{wire.start} to {wire.end} {k}"] = Box(min(x, u) - 1, min(y, v) - 1, max(x, u) + 1, max(y, v) + 1)
    return boxes


def collisions(canvas: Canvas, boxes: dict[str, Box]) -> list[tuple[str, str]]:
    """Which labels lie on which boxes; the words within a node are its own."""
    return [
        (label.text, name)
        for label in canvas.labels
        for name, box in boxes.items()
        if label.box.overlaps(box) and not contains(box, label.box)
    ]


def contains(outer: Box, inner: Box) -> bool:
    """Whether one lies within the other."""
    return (
        outer.left <= inner.left
        and outer.top <= inner.top
        and inner.right <= outer.right
        and inner.bottom <= outer.bottom
    )


def crossed(canvas: Canvas) -> list[tuple[str, tuple[Point, Point]]]:
    """The labels that a line runs through."""
    return [(label.text, line) for label in canvas.labels for line in canvas.lines if runs_through(line, label.box)]


def runs_through(line: tuple[Point, Point], box: Box) -> bool:
    """Whether a straight line has a point within a box (Liang and Barsky 1984)."""
    (x, y), (u, v) = line
    low, high = 0.0, 1.0
    for start, way, least, most in ((x, u - x, box.left, box.right), (y, v - y, box.top, box.bottom)):
        if way == 0:
            if not least < start < most:
                return False
            continue
        first, last = sorted(((least - start) / way, (most - start) / way))
        low, high = max(low, first), min(high, last)
    return low < high
