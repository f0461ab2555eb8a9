"""Many time steps: the contract that every layer keeps, whatever it is made of.

A layer maps a Padded of inputs and a state to an Unrolled: the outputs, the state after each row's last step, and on
request everything that happened inside. Stacks and bi-directional layers are layers too.

B batch, T time, I input size, H output size.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from torch import Tensor, nn

from recurra.cells import Step
from recurra.padded import Padded


class Unrolled(NamedTuple):
    """What a layer gives for a whole sequence."""

    outputs: Padded  # [B, T, H], padding zero
    state: Any  # after the last step of each row, never after padding
    trace: dict[str, Tensor]  # gates and states by name, [B, T, H]; empty unless asked for


class Layer(nn.Module, ABC):
    """Anything that reads a sequence and writes one of the same length."""

    input_size: int
    output_size: int

    @abstractmethod
    def initial_state(self, batch: int) -> Any:
        """The zero state for `batch` rows."""

    @abstractmethod
    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        """All steps of inputs [B, T, I], from `state` or from zero. `trace` asks for gates and states."""


class ForwardLayer(Layer):
    """A layer that reads from left to right only, and so can also go step by step."""

    @abstractmethod
    def step(self, x: Tensor, state: Any, *, trace: bool = False) -> Step:
        """One step: x [B, I] and a state to output and state; `trace` asks for the gates."""
