"""The Elman cell by torch's kernels, which know its tanh and its ReLU."""

from __future__ import annotations

import torch
from torch import Tensor

from recurra.cells import Elman, HiddenState
from recurra.layers.kernels.torch_kernel import SHUT, TorchKernel, layout

UNROLLS = {"tanh": torch.rnn_tanh, "relu": torch.rnn_relu}
STEPS = {"tanh": torch.rnn_tanh_cell, "relu": torch.rnn_relu_cell}


class ElmanKernel(TorchKernel[Elman, HiddenState]):
    """See the module's text."""

    def runs(self, cell: Elman) -> bool:
        return cell.activation in UNROLLS

    def run(self, cell: Elman, values: Tensor, state: HiddenState, weights: list[Tensor]) -> tuple[Tensor, HiddenState]:
        start = state.hidden[None].contiguous()
        outputs, hidden = UNROLLS[cell.activation](values, start, weights, *layout(cell))
        return outputs, HiddenState(hidden[0])

    def step_with(self, cell: Elman, x: Tensor, state: HiddenState, weights: list[Tensor]) -> HiddenState:
        return HiddenState(STEPS[cell.activation](x, state.hidden, *weights))

    def shut(self, cell: Elman) -> tuple[float, ...]:
        """A ReLU could grow over the padding until a gradient of 0 times infinity is NaN."""
        return (-SHUT,) if cell.activation == "relu" else ()
