"""From what the encoder leaves to the state that the decoder starts from.

The context is a vector of fixed size (Sutskever et al. 2014); the ways below differ in how it is taken. Every bridge
maps an encoder's Unrolled to one hidden vector per decoder layer, and for LSTMs a cell vector as well.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from recurra.cells.state import CellState, of_tensors, with_hidden
from recurra.layers import BothStates, ForwardLayer, Unrolled
from recurra.layers.base import States


class Bridge(nn.Module, ABC):
    """Makes the first state of a decoder.

    Args:
        decoder: the decoder's layers, from the lowest; their widths equal the encoder's output width.
    """

    def __init__(self, decoder: list[ForwardLayer]) -> None:
        super().__init__()
        self.zeros = [layer.initial_state for layer in decoder]
        self.width = decoder[0].output_size

    @abstractmethod
    def forward(self, encoded: Unrolled) -> States:
        """The first state of each decoder layer."""

    def initial(self, encoded: Unrolled) -> list[CellState]:
        """Zero states, of which the other bridges replace parts."""
        return [zero(encoded.outputs.values.shape[0]) for zero in self.zeros]


class ZeroBridge(Bridge):
    """The decoder starts from zero and knows the source by attention only."""

    def forward(self, encoded: Unrolled) -> States:
        return tuple(self.initial(encoded))


class LastBridge(Bridge):
    """Decoder layer k starts from the last state of encoder layer k (or of the top one), directions joined."""

    def forward(self, encoded: Unrolled) -> States:
        states = [joined(state) for state in encoded.state]
        return tuple(states[min(k, len(states) - 1)] for k in range(len(self.zeros)))


class MeanBridge(Bridge):
    """Every hidden state starts as the mean of the encoder's outputs; cell states start at zero."""

    def forward(self, encoded: Unrolled) -> States:
        lengths = encoded.outputs.lengths.clamp(min=1)[:, None]
        mean = encoded.outputs.values.sum(1) / lengths  # padding is zero
        return tuple(with_hidden(state, mean) for state in self.initial(encoded))


class LearnedBridge(Bridge):
    """Every vector of the first state is tanh(W s + b) of the encoder's top last state s (Bahdanau et al. 2015)."""

    def __init__(self, decoder: list[ForwardLayer]) -> None:
        super().__init__(decoder)
        vectors = sum(len(zero(1)) for zero in self.zeros)
        self.maps = nn.ModuleList(nn.Linear(self.width, self.width) for _ in range(vectors))

    def forward(self, encoded: Unrolled) -> States:
        top = joined(encoded.state[-1]).hidden
        maps = iter(self.maps)
        return tuple(of_tensors(state, (torch.tanh(next(maps)(top)) for _ in state)) for state in self.initial(encoded))


def joined(state: CellState | BothStates) -> CellState:
    """The states of two directions as one state of twice the width; another state as it is."""
    if not isinstance(state, BothStates):
        return state
    pairs: Iterable[tuple[Tensor, Tensor]] = zip(state.forward, state.backward, strict=True)
    return of_tensors(state.forward, (torch.cat(pair, dim=-1) for pair in pairs))


def summary_of(encoded: Unrolled) -> Tensor:
    """The last hidden state of an encoder's top layer, of both directions where there are two: [B, H]."""
    return joined(encoded.state[-1]).hidden


BRIDGES: dict[str, type[Bridge]] = {
    "last": LastBridge,
    "mean": MeanBridge,
    "zero": ZeroBridge,
    "learned": LearnedBridge,
}
