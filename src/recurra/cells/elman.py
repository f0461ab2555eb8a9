"""The Elman cell (Elman 1990): h_t = s(W x_t + U h_{t-1} + b)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import linear

from recurra.cells.base import DenseCell, Step
from recurra.cells.state import HiddenState
from recurra.options import unknown_name

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
}


class Elman(DenseCell[HiddenState]):
    r"""The simple recurrent network.

    .. math:: h_t = s(W x_t + b_W + U h_{t-1} + b_U)

    Args:
        input_size: I.
        hidden_size: H.
        activation: s, one of "tanh", "relu", "sigmoid". Torch has the first two as well.

    Raises:
        UsageError: an unknown activation.
    """

    blocks: ClassVar[tuple[str, ...]] = ("hidden",)

    def __init__(self, input_size: int, hidden_size: int, activation: str = "tanh") -> None:
        if activation not in ACTIVATIONS:
            raise unknown_name("activation", activation, ACTIVATIONS)
        super().__init__(input_size, hidden_size)
        self.activation = activation

    def advance(self, x: Tensor, state: HiddenState) -> Step:
        s = ACTIVATIONS[self.activation]
        h = s(x + linear(state.hidden, self.weight_hidden, self.bias_hidden))
        return Step(h, HiddenState(h), {})
