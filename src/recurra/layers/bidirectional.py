"""Two layers over one sequence, one from each end, their outputs joined (Schuster & Paliwal 1997)."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from recurra.layers.base import ForwardLayer, Layer, Unrolled
from recurra.padded import Padded


class BothStates(NamedTuple):
    """The states of the two directions, each after its own last step."""

    forward: Any  # after the sequence's last step
    backward: Any  # after its first


def reverse(sequence: Padded) -> Padded:
    """Every row [T, ...] reversed within its own length; padding stays on the right."""
    steps = torch.arange(sequence.values.shape[1], device=sequence.lengths.device)
    lengths = sequence.lengths[:, None]
    index = torch.where(steps < lengths, lengths - 1 - steps, steps)  # [B, T]
    rows = torch.arange(len(sequence.lengths), device=index.device)[:, None]
    return sequence.with_values(sequence.values[rows, index])


class Bidirectional(Layer):
    """Output [B, T, H_forward + H_backward]; a ragged batch gives what its rows give alone."""

    def __init__(self, forward: ForwardLayer, backward: ForwardLayer) -> None:
        super().__init__()
        self.ahead = forward
        self.back = backward
        self.input_size = forward.input_size
        self.output_size = forward.output_size + backward.output_size

    def initial_state(self, batch: int) -> BothStates:
        return BothStates(self.ahead.initial_state(batch), self.back.initial_state(batch))

    def forward(self, inputs: Padded, state: BothStates | None = None, *, trace: bool = False) -> Unrolled:
        state = self.initial_state(inputs.values.shape[0]) if state is None else state
        ahead = self.ahead(inputs, state.forward, trace=trace)
        back = self.back(reverse(inputs), state.backward, trace=trace)
        outputs = torch.cat([ahead.outputs.values, reverse(back.outputs).values], dim=-1)
        seen: dict[str, Tensor] = {f"forward.{name}": value for name, value in ahead.trace.items()}
        seen |= {f"backward.{name}": reverse(inputs.with_values(value)).values for name, value in back.trace.items()}
        return Unrolled(inputs.with_values(outputs), BothStates(ahead.state, back.state), seen)
