"""One look at the source: weights over its positions, and the weighted sum.

The source is prepared once (`prepare` makes a Memory: what does not depend on the query is computed there) and
looked at by any number of queries, all steps of a target or all hypotheses of a beam at once.

B batch, T queries per row, S source positions, Q query size, V value size, K key size.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor, nn

from recurra.padded import Padded


class Memory(NamedTuple):
    """What may be looked at. Padding is zero in the values, False in the mask."""

    values: Tensor  # [B, S, V]
    keys: Tensor  # [B, S, K]
    mask: Tensor  # [B, S] bool


class Attended(NamedTuple):
    """What a look returns."""

    context: Tensor  # [B, T, V], the weighted sum of the values
    weights: Tensor  # [B, T, S], each row sums to 1, padding has 0; a row over nothing but padding is all 0


class Attention(nn.Module, ABC):
    """weights = softmax(score(query, keys)) over the source; context = sum of weights times values.

    Args:
        query_size: Q.
        value_size: V.
    """

    def __init__(self, query_size: int, value_size: int) -> None:
        super().__init__()
        self.query_size = query_size
        self.value_size = value_size

    def prepare(self, source: Padded) -> Memory:
        """The memory of encoder outputs [B, S, V]."""
        mask = source.mask
        values = source.values.masked_fill(~mask[..., None], 0.0)
        return Memory(values, self.keys(values), mask)

    def keys(self, values: Tensor) -> Tensor:
        """What queries are compared with: [B, S, V] to [B, S, K]."""
        return values

    @abstractmethod
    def score(self, query: Tensor, keys: Tensor) -> Tensor:
        """How well each query [B, T, Q] fits each key [B, S, K]: [B, T, S]."""

    def forward(self, query: Tensor, memory: Memory) -> Attended:
        """Looks with every query [B, T, Q] at the memory of its row."""
        mask = memory.mask[:, None, :]
        scores = self.score(query, memory.keys)
        # The lowest finite number instead of -inf: a row of nothing but padding then stays free of NaN.
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = torch.softmax(scores, dim=-1).masked_fill(~mask, 0.0)
        return Attended(torch.bmm(weights, memory.values), weights)
