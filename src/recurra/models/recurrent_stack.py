"""The recurrent layers that read a whole sequence, as encoders, classifiers and taggers have them."""

from __future__ import annotations

from recurra.cells import CELLS, Cell, Elman
from recurra.layers import Bidirectional, Layer, Recurrent, Stack


def make_cell(name: str, input_size: int, hidden_size: int, activation: str = "tanh") -> Cell:
    """The cell of this name; `activation` is for Elman cells."""
    if name == "elman":
        return Elman(input_size, hidden_size, activation)
    return CELLS[name](input_size, hidden_size)


def recurrent_stack(
    input_size: int,
    width: int,
    layers: int,
    *,
    cell: str = "lstm",
    activation: str = "tanh",
    bidirectional: bool = True,
    dropout: float = 0.0,
    residual: bool = False,
    locked: bool = False,
) -> Stack:
    """`layers` layers, each `width` wide; if they read in both directions, half of the width reads forward.

    `dropout`, `residual` and `locked` are those of the stack.
    """
    sizes = [input_size, *[width] * (layers - 1)]

    def one(size: int) -> Layer:
        if not bidirectional:
            return Recurrent(make_cell(cell, size, width, activation))
        half = width // 2
        return Bidirectional(
            Recurrent(make_cell(cell, size, half, activation)), Recurrent(make_cell(cell, size, half, activation))
        )

    return Stack([one(size) for size in sizes], dropout=dropout, residual=residual, locked=locked)
