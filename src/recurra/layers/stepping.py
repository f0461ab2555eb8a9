"""Cells whose products are made beforehand, for searches that take many small steps with the same weights.

A step is split at the sum: `read` is W x + b, which can be looked up or made once for many steps; `advance` does what
is left. The weights are copies, taken when the object is made: they must not change while it is used.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear

from recurra.cells import LSTM, Cell, LSTMState, Step


class CellSteps(ABC):
    """The steps of one cell.

    B rows, G*H gate blocks, I input size.
    """

    weight: Tensor  # [G*H, I] from inputs to sums
    bias: Tensor  # [G*H]

    def read(self, x: Tensor) -> Tensor:
        """What of a step depends on x [..., I] alone: [..., G*H]."""
        return linear(x, self.weight, self.bias)

    @abstractmethod
    def advance(self, read: Tensor, state: Any) -> Step:
        """The step, from what was read [B, G*H]; gates are not returned."""


class PlainSteps(CellSteps):
    """Any cell, by its own body."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.weight, self.bias = cell.weight_input.detach(), cell.bias_input.detach()

    def advance(self, read: Tensor, state: Any) -> Step:
        return self.cell.advance(read, state)


class LSTMSteps(CellSteps):
    """The LSTM with one activation for all blocks: tanh a = 2 sigmoid(2 a) - 1.

    Torch's sigmoid takes a quarter of the time of its tanh on CPUs, and one call on all blocks less than four. The
    candidate's sums are doubled by doubling its weights, which rounds nothing.
    """

    def __init__(self, cell: LSTM) -> None:
        doubled = torch.ones_like(cell.bias_input).view(4, -1)
        doubled[cell.blocks.index("candidate")] = 2
        scale = doubled.view(-1, 1)
        self.weight = cell.weight_input.detach() * scale
        self.weight_hidden = cell.weight_hidden.detach() * scale
        self.bias = (cell.bias_input.detach() + cell.bias_hidden.detach()) * scale.squeeze(1)

    def advance(self, read: Tensor, state: LSTMState) -> Step:
        h, c = state
        gates = torch.addmm(read, h, self.weight_hidden.t()).sigmoid_()
        i, f, g, o = gates.chunk(4, dim=-1)
        c = f * c + i * (2 * g - 1)
        h = o * tanh(c)
        return Step(h, LSTMState(h, c), {})


def steps_of(cell: Cell) -> CellSteps:
    """The quickest steps of a cell."""
    return LSTMSteps(cell) if type(cell) is LSTM else PlainSteps(cell)


def tanh(values: Tensor) -> Tensor:
    """2 sigmoid(2 x) - 1."""
    return (2 * values).sigmoid_().mul_(2).sub_(1)
