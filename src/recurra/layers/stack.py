"""Layers on top of each other ("deep"): layer k reads the outputs of layer k-1 (Graves 2013)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from torch import Tensor, nn

from recurra.cells import Step
from recurra.errors import UsageError
from recurra.layers.base import ForwardLayer, Layer, States, Unrolled, check_layer
from recurra.layers.dropout import check_share, dropout, locked_dropout
from recurra.layers.recorded import Recorded, placed
from recurra.padded import Padded


class Stack(ForwardLayer[States]):
    """A stack is a layer. Its state is the tuple of its layers' states.

    Args:
        layers: at least one; each must read what the one below writes.
        dropout: share of the values set to 0 between layers, in training only.
        residual: each layer but the first adds its input to its output, where the sizes allow it (He et al. 2016).
        locked: the same values are set to 0 at all time steps of a row (dropout.py).

    Raises:
        UsageError: no layer, something else than layers, sizes that do not fit, or `step` on a stack with a
            bi-directional layer.

    >>> import torch
    >>> from recurra.cells import GRU, LSTM
    >>> from recurra.layers import Recurrent
    >>> deep = Stack([Recurrent(LSTM(3, 4)), Recurrent(GRU(4, 2))], dropout=0.1)
    >>> outputs, (below, above), _ = deep(torch.randn(2, 5, 3))
    >>> outputs.values.shape, below.cell.shape, above.hidden.shape
    (torch.Size([2, 5, 2]), torch.Size([2, 4]), torch.Size([2, 2]))
    """

    def __init__(
        self, layers: Sequence[Layer], *, dropout: float = 0.0, residual: bool = False, locked: bool = False
    ) -> None:
        super().__init__()
        if not layers:
            raise UsageError("a stack has at least one layer")
        for layer in layers:
            check_layer(layer, Layer, "Stack")
        for below, above in pairwise(layers):
            if below.output_size != above.input_size:
                sizes = f"input size {above.input_size} follows one with output size {below.output_size}"
                raise UsageError(f"a layer with {sizes}")
        check_share("dropout", dropout)
        self.layers = nn.ModuleList(layers)
        self.dropout = dropout
        self.residual = residual
        self.locked = locked
        self.input_size = layers[0].input_size
        self.output_size = layers[-1].output_size

    @property
    def each(self) -> list[Layer]:
        """The layers, from the lowest."""
        return [layer for layer in self.layers if isinstance(layer, Layer)]

    def initial_state(self, batch: int) -> States:
        return tuple(layer.initial_state(batch) for layer in self.each)

    def run(self, inputs: Padded, state: States | None, *, trace: bool) -> Unrolled:
        before = self.initial_state(inputs.values.shape[0]) if state is None else state
        after: list[object] = []
        seen: dict[str, Recorded] = {}
        for k, layer in enumerate(self.each):
            read = inputs if k == 0 else inputs.with_values(self._dropped(inputs.values))
            run = layer.within(read, before[k], trace=trace)
            inputs = run.outputs.with_values(self.joined(k, inputs.values, run.outputs.values))
            after.append(run.state)
            seen |= placed(str(k), run.trace)
        return Unrolled(inputs, tuple(after), seen)

    def step(self, x: Tensor, state: States, *, trace: bool = False) -> Step:
        after: list[object] = []
        gates: dict[str, Tensor] = {}
        for k, layer in enumerate(self.each):
            if not isinstance(layer, ForwardLayer):
                raise UsageError("a bi-directional layer needs the whole sequence; it cannot go step by step")
            step = layer.step(x if k == 0 else self._drop(x), state[k], trace=trace)
            x = self.joined(k, x, step.output)
            after.append(step.state)
            gates |= {f"{k}.{name}": gate for name, gate in step.gates.items()}
        return Step(x, tuple(after), gates)

    def record(self, steps: Sequence[Step], before: States, lengths: Tensor) -> dict[str, Recorded]:
        seen: dict[str, Recorded] = {}
        for k, layer in enumerate(self.each):
            assert isinstance(layer, ForwardLayer)  # as their step has seen
            own = [Step(step.output, step.state[k], _inner(step.gates, f"{k}.")) for step in steps]
            seen |= placed(str(k), layer.record(own, before[k], lengths))
        return seen

    def _dropped(self, values: Tensor) -> Tensor:
        """Values [B, T, H] between two layers."""
        return (locked_dropout if self.locked else dropout)(values, self.dropout, self.training)

    def _drop(self, values: Tensor) -> Tensor:
        return dropout(values, self.dropout, self.training)

    def joined(self, k: int, below: Tensor, output: Tensor) -> Tensor:
        """What layer k hands on: its output, with a residual connection also its input."""
        return below + output if self.residual and k > 0 and below.shape == output.shape else output


def _inner(gates: Mapping[str, Tensor], place: str) -> dict[str, Tensor]:
    """The gates of one layer, by their own names."""
    return {name.removeprefix(place): gate for name, gate in gates.items() if name.startswith(place)}
