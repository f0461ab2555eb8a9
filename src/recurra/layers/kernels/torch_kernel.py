"""Torch's fused kernels for its own three cells, made right for ragged rows.

Two facts make it so without packing. The hidden state after a row's last step is that step's output. And padding can be
told from steps: one more input column is 1 on padding. Its weights shut what else would go on there, where a cell names
them (`shut`).
"""

from __future__ import annotations

import warnings
from abc import abstractmethod
from typing import TypeVar

import torch
from torch import Tensor

from recurra.cells import DenseCell, Step
from recurra.cells.state import S, with_hidden
from recurra.layers.base import Unrolled
from recurra.layers.kernels.base import Kernel
from recurra.padded import Padded, last_or

D = TypeVar("D", bound=DenseCell)

# cuDNN copies weights that do not lie side by side, which costs little, and warns of it each time.
warnings.filterwarnings("ignore", "RNN module weights are not part of single contiguous chunk of memory")

SHUT = 1e4  # far enough from 0 that a sigmoid is exactly 0 or 1 and a ReLU shut; not beyond half precision


class TorchKernel(Kernel[D, S]):
    """What the three have in common."""

    @abstractmethod
    def run(self, cell: D, values: Tensor, state: S, weights: list[Tensor]) -> tuple[Tensor, S]:
        """All steps of values [B, T, I] with these weights: outputs [B, T, H] and the state after step T."""

    @abstractmethod
    def step_with(self, cell: D, x: Tensor, state: S, weights: list[Tensor]) -> S:
        """The state after one step of x [B, I]."""

    def shut(self, cell: D) -> tuple[float, ...]:
        """What padding adds to the sums of each block; nothing for a cell that needs no help."""
        return ()

    def unroll(self, cell: D, inputs: Padded, state: S) -> Unrolled:
        if not inputs.may_be_ragged:
            outputs, state = self.run(cell, inputs.values, state, _weights(cell, cell.weight_input))
            return Unrolled(inputs.with_values(outputs), state, {})
        mask = inputs.mask[..., None]
        values = inputs.values.masked_fill(~mask, 0.0)
        weight: Tensor = cell.weight_input
        if shut := self.shut(cell):
            values = torch.cat([values, (~mask).to(values.dtype)], dim=-1)
            column = weight.new_tensor(shut).repeat_interleave(cell.hidden_size)
            weight = torch.cat([weight, column[:, None]], dim=1)
        outputs, last = self.run(cell, values, state, _weights(cell, weight))
        outputs = outputs.masked_fill(~mask, 0.0)
        hidden = last_or(outputs, inputs.lengths, state.hidden)
        return Unrolled(inputs.with_values(outputs), with_hidden(last, hidden), {})

    def step(self, cell: D, x: Tensor, state: S) -> Step:
        after = self.step_with(cell, x, state, _weights(cell, cell.weight_input))
        return Step(after.hidden, after, {})


def layout(cell: DenseCell) -> tuple[bool, int, float, bool, bool, bool]:
    """What torch's kernels are told: has_biases, num_layers, dropout, train, bidirectional, batch_first.

    On a GPU `train` decides whether a gradient can follow, which is also asked for outside of training.
    """
    train = torch.is_grad_enabled() if cell.weight_input.is_cuda else cell.training
    return True, 1, 0.0, train, False, True


def _weights(cell: DenseCell, weight_input: Tensor) -> list[Tensor]:
    return [weight_input, cell.weight_hidden, cell.bias_input, cell.bias_hidden]
