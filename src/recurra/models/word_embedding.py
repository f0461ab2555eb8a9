"""Embeddings of words of which some have vectors that were learned elsewhere, in the place of `nn.Embedding`.

    embedding(w) = P (v(w) + d(w))

v are the vectors as they were given, 0 of a word that has none; they stay as they are. d is what training adds to those
of the first entries, 0 at first: special symbols, words without a vector, and if that is wanted all words of the
training data. P is trained: it fits the vectors to the task, and to the width of the network.

B batch, T time, V vocabulary, O entries that are trained, D numbers of a vector, E embedding size.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding

from recurra.text.special import PAD


class TableShape(NamedTuple):
    """What is known of a vocabulary whose words have vectors."""

    trained: int  # O, from the special symbols on
    words: int  # V
    size: int  # D


class WordEmbedding(nn.Module):
    """Ids to embeddings; the vectors are in units of their standard deviation.

    Args:
        shape: of the vocabulary.
        size: E.
        deviation: standard deviation of the embeddings at first.
    """

    given: Tensor  # [V, D], in half precision: a fourth digit changes nothing, and files are half as large

    def __init__(self, shape: TableShape, size: int, deviation: float) -> None:
        super().__init__()
        self.register_buffer("given", torch.zeros(shape.words, shape.size, dtype=torch.float16))
        self.trained = nn.Embedding(shape.trained, shape.size, padding_idx=PAD)
        nn.init.zeros_(self.trained.weight)
        self.projection = nn.Linear(shape.size, size, bias=False)
        nn.init.normal_(self.projection.weight, std=deviation / shape.size**0.5)
        self.num_embeddings, self.embedding_dim = shape.words, size  # as in nn.Embedding

    def forward(self, ids: Tensor) -> Tensor:
        """Embeddings [B, T, E] of ids [B, T]; zeros of padding."""
        added = self.trained(ids.where(self.is_trained(ids), PAD))
        return self.projection(embedding(ids, self.given).to(added.dtype) + added)

    def is_trained(self, ids: Tensor) -> Tensor:
        """Whether the vectors of ids [B, T] are trained."""
        return ids < self.trained.num_embeddings

    @property
    def weight(self) -> Tensor:
        """The embeddings of all entries [V, E]."""
        return self(torch.arange(self.num_embeddings, device=self.given.device))


def word_embedding(
    vocabulary: int, size: int, table: TableShape | None, deviation: float = 1.0
) -> nn.Embedding | WordEmbedding:
    """Embeddings with fresh weights.

    Args:
        vocabulary: V.
        size: E.
        table: of a vocabulary whose words have vectors; None: they have none.
        deviation: standard deviation of the embeddings at first.
    """
    if table is not None:
        return WordEmbedding(table, size, deviation)
    plain = nn.Embedding(vocabulary, size, padding_idx=PAD)
    if deviation != 1.0:
        nn.init.normal_(plain.weight, std=deviation)
    return plain
