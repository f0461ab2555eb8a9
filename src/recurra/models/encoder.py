"""The encoder reads the source and leaves one output per token and a last state.

B batch, S source positions, H width.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from recurra.layers import Layer, Unrolled, dropout
from recurra.models.word_embedding import TableShape, word_embedding
from recurra.padded import Padded


class SourceEncoder(nn.Module, ABC):
    """What reads a source, of whatever kind: it leaves outputs to attend to, and a state that a bridge can take."""

    def forward(self, source: Padded, *, trace: bool = False) -> Unrolled:
        """A source [B, S, ...] to outputs [B, positions, H] and the last state; `trace` asks for what happened."""
        return self.encode(self.read(source), trace=trace)

    @abstractmethod
    def read(self, source: Padded) -> Padded:
        """A source as numbers [B, S, E] of which gradients can be taken: embeddings, pixels."""

    @abstractmethod
    def encode(self, read: Padded, *, trace: bool = False) -> Unrolled:
        """The rest of the way."""


class Encoder(SourceEncoder):
    """Embedding and recurrent layers.

    Args:
        vocabulary: number of source tokens.
        layers: the recurrent layers; their input size is the embedding's size.
        dropout: share of the values dropped on the embeddings and the outputs, in training.
        separator: the id between two columns of a source; given, tokens that stand in two columns are marked.
        table: of a vocabulary whose words have vectors.
    """

    def __init__(
        self,
        vocabulary: int,
        layers: Layer,
        *,
        dropout: float = 0.0,
        separator: int | None = None,
        table: TableShape | None = None,
    ) -> None:
        super().__init__()
        self.embedding = word_embedding(vocabulary, layers.input_size, table)
        self.marks = None if separator is None else Marks(layers.input_size, separator)
        self.layers = layers
        self.dropout = dropout

    def read(self, source: Padded) -> Padded:
        """Source ids [B, S] to embeddings [B, S, I]."""
        values = self.embedding(source.values)
        if self.marks is not None:
            values = values + self.marks(source)
        return source.with_values(values)

    def encode(self, read: Padded, *, trace: bool = False) -> Unrolled:
        """Embeddings [B, S, I] to outputs [B, S, H] and the last state."""
        embedded = dropout(read.values, self.dropout, self.training)
        run: Unrolled = self.layers(read.with_values(embedded), trace=trace)
        outputs = dropout(run.outputs.values, self.dropout, self.training)
        return run._replace(outputs=run.outputs.with_values(outputs))

    def entries(self) -> Tensor:
        """Every vector that can be read: [V, I], and where tokens are marked [2V, I], the marked ones behind."""
        plain = self.embedding.weight
        return plain if self.marks is None else torch.cat([plain, plain + self.marks.vector])

    def places(self, source: Padded) -> Padded:
        """The rows of `entries` that source ids [B, S] read."""
        if self.marks is None:
            return source
        return source.with_values(source.values + self.embedding.num_embeddings * self.marks.matches(source))


class Marks(nn.Module):
    """One more vector for tokens that another column of the source has as well (the exact match of Chen et al. 2017).

    Whether the place that a question names is the one that a story names is one comparison of two words; a recurrent
    network has to learn it anew for every word, and needs many examples for it.

    Args:
        size: entries of an embedding.
        separator: the id between two columns; the ids of what may match are above it.
    """

    def __init__(self, size: int, separator: int) -> None:
        super().__init__()
        self.separator = separator
        self.vector = nn.Parameter(torch.zeros(size))

    def forward(self, source: Padded) -> Tensor:
        """What is added to the embeddings of source ids [B, S]: [B, S, size]."""
        return self.matches(source)[..., None] * self.vector

    def matches(self, source: Padded) -> Tensor:
        """Which of the ids [B, S] another column has as well: bool [B, S]."""
        ids = source.values
        words = source.mask & (ids > self.separator)
        columns = (ids == self.separator).cumsum(1)
        meet = (ids[:, :, None] == ids[:, None]) & (columns[:, :, None] != columns[:, None])  # [B, S, S]
        return (meet & words[:, None]).any(2) & words
