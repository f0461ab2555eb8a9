"""One look at the source: weights over its positions, and the weighted sum.

The source is prepared once (`prepare` makes a Memory: what does not depend on the query is computed there) and
looked at by any number of queries, all steps of a target or all hypotheses of a beam at once.

B batch, T queries per row, S source positions, Q query size, A what is compared of it, V value size, K key size.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

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

    @property
    def query_weight(self) -> Tensor | None:
        """W [A, Q] where queries are compared as W q; None where they are compared as they are."""
        return None

    @abstractmethod
    def compare(self, asked: Tensor, keys: Tensor) -> Tensor:
        """How well each W q [B, T, A] fits each key [B, S, K]: [B, T, S]."""

    def score(self, query: Tensor, keys: Tensor) -> Tensor:
        """How well each query [B, T, Q] fits each key [B, S, K]: [B, T, S]."""
        weight = self.query_weight
        return self.compare(query if weight is None else linear(query, weight), keys)

    def weigh(self, scores: Tensor, mask: Tensor) -> Tensor:
        """The scores [B, T, S] as weights: a softmax over the source where the mask [B, S] is True, 0 elsewhere."""
        outside = ~mask[:, None, :]
        # The lowest finite number instead of -inf: a row of nothing but padding then stays free of NaN.
        scores = scores.masked_fill(outside, torch.finfo(scores.dtype).min)
        return torch.softmax(scores, dim=-1).masked_fill(outside, 0.0)

    def forward(self, query: Tensor, memory: Memory) -> Attended:
        """Looks with every query [B, T, Q] at the memory of its row."""
        weights = self.weigh(self.score(query, memory.keys), memory.mask)
        return Attended(torch.bmm(weights, memory.values), weights)
