"""Cells whose products are made beforehand, for searches that take many small steps with the same weights.

A step is split at the sum: `read` is W x + b, which can be looked up or made once for many steps; `advance` does what
is left. The weights are copies, taken when the object is made: they must not change while it is used. Nothing here has
gradients or gates; what wants them takes the cell itself.

tanh a = 2 sigmoid(2 a) - 1 throughout: torch's sigmoid takes a quarter of the time of its tanh on CPUs, and one call
for all blocks of a cell less than one for each. Where a tanh follows a product, the product's weights are doubled,
which rounds nothing.

B rows, T time, I input size, H hidden size, G*H gate blocks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Generic

import torch
from torch import Tensor
from torch.nn.functional import linear

from recurra.cells import Cell, DenseCell, Step
from recurra.cells.state import S, of_tensors
from recurra.layers.base import Unrolled
from recurra.padded import Padded
from recurra.turns import step_done


class CellSteps(ABC, Generic[S]):
    """The steps of one cell."""

    weight: Tensor  # [G*H, I] from inputs to sums
    bias: Tensor  # [G*H]

    def read(self, x: Tensor) -> Tensor:
        """What of a step depends on x [..., I] alone: [..., G*H]."""
        return linear(x, self.weight, self.bias)

    @abstractmethod
    def advance(self, read: Tensor, state: S) -> Step:
        """The step, from what was read [B, G*H], which may be written over."""


class ReferenceSteps(CellSteps[S]):
    """Any cell, by its own body."""

    def __init__(self, cell: Cell[S]) -> None:
        self.cell = cell
        self.weight, self.bias = cell.weight_input.detach(), cell.bias_input.detach()

    def advance(self, read: Tensor, state: S) -> Step:
        return self.cell.advance(read, state)


class DoubledSteps(CellSteps[S]):
    """A cell of one tanh block among sigmoids: the sums of that block are doubled.

    Args:
        cell: the cell.
        block: the one with the tanh.
        bias: [G*H] what is added to W x.
    """

    def __init__(self, cell: DenseCell[S], block: str, bias: Tensor) -> None:
        self.scale = doubled(cell, block)
        self.weight = cell.weight_input.detach() * self.scale[:, None]
        self.bias = bias.detach() * self.scale
        self.weight_hidden = (cell.weight_hidden.detach() * self.scale[:, None]).t()  # [H, G*H]


def run_steps(steps: CellSteps[S], reads: Iterable[Tensor], lengths: Tensor, state: S) -> Unrolled:
    """A whole sequence, from what was read of each time step [B, G*H]; there is at least one."""
    states = [state]
    for read in reads:
        step_done()
        states.append(steps.advance(read, states[-1]).state)
    every = of_tensors(state, (torch.stack(parts, 1) for parts in zip(*states, strict=True)))  # [B, T + 1, H]
    rows = torch.arange(len(lengths), device=lengths.device)
    last = of_tensors(state, (part[rows, lengths] for part in every))
    outputs = Padded(every.hidden[:, 1:], lengths)  # every cell's output is its hidden state
    return Unrolled(outputs.with_values(outputs.values.masked_fill(~outputs.mask[..., None], 0.0)), last, {})


def tanh(values: Tensor) -> Tensor:
    """2 sigmoid(2 x) - 1."""
    return tanh_of_sigmoid_((2 * values).sigmoid_())


def tanh_of_sigmoid_(sigmoid: Tensor) -> Tensor:
    """tanh x, written over sigmoid(2 x)."""
    return sigmoid.mul_(2).sub_(1)


def doubled(cell: Cell, block: str) -> Tensor:
    """2 for the sums of one block, 1 for the others: [G*H]."""
    scale = torch.ones_like(cell.bias_input).view(len(cell.blocks), -1)
    scale[cell.blocks.index(block)] = 2
    return scale.flatten()
