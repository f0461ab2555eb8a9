"""One cell over time, left to right: the plain and the fast twin behind one door."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from recurra.cells import Cell, Step
from recurra.layers.base import ForwardLayer, Unrolled
from recurra.layers.fast import fast_step, fast_unroll, has_fast_twin
from recurra.layers.unroll import unroll
from recurra.padded import Padded


class Recurrent(ForwardLayer):
    """A recurrent layer.

    Args:
        cell: the time step.
        fast: False takes the plain twin always; it is what the tests compare the fast one with.
    """

    def __init__(self, cell: Cell, *, fast: bool = True) -> None:
        super().__init__()
        self.cell = cell
        self.fast = fast and has_fast_twin(cell)
        self.input_size = cell.input_size
        self.output_size = cell.hidden_size

    def initial_state(self, batch: int) -> Any:
        return self.cell.initial_state(batch)

    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        if trace or not self.fast or inputs.values.shape[1] == 0:
            return unroll(self.cell, inputs, state, trace=trace)
        state = self.initial_state(inputs.values.shape[0]) if state is None else state
        outputs, state = fast_unroll(self.cell, inputs, state)
        return Unrolled(outputs, state, {})

    def step(self, x: Tensor, state: Any, *, trace: bool = False) -> Step:
        return fast_step(self.cell, x, state) if self.fast and not trace else self.cell(x, state)
