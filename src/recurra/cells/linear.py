"""Cells whose state is a linear recurrence: h_t = a_t h_{t-1} + b_t, where a_t and b_t follow from x_t alone.

That line is all that depends on time. Everything else is one product over all steps of a sequence, which is why such
cells are trained much faster than those with a matrix U between the steps. a_t lies between 0 and 1 in the cells here:
a state is kept or fades, and no number of layers of them tracks the parity of a row of bits (Sarrof et al. 2024).

B batch, T time, H hidden size, G number of gate blocks.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.cells.base import Cell, Step
from recurra.cells.state import HiddenState


class Coefficients(NamedTuple):
    """Of h_t = keep h_{t-1} + add, for one step [B, H] or all of them [B, T, H]."""

    keep: Tensor
    add: Tensor
    gates: dict[str, Tensor]  # in the order of the equations


class LinearCell(Cell[HiddenState]):
    """A cell of this kind: it says what a step keeps and what it adds."""

    @abstractmethod
    def coefficients(self, x: Tensor) -> Coefficients:
        """From W x_t + b of all blocks, [B, G*H] or [B, T, G*H]."""

    def advance(self, x: Tensor, state: HiddenState) -> Step:
        keep, add, gates = self.coefficients(x)
        h = keep * state.hidden + add
        return Step(h, HiddenState(h), gates)


def positive(x: Tensor) -> Tensor:
    """x + 1/2 from 0 on, below it the sigmoid of x: what stands in the place of a tanh (Feng et al. 2024)."""
    return torch.relu(x) + torch.sigmoid(x.clamp(max=0))
