"""The drawing of a cell computes what the cell computes, and nothing in it lies on anything else."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree

import pytest
import torch
from geometry import collisions, contains, node_boxes, wire_boxes
from torch import Tensor
from torch.nn.functional import linear

from recurra.cells import ACTIVATIONS, CELLS, Cell, Elman
from recurra.cells.linear import positive
from recurra.views.drawing import CELL_DIAGRAMS, CellDiagram, Node, cell_diagram, cell_svg
from recurra.views.drawing.canvas import overlapping, union
from recurra.views.drawing.cell_svg import cell_canvas

SVG = "{http://www.w3.org/2000/svg}"
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "σ": torch.sigmoid,
    "tanh": torch.tanh,
    "ReLU": torch.relu,
    "exp": torch.exp,
    "g": positive,
}
EVERY = [*CELL_DIAGRAMS, "new"]


def run(diagram: CellDiagram, cell: Cell, x: Tensor, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """A step along the wires: what each node gives, by its id; what a wire carries is what its start gives."""
    given = {"x": x, **state}
    computed: dict[str, Tensor] = {}

    def value(id: str) -> Tensor:
        if id not in computed:
            node = diagram.node(id)
            read = [(wire.quantity, value(wire.start)) for wire in diagram.wires if wire.end == id]
            computed[id] = compute(node, read, cell, given)
        return computed[id]

    for node in diagram.nodes:
        value(node.id)
    return computed


def compute(node: Node, read: list[tuple[str, Tensor]], cell: Cell, given: dict[str, Tensor]) -> Tensor:
    values = [one for _, one in read]
    match node.kind:
        case "port":
            return given[node.quantity] if not read else values[0]
        case "joint":
            return torch.cat([one for quantity, one in sorted(read)], -1) if len(read) > 1 else values[0]
        case "weights":
            block = node.block or cell.blocks[0]
            return product(node.text[0], block, values[0], cell)
        case "gate":
            total = sum(read_by_gate(node.block, quantity, one, cell) for quantity, one in read)
            return FUNCTIONS[node.text](total)
        case "function":
            if node.text == "divided by their sum":
                return torch.stack([one / sum(values) for one in values])
            if node.text == "shares of their sum":
                by_name = dict(read)
                old, new = by_name["raw f"] * by_name["n_prev"], by_name["raw i"]
                return torch.stack([old / (old + new), new / (old + new), old + new])
            return FUNCTIONS[node.text](values[0])
        case "operation":
            return {
                "+": lambda: values[0] + values[1],
                "×": lambda: picked(read[0]) * picked(read[1]),
                "1−": lambda: 1 - values[0],
            }[node.text]()


def picked(read: tuple[str, Tensor]) -> Tensor:
    """Of the wire f, i or n, which leave one node together, its own."""
    quantity, value = read
    return value["fin".index(quantity)] if value.dim() == 3 else value


def read_by_gate(block: str, quantity: str, value: Tensor, cell: Cell) -> Tensor:
    """What a gate adds up of a wire: both products where h and x come together, W x of x alone, else the value."""
    if quantity == "[h,x]":
        h, x = value.split([cell.hidden_size, cell.input_size], -1)
        return product("W", block, x, cell) + product("U", block, h, cell)
    return product("W", block, value, cell) if quantity == "x" else value


def product(matrix: str, block: str, value: Tensor, cell: Cell) -> Tensor:
    rows = slice(cell.blocks.index(block) * cell.hidden_size, (cell.blocks.index(block) + 1) * cell.hidden_size)
    which = {"W": "input", "U": "hidden"}[matrix]
    return linear(value, getattr(cell, f"weight_{which}")[rows], getattr(cell, f"bias_{which}")[rows])


def checked(diagram: CellDiagram, cell: Cell) -> None:
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.normal_()
        x, state = torch.randn(2, 3), cell.initial_state(2)
        state = type(state)(*(torch.randn(2, 4) for _ in state))
        names = {"h_prev": state.hidden} | ({"c_prev": state.cell} if hasattr(state, "cell") else {})
        names |= {"n_prev": state.total.exp()} if hasattr(state, "total") else {}
        step, computed = cell(x, state), run(diagram, cell, x, names)
        torch.testing.assert_close(computed["h"], step.output)
        torch.testing.assert_close(computed["up"], step.output)
        if hasattr(step.state, "cell"):
            torch.testing.assert_close(computed["c"], step.state.cell)
        if hasattr(step.state, "total"):
            torch.testing.assert_close(picked(("n", computed["n"])).log(), step.state.total)
        assert list(diagram.gates.values()) == sorted(step.gates, key=list(diagram.gates.values()).index)
        for quantity, gate in diagram.gates.items():
            wire = next(wire for wire in diagram.wires if wire.quantity == quantity)
            torch.testing.assert_close(picked((quantity, computed[wire.start])), step.gates[gate])


@pytest.mark.parametrize("name", CELL_DIAGRAMS)
def test_a_step_along_the_wires_is_a_step_of_the_cell(name: str) -> None:
    checked(cell_diagram(name), CELLS[name](3, 4))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_elman_cell_has_its_own_activation(activation: str) -> None:
    checked(cell_diagram("elman", activation), Elman(3, 4, activation))


def test_there_is_no_drawing_of_what_is_no_cell() -> None:
    assert set(CELL_DIAGRAMS) <= set(CELLS)  # a cell may have none


@pytest.mark.parametrize("name", EVERY)
def test_nothing_lies_on_anything_else(name: str) -> None:
    diagram = cell_diagram(name)
    canvas = cell_canvas(diagram, equations=True)
    assert overlapping(canvas.labels) == []
    assert collisions(canvas, node_boxes(diagram) | wire_boxes(diagram)) == []
    left, top, right, bottom = drawn = union(canvas.boxes)
    assert all(contains(drawn, label.box) for label in canvas.labels)
    _, _, width, height = map(int, re.search(r'viewBox="(\S+) (\S+) (\S+) (\S+)"', canvas.svg()).groups())  # type: ignore
    assert width > right - left
    assert height > bottom - top


@pytest.mark.parametrize("name", EVERY)
def test_wires_are_straight_and_end_at_nodes(name: str) -> None:
    diagram = cell_diagram(name)
    for wire in diagram.wires:
        points = diagram.points(wire)
        for (x, y), (u, v) in pairwise(points):
            assert (x == u) != (y == v), wire


@pytest.mark.parametrize("name", EVERY)
def test_the_svg_is_xml_in_which_quantities_can_be_found(name: str) -> None:
    diagram = cell_diagram(name)
    root = ElementTree.fromstring(cell_svg(diagram))
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == diagram.name
    assert root[1].tag == f"{SVG}desc"
    marked = {one.get("data-q") for one in root.iter(f"{SVG}g")}
    assert {*diagram.gates, "x", "h_prev", "h"} <= marked
    waiting = [one.get("data-value") for one in root.iter(f"{SVG}text") if one.get("data-value")]
    assert {*diagram.gates, "x", "h_prev", "h"} <= set(waiting)
    assert not set(waiting) - set(diagram.symbols)


def test_without_equations_the_drawing_is_lower_and_has_none() -> None:
    diagram = cell_diagram("lstm")
    with_them, without = cell_svg(diagram), cell_svg(diagram, equations=False)
    heights = [int(re.search(r'height="(\d+)"', svg)[1]) for svg in (with_them, without)]  # type: ignore[index]
    assert heights[0] > heights[1]
    assert len(without) < len(with_them)


def test_a_cell_without_a_drawing_is_a_box_with_its_name() -> None:
    assert "peephole cell" in cell_svg(cell_diagram("peephole"))
