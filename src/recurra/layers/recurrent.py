"""One cell over time, left to right: the reference and the fused implementation behind one door."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from recurra.cells import Cell, Step
from recurra.layers.base import ForwardLayer, Unrolled
from recurra.layers.kernels import REFERENCE, CellSteps, kernel_of
from recurra.layers.unroll import unroll
from recurra.padded import Padded


class Recurrent(ForwardLayer):
    """A recurrent layer.

    Args:
        cell: the time step.
        fused: False takes the reference implementation always; it is what the tests compare the fused one with.
    """

    def __init__(self, cell: Cell, *, fused: bool = True) -> None:
        super().__init__()
        self.cell = cell
        self.fused = fused and kernel_of(cell) is not REFERENCE
        self.input_size = cell.input_size
        self.output_size = cell.hidden_size

    def initial_state(self, batch: int) -> Any:
        return self.cell.initial_state(batch)

    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        if trace or not self.fused or inputs.values.shape[1] == 0:
            return unroll(self.cell, inputs, state, trace=trace)
        state = self.initial_state(inputs.values.shape[0]) if state is None else state
        return kernel_of(self.cell).unroll(self.cell, inputs, state)

    def step(self, x: Tensor, state: Any, *, trace: bool = False) -> Step:
        kernel = kernel_of(self.cell) if self.fused and not trace else REFERENCE
        return kernel.step(self.cell, x, state)

    def prepare(self) -> CellSteps:
        """The steps of a search, which takes many small ones with the same weights."""
        return kernel_of(self.cell).prepare(self.cell)
