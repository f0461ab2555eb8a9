"""The first thing that a network which reads a whole input does with it: ids become vectors, numbers are standardised.

B batch, T time, D variables, E embedding size, V vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recurra.layers import dropout
from recurra.models.word_embedding import TableShape, word_embedding
from recurra.padded import Padded
from recurra.text.special import PAD, UNK

MAX_DEVIATIONS = 10.0  # from the mean; what lies beyond counts as lying there
EMBEDDING_DEVIATION = 0.1  # standard deviation of the first embeddings


class TokenReader(nn.Module):
    """Ids [B, T] to vectors [B, T, E].

    Args:
        vocabulary: V.
        size: E.
        word_dropout: share of the units that are read as <UNK>, in training only; so the network learns what to make of
            units that it does not know, and to lean on no single one.
        dropout: share of the vectors' values set to 0, in training only.
        unordered: the units of a row are sorted first. To a network that knows no order this changes nothing but the
            rounding, which is then the same too.
        table: of a vocabulary whose words have vectors.
    """

    def __init__(
        self,
        vocabulary: int,
        size: int,
        *,
        word_dropout: float = 0.0,
        dropout: float = 0.0,
        unordered: bool = False,
        table: TableShape | None = None,
    ) -> None:
        super().__init__()
        self.embedding = word_embedding(vocabulary, size, table, EMBEDDING_DEVIATION)
        self.output_size = size
        self.word_dropout = word_dropout
        self.dropout = dropout
        self.unordered = unordered

    def forward(self, inputs: Padded) -> Padded:
        """Vectors [B, T, E]."""
        ids = inputs.values
        if self.unordered:
            last = self.embedding.num_embeddings  # where padding goes
            ids = ids.masked_fill(~inputs.mask, last).sort(dim=1).values.masked_fill(~inputs.mask, PAD)
        ids = word_dropout(ids, self.word_dropout, self.training)
        return inputs.with_values(dropout(self.embedding(ids), self.dropout, self.training))


def word_dropout(ids: Tensor, share: float | Tensor, training: bool) -> Tensor:
    """Ids [B, T] of which a share, or a share of each [B, T], is read as <UNK>."""
    if not training or (isinstance(share, float) and not share):
        return ids
    return torch.where(torch.rand(ids.shape, device=ids.device) < share, UNK, ids)


class NumberReader(nn.Module):
    """Numbers [B, T, D] in units of their own deviations from their own means, learned from the training data once.

    A missing number (NaN) is read as the mean.

    Args:
        variables: D.
        number_dropout: share of the numbers that are read as the mean, in training only.
        transposed: each number of a vector becomes a step: [B, 1, D] to [B, D, 1]. So what reads series reads vectors.
    """

    mean: Tensor  # [D]
    deviation: Tensor  # [D]

    def __init__(self, variables: int, *, number_dropout: float = 0.0, transposed: bool = False) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(variables))
        self.register_buffer("deviation", torch.ones(variables))
        self.output_size = 1 if transposed else variables
        self.number_dropout = number_dropout
        self.transposed = transposed

    def forward(self, inputs: Padded) -> Padded:
        """Standardised numbers [B, T, D], or [B, D, 1]."""
        values = (inputs.values - self.mean) / self.deviation
        values = values.nan_to_num(nan=0.0).clamp(-MAX_DEVIATIONS, MAX_DEVIATIONS)
        if self.training and self.number_dropout:
            values = values.masked_fill(torch.rand(values.shape, device=values.device) < self.number_dropout, 0.0)
        if self.transposed:
            return Padded(values.transpose(1, 2), torch.full_like(inputs.lengths, values.shape[2]))
        return inputs.with_values(values)
