"""The first thing that a network which reads a whole input does with it: ids become vectors, numbers are standardised.

B batch, T time, D variables, E embedding size, V vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout

from recurra.padded import Padded
from recurra.text.special import PAD, UNK

FARTHEST = 10.0  # deviations from the mean; what lies beyond counts as lying there


class TokenReader(nn.Module):
    """Ids [B, T] to vectors [B, T, E].

    Args:
        vocabulary: V.
        size: E.
        hidden: share of the units that are read as <UNK>, in training only (word dropout); so the network learns what
            to make of units that it does not know, and to lean on no single one.
        dropout: share of the vectors' values set to 0, in training only.
        unordered: the units of a row are sorted first. To a network that knows no order this changes nothing but the
            rounding, which is then the same too.
    """

    def __init__(
        self, vocabulary: int, size: int, *, hidden: float = 0.0, dropout: float = 0.0, unordered: bool = False
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, size, padding_idx=PAD)
        nn.init.normal_(self.embedding.weight, std=SPREAD)
        self.output_size = size
        self.hidden = hidden
        self.dropout = dropout
        self.unordered = unordered

    def forward(self, inputs: Padded) -> Padded:
        """Vectors [B, T, E]."""
        ids = inputs.values
        if self.unordered:
            last = self.embedding.num_embeddings  # where padding goes
            ids = ids.masked_fill(~inputs.mask, last).sort(dim=1).values.masked_fill(~inputs.mask, PAD)
        if self.training and self.hidden:
            ids = torch.where(torch.rand(ids.shape, device=ids.device) < self.hidden, UNK, ids)
        return inputs.with_values(dropout(self.embedding(ids), self.dropout, self.training))


SPREAD = 0.1  # standard deviation of the first embeddings


class NumberReader(nn.Module):
    """Numbers [B, T, D] in units of their own deviations from their own means, learned from the training data once.

    A missing number (NaN) is read as the mean.

    Args:
        variables: D.
        hidden: share of the numbers that are read as the mean, in training only.
        turned: each number of a vector becomes a step: [B, 1, D] to [B, D, 1]. So what reads series reads vectors.
    """

    mean: Tensor  # [D]
    deviation: Tensor  # [D]

    def __init__(self, variables: int, *, hidden: float = 0.0, turned: bool = False) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(variables))
        self.register_buffer("deviation", torch.ones(variables))
        self.output_size = 1 if turned else variables
        self.hidden = hidden
        self.turned = turned

    def forward(self, inputs: Padded) -> Padded:
        """Standardised numbers [B, T, D], or [B, D, 1]."""
        values = ((inputs.values - self.mean) / self.deviation).nan_to_num(nan=0.0).clamp(-FARTHEST, FARTHEST)
        if self.training and self.hidden:
            values = values.masked_fill(torch.rand(values.shape, device=values.device) < self.hidden, 0.0)
        if self.turned:
            return Padded(values.transpose(1, 2), torch.full_like(inputs.lengths, values.shape[2]))
        return inputs.with_values(values)
