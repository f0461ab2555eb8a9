"""Two layers over one sequence, one from each end, their outputs joined (Schuster & Paliwal 1997)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import torch

from recurra.errors import UsageError
from recurra.layers.base import ForwardLayer, Layer, Unrolled, check_layer
from recurra.layers.recorded import placed
from recurra.padded import Padded, reverse


class BothStates(NamedTuple):
    """The states of the two directions, each after its own last step."""

    forward: Any  # after the sequence's last step
    backward: Any  # after its first


class Bidirectional(Layer[BothStates]):
    """Output [B, T, H_forward + H_backward]; a ragged batch gives what its rows give alone.

    Args:
        forward: reads each row from its beginning.
        backward: reads each row from its own end; of the same input size.

    Raises:
        UsageError: something that cannot go from one end to the other, or layers of different input sizes.

    >>> import torch
    >>> from recurra.cells import LSTM
    >>> from recurra.layers import Recurrent
    >>> both = Bidirectional(Recurrent(LSTM(3, 4)), Recurrent(LSTM(3, 4)))
    >>> run = both(torch.randn(2, 5, 3), lengths=[5, 2])
    >>> run.outputs.values.shape, run.state.backward.cell.shape
    (torch.Size([2, 5, 8]), torch.Size([2, 4]))
    """

    def __init__(self, forward: ForwardLayer, backward: ForwardLayer) -> None:
        super().__init__()
        for layer in (forward, backward):
            check_layer(layer, ForwardLayer, "Bidirectional")
        if forward.input_size != backward.input_size:
            sizes = f"{forward.input_size} and {backward.input_size}"
            raise UsageError(f"both directions need the same input size, got {sizes}")
        self.ahead = forward
        self.back = backward
        self.input_size = forward.input_size
        self.output_size = forward.output_size + backward.output_size

    def initial_state(self, batch: int) -> BothStates:
        return BothStates(self.ahead.initial_state(batch), self.back.initial_state(batch))

    def run(self, inputs: Padded, state: BothStates | None, *, trace: bool) -> Unrolled:
        state = self.initial_state(inputs.values.shape[0]) if state is None else state
        ahead = self.ahead.within(inputs, state.forward, trace=trace)
        back = self.back.within(reverse(inputs), state.backward, trace=trace)
        outputs = torch.cat([ahead.outputs.values, reverse(back.outputs).values], dim=-1)
        turned = {name: replace(record, backward=True) for name, record in back.trace.items()}
        seen = placed("forward", ahead.trace) | placed("backward", turned)
        return Unrolled(inputs.with_values(outputs), BothStates(ahead.state, back.state), seen)
