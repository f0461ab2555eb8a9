"""A cell's diagram as SVG: the ground, the wires, the nodes upon them, the symbols, and a place for each number."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from recurra.text.counted import counted
from recurra.views.drawing.canvas import Box, Canvas, Point
from recurra.views.drawing.cell_diagram import CellDiagram, Node, Wire, half_of
from recurra.views.drawing.markup import in_words

WIRE = 2.25
LINE = 24.0  # height of a line of equations
ACTIVATION, SMALL = 18, 11  # sizes of what stands in a gate


def cell_svg(diagram: CellDiagram, *, equations: bool = True, sheet: bool = True) -> str:
    """The drawing.

    Each wire is a group with its quantity in `data-q`, each node one with its `data-id`; an empty text with
    `data-value` waits for the number of that quantity.

    Args:
        equations: write them below.
        sheet: with the style sheet; not where a page has it.
    """
    return cell_canvas(diagram, equations=equations).svg(sheet=sheet)


def unrolled_cell_svg(diagram: CellDiagram, steps: int) -> str:
    """The same cell so many times: what one leaves for the next step, the next one reads."""
    return unrolled_cell_canvas(diagram, steps).svg()


def cell_canvas(diagram: CellDiagram, *, equations: bool) -> Canvas:
    """The drawing before it is written."""
    canvas = Canvas(diagram.name, f"One time step: {said(diagram)}.")
    draw_cell(canvas, diagram)
    if equations:
        write_equations(canvas, diagram)
    return canvas


def unrolled_cell_canvas(diagram: CellDiagram, steps: int) -> Canvas:
    """The drawing before it is written."""
    canvas = Canvas(f"{diagram.name}, unrolled", f"{counted(steps, 'time step')}, each: {said(diagram)}.")
    apart = diagram.node("h").at[0] - diagram.node("h_prev").at[0]
    for step in range(1, steps + 1):
        inner = {name for name in ("h_prev", "c_prev") if step > 1} | {name for name in ("h", "c") if step < steps}
        draw_cell(canvas, at_step(diagram, step, apart * (step - 1)), inner)
    return canvas


def at_step(diagram: CellDiagram, step: int, aside: float) -> CellDiagram:
    """The diagram moved to the side, with the number of the step in the place of t."""

    def moved(point: Point) -> Point:
        return (point[0] + aside, point[1])

    left, top, right, bottom = diagram.body
    return diagram._replace(
        body=Box(left + aside, top, right + aside, bottom),
        symbols={
            key: one.replace("{t-1}", f"{step - 1}").replace("_t", f"_{step}") for key, one in diagram.symbols.items()
        },
        nodes=tuple(node._replace(at=moved(node.at)) for node in diagram.nodes),
        wires=tuple(
            wire._replace(
                via=tuple(map(moved, wire.via)),
                label=wire.label and moved(wire.label),
                over=wire.over and moved(wire.over),
            )
            for wire in diagram.wires
        ),
    )


def said(diagram: CellDiagram) -> str:
    """The equations in words."""
    return "; ".join(map(in_words, diagram.equations)) or "x(t) and h(t-1) to h(t)"


def draw_cell(canvas: Canvas, diagram: CellDiagram, inner: Collection[str] = ()) -> None:
    """The ground, the wires and the nodes.

    Args:
        inner: ports at which another cell stands, so that their symbols are left out.
    """
    canvas.rectangle(diagram.body, 16, "panel", "edge", 1.25)
    for wire in sorted(diagram.wires, key=lambda wire: wire.over is not None):
        draw_wire(canvas, diagram, wire)
    for node in diagram.nodes:
        if node.id not in inner or node.kind != "port":
            with canvas.group(class_=node.kind, data_id=node.id, data_q=node.quantity):
                draw_node(canvas, diagram, node)


def colour_of(diagram: CellDiagram, quantity: str) -> str:
    """The role of a quantity: inputs, gates, and the state that the others are or become a part of."""
    if quantity in ("x", "W*x"):
        return "input"
    if quantity.startswith("["):
        return "quiet"
    if quantity in diagram.gates or quantity in ("1-z", "raw f", "raw i"):
        return "gate"
    return "cell" if quantity in ("c", "c_prev", "f*c_prev", "i*c'", "tanh(c)") else "hidden"


def draw_wire(canvas: Canvas, diagram: CellDiagram, wire: Wire) -> None:
    """A line, its arrow where it ends in something that computes or leaves the cell, and its symbol."""
    colour = colour_of(diagram, wire.quantity)
    arrow = diagram.node(wire.end).kind != "joint"
    points = diagram.points(wire)
    with canvas.group(class_="wire", data_q=wire.quantity):
        if wire.over:
            gap(canvas, wire.over)
        canvas.path(points, colour, WIRE, arrow=arrow)
        if wire.label:
            canvas.symbol(wire.label, diagram.symbols[wire.quantity], anchor=wire.anchor, fill=colour)
            canvas.slot(number_place(wire.label, points), wire.quantity, wire.anchor)


def gap(canvas: Canvas, crossing: Point) -> None:
    """A gap in the wire that another one passes over, which runs straight up or down there."""
    x, y = crossing
    canvas.path([(x, y - 8), (x, y + 8)], "panel", WIRE + 7)


def number_place(label: Point, points: list[Point]) -> Point:
    """Where the number of a quantity stands: below its symbol, and where the wire runs there, below the wire."""
    x, y = label
    for (left, height), (right, other) in pairwise(points):
        if height == other and min(left, right) <= x <= max(left, right) and 0 < height - y < 16:
            return (x, height + 16)
    return (x, y + 16)


def draw_node(canvas: Canvas, diagram: CellDiagram, node: Node) -> None:
    """A node by its kind."""
    (x, y), (across, down) = node.at, half_of(node)
    box = Box(x - across, y - down, x + across, y + down)
    match node.kind:
        case "joint":
            canvas.circle(node.at, 3.5, colour_of(diagram, node.quantity))
        case "operation":
            canvas.circle(node.at, across, "paper", "ink", 1.5)
            if node.text in ("×", "+"):
                canvas.operator(node.at, node.text, 6.5)
            else:
                canvas.symbol((x, y + 5.5), node.text, 16)
        case "function":
            canvas.rectangle(box, down, "paper", "ink", 1.5)
            canvas.symbol((x, y + 5), node.text, 15)
        case "weights":
            canvas.rectangle(box, 4, "paper", "ink", 1.5)
            canvas.symbol((x, y + 6), node.text, 17)
        case "gate":
            canvas.rectangle(box, 7, "paper", "gate", 1.75)
            canvas.symbol((x, y + 2), node.text, ACTIVATION)
            canvas.word((x, y + 18), node.name, SMALL)
        case "port":
            draw_port(canvas, diagram, node)


def draw_port(canvas: Canvas, diagram: CellDiagram, node: Node) -> None:
    """The symbol of what enters or leaves, beyond the end of its wire."""
    x, y = node.at
    body, markup = diagram.body, diagram.symbols[node.quantity]
    colour = colour_of(diagram, node.quantity)
    if body.left <= x <= body.right:  # above or below
        place, anchor = ((x, y - 12) if y < body.top else (x, y + 20)), "middle"
    else:
        place, anchor = ((x - 10, y + 5), "end") if x < body.left else ((x + 10, y + 5), "start")
    canvas.symbol(place, markup, 19, anchor=anchor, fill=colour)
    if node.id == node.quantity:  # and not a second way out
        canvas.slot((place[0], place[1] + 19), node.quantity, anchor)


def rows(diagram: CellDiagram) -> int:
    """Lines of equations, in two columns where there are many."""
    return -(-len(diagram.equations) // columns(diagram))


def columns(diagram: CellDiagram) -> int:
    """Columns of equations."""
    return 2 if len(diagram.equations) > 3 else 1


def write_equations(canvas: Canvas, diagram: CellDiagram) -> None:
    """The equations below the drawing."""
    height, width = rows(diagram), diagram.body.right - diagram.body.left
    for k, equation in enumerate(diagram.equations):
        column, row = divmod(k, height)
        x = diagram.body.left + column * width / columns(diagram)
        canvas.symbol((x, diagram.size[1] + LINE * (row + 1)), equation, 16, anchor="start")
