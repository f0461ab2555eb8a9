"""The GRU by torch's kernels. It needs no help over padding: only its outputs are looked up."""

from __future__ import annotations

import torch
from torch import Tensor

from recurra.cells import GRU, HiddenState, Step
from recurra.layers.kernels.prepared import CellSteps, DoubledSteps, tanh_of_sigmoid_
from recurra.layers.kernels.torch_kernel import TorchKernel, layout


class GRUKernel(TorchKernel[GRU, HiddenState]):
    """See the module's text."""

    def run(self, cell: GRU, values: Tensor, state: HiddenState, weights: list[Tensor]) -> tuple[Tensor, HiddenState]:
        outputs, hidden = torch.gru(values, state.hidden[None].contiguous(), weights, *layout(cell))
        return outputs, HiddenState(hidden[0])

    def step_with(self, cell: GRU, x: Tensor, state: HiddenState, weights: list[Tensor]) -> HiddenState:
        return HiddenState(torch.gru_cell(x, state.hidden, *weights))

    def prepare(self, cell: GRU) -> CellSteps[HiddenState]:
        return GRUSteps(cell)


class GRUSteps(DoubledSteps[HiddenState]):
    """The steps of a search."""

    def __init__(self, cell: GRU) -> None:
        super().__init__(cell, "new", cell.bias_input)
        self.bias_hidden = cell.bias_hidden.detach() * self.scale

    def advance(self, read: Tensor, state: HiddenState) -> Step:
        h, gates = state.hidden, 2 * state.hidden.shape[1]
        own = torch.addmm(self.bias_hidden, h, self.weight_hidden)
        r, z = (read[:, :gates] + own[:, :gates]).sigmoid_().chunk(2, dim=-1)
        n = tanh_of_sigmoid_(torch.addcmul(read[:, gates:], r, own[:, gates:]).sigmoid_())
        h = torch.lerp(n, h, z)
        return Step(h, HiddenState(h), {})
