"""One cell over time, left to right: the reference and the fused implementation behind one door."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from recurra.cells import Cell, DenseCell, Step
from recurra.cells.state import S
from recurra.errors import UsageError
from recurra.layers.base import ForwardLayer, Unrolled
from recurra.layers.dropout import check_share, with_dropped_weights
from recurra.layers.kernels import REFERENCE, CellSteps, kernel_of
from recurra.layers.recorded import Recorded, of_steps
from recurra.layers.unroll import unroll
from recurra.padded import Padded


class Recurrent(ForwardLayer[S]):
    """A recurrent layer. Its state is that of its cell.

    Args:
        cell: the time step.
        fused: False takes the reference implementation always; it is what the tests compare the fused one with.
        weight_dropout: share of the recurrent weights set to 0, in training only: the same ones for all rows and steps
            of a call (dropout.py). Single steps, which do not know what belongs together, have all weights.

    Raises:
        UsageError: something that is no cell of recurra, or weights to be dropped of a cell that has none.

    >>> import torch
    >>> from recurra.cells import GRU
    >>> layer = Recurrent(GRU(input_size=3, hidden_size=4))
    >>> outputs, state, _ = layer(torch.randn(2, 5, 3), lengths=[5, 2])
    >>> outputs.values.shape, state.hidden.shape
    (torch.Size([2, 5, 4]), torch.Size([2, 4]))
    >>> layer(torch.randn(2, 5, 7))
    Traceback (most recent call last):
    recurra.errors.UsageError: Recurrent reads values [B, T, 3], got [2, 5, 7]
    """

    def __init__(self, cell: Cell[S], *, fused: bool = True, weight_dropout: float = 0.0) -> None:
        if not isinstance(cell, Cell):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
            raise UsageError(
                f"Recurrent takes a cell of recurra.cells, got {type(cell).__module__}.{type(cell).__name__}",
                fix="recurra.cells.from_torch makes a cell of a torch.nn.RNN, LSTM or GRU.",
            )
        if weight_dropout and not isinstance(cell, DenseCell):
            raise UsageError(f"{type(cell).__name__} has no recurrent weights that could be dropped")
        check_share("weight_dropout", weight_dropout)
        super().__init__()
        self.cell = cell
        self.weight_dropout = weight_dropout
        self.fused = fused and kernel_of(cell) is not REFERENCE
        self.input_size = cell.input_size
        self.output_size = cell.hidden_size

    def initial_state(self, batch: int) -> S:
        return self.cell.initial_state(batch)

    def run(self, inputs: Padded, state: S | None, *, trace: bool) -> Unrolled:
        cell = self.cell
        if self.training and self.weight_dropout and isinstance(cell, DenseCell):
            cell = with_dropped_weights(cell, self.weight_dropout)
        if trace or not self.fused or inputs.values.shape[1] == 0:
            return unroll(cell, inputs, state, trace=trace)
        state = self.initial_state(inputs.values.shape[0]) if state is None else state
        return kernel_of(cell).unroll(cell, inputs, state)

    def step(self, x: Tensor, state: S, *, trace: bool = False) -> Step:
        """One step of x [B, I]; `trace` asks for the gates.

        Raises:
            UsageError: x or the state has another shape.
        """
        self.cell.check(x, state)
        kernel = kernel_of(self.cell) if self.fused and not trace else REFERENCE
        return kernel.step(self.cell, x, state)

    def record(self, steps: Sequence[Step], before: S, lengths: Tensor) -> dict[str, Recorded]:
        return {"": of_steps(self.cell, steps, before, lengths)}

    def prepare(self) -> CellSteps[S]:
        """The steps of a search, which takes many small ones with the same weights."""
        return kernel_of(self.cell).prepare(self.cell)
