"""The LSTM by torch's kernels."""

from __future__ import annotations

import torch
from torch import Tensor

from recurra.cells import LSTM, LSTMState, Step
from recurra.layers.base import Unrolled
from recurra.layers.kernels.prepared import CellSteps, DoubledSteps, tanh, tanh_of_sigmoid_
from recurra.layers.kernels.torch_kernel import SHUT, TorchKernel, layout
from recurra.layers.unroll import unroll
from recurra.padded import Padded


class LSTMKernel(TorchKernel[LSTM, LSTMState]):
    """See the module's text."""

    def run(self, cell: LSTM, values: Tensor, state: LSTMState, weights: list[Tensor]) -> tuple[Tensor, LSTMState]:
        start = state.hidden[None].contiguous(), state.cell[None].contiguous()
        outputs, hidden, memory = torch.lstm(values, start, weights, *layout(cell))
        return outputs, LSTMState(hidden[0], memory[0])

    def unroll(self, cell: LSTM, inputs: Padded, state: LSTMState) -> Unrolled:
        if torch.compiler.is_compiling() and torch.is_grad_enabled():
            return unroll(cell, inputs, state)  # torch cannot record the gradient of its LSTM (it saves a None)
        return super().unroll(cell, inputs, state)

    def step_with(self, cell: LSTM, x: Tensor, state: LSTMState, weights: list[Tensor]) -> LSTMState:
        return LSTMState(*torch.lstm_cell(x, (state.hidden, state.cell), *weights))

    def shut(self, cell: LSTM) -> tuple[float, ...]:
        """c_t = 1 c_{t-1} + 0 c'_t over padding, since the cell state is not an output that could be looked up."""
        return (-SHUT, SHUT, 0.0, 0.0)  # input, forget, candidate, output

    def prepare(self, cell: LSTM) -> CellSteps[LSTMState]:
        return LSTMSteps(cell)


class LSTMSteps(DoubledSteps[LSTMState]):
    """The steps of a search."""

    def __init__(self, cell: LSTM) -> None:
        super().__init__(cell, "candidate", cell.bias_input + cell.bias_hidden)

    def advance(self, read: Tensor, state: LSTMState) -> Step:
        h, c = state
        i, f, g, o = read.addmm_(h, self.weight_hidden).sigmoid_().chunk(4, dim=-1)
        c = (f * c).addcmul_(i, tanh_of_sigmoid_(g))
        h = tanh(c).mul_(o)
        return Step(h, LSTMState(h, c), {})
