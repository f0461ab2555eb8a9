"""The recurrent layers that read a whole sequence, as encoders, classifiers and taggers have them."""

from __future__ import annotations

from recurra.cells import CELLS, Cell, Elman
from recurra.layers import Bidirectional, Layer, Recurrent, Stack
from recurra.models.options import RecurrentOptions


def make_cell(options: RecurrentOptions, input_size: int, hidden_size: int) -> Cell:
    """The cell that the options name."""
    kind = CELLS[options.cell]
    if issubclass(kind, Elman):
        return kind(input_size, hidden_size, "tanh" if options.activation == "auto" else options.activation)
    return kind(input_size, hidden_size)


def recurrent_stack(
    options: RecurrentOptions,
    input_size: int,
    *,
    bidirectional: bool = True,
    locked: bool = False,
    weight_dropout: float = 0.0,
) -> Stack:
    """Layers of the options' width; if they read in both directions, half of the width reads forward.

    Args:
        options: cell, width, number of layers, dropout and residual connections.
        input_size: what the lowest layer reads.
        bidirectional: whether each layer reads in both directions.
        locked: dropout takes the same values at all time steps.
        weight_dropout: share of the recurrent weights dropped, in training.
    """
    width = options.hidden

    def layer(size: int, width: int) -> Recurrent:
        return Recurrent(make_cell(options, size, width), weight_dropout=weight_dropout)

    def one(size: int) -> Layer:
        if not bidirectional:
            return layer(size, width)
        return Bidirectional(*(layer(size, width // 2) for _ in range(2)))

    sizes = [input_size, *[width] * (options.layers - 1)]
    return Stack([one(size) for size in sizes], dropout=options.dropout, residual=options.residual, locked=locked)
