"""The encoder reads the source and leaves one output per token and a last state.

B batch, S source positions, H width.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import nn
from torch.nn.functional import dropout

from recurra.layers import Layer, Unrolled
from recurra.padded import Padded
from recurra.text.special import PAD


class SourceEncoder(nn.Module, ABC):
    """What reads a source, of whatever kind: it leaves outputs to look at, and a state that a bridge can take."""

    @abstractmethod
    def forward(self, source: Padded, *, trace: bool = False) -> Unrolled:
        """A source [B, S, ...] to outputs [B, positions, H] and the last state; `trace` asks for what happened."""


class Encoder(SourceEncoder):
    """Embedding and recurrent layers.

    Args:
        vocabulary: number of source tokens.
        layers: the recurrent layers; their input size is the embedding's size.
        dropout: share of the values dropped on the embeddings and the outputs, in training.
    """

    def __init__(self, vocabulary: int, layers: Layer, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, layers.input_size, padding_idx=PAD)
        self.layers = layers
        self.dropout = dropout

    def forward(self, source: Padded, *, trace: bool = False) -> Unrolled:
        """Source ids [B, S] to outputs [B, S, H] and the last state."""
        embedded = dropout(self.embedding(source.values), self.dropout, self.training)
        run: Unrolled = self.layers(source.with_values(embedded), trace=trace)
        outputs = dropout(run.outputs.values, self.dropout, self.training)
        return run._replace(outputs=run.outputs.with_values(outputs))
