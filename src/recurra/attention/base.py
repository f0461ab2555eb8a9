"""Attention over a source: weights over its positions, and the weighted sum.

The source is prepared once (`prepare` makes a Memory: what does not depend on the query is computed there) and
attended to by any number of queries, all steps of a target or all hypotheses of a beam at once.

B batch, T queries per row, S source positions, Q query size, A what is compared of it, V value size, K key size.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from recurra.errors import UsageError
from recurra.padded import Padded, as_padded


class Memory(NamedTuple):
    """What may be attended to. Padding is zero in the values, False in the mask."""

    values: Tensor  # [B, S, V]
    keys: Tensor  # [B, S, K]
    mask: Tensor  # [B, S] bool


class Attended(NamedTuple):
    """What attention returns."""

    context: Tensor  # [B, T, V], the weighted sum of the values
    weights: Tensor  # [B, T, S], each row sums to 1, padding has 0; a row over nothing but padding is all 0


class Attention(nn.Module, ABC):
    """weights = softmax(score(query, keys)) over the source; context = sum of weights times values.

    Args:
        query_size: Q.
        value_size: V.

    >>> from recurra.attention import Additive
    >>> attention = Additive(query_size=4, value_size=6)
    >>> memory = attention.prepare(torch.randn(2, 5, 6), lengths=[5, 3])
    >>> context, weights = attention(torch.randn(2, 7, 4), memory)
    >>> context.shape, weights[1, :, 3:].any().item()
    (torch.Size([2, 7, 6]), False)
    """

    def __init__(self, query_size: int, value_size: int) -> None:
        super().__init__()
        self.query_size = query_size
        self.value_size = value_size

    def prepare(self, source: Padded | Tensor, lengths: Tensor | Sequence[int] | None = None) -> Memory:
        """The memory of a source.

        Args:
            source: a Padded of values [B, S, V], such as an encoder's outputs, or the values alone.
            lengths: of the rows [B], where the source is a plain tensor; None: all rows have S positions.

        Raises:
            UsageError: values of another width, lengths beyond S.
        """
        source = as_padded(source, lengths)
        if source.values.dim() != 3 or source.values.shape[2] != self.value_size:
            what = f"{type(self).__name__} attends to values [B, S, {self.value_size}]"
            raise UsageError(f"{what}, got {list(source.values.shape)}")
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

    def forward(self, query: Tensor, memory: Memory | Padded | Tensor) -> Attended:
        """Attends with every query to the memory of its row.

        Args:
            query: [B, T, Q].
            memory: what `prepare` made of the source; or the source itself, where it is needed only once.

        Raises:
            UsageError: queries of another width, or another number of rows than the memory has.
        """
        if not isinstance(memory, Memory):
            memory = self.prepare(memory)
        rows = memory.values.shape[0]
        if query.dim() != 3 or query.shape[0] != rows or query.shape[2] != self.query_size:
            what = f"{type(self).__name__} takes queries [{rows}, T, {self.query_size}] for this memory"
            raise UsageError(f"{what}, got {list(query.shape)}")
        weights = self.weigh(self.score(query, memory.keys), memory.mask)
        return Attended(torch.bmm(weights, memory.values), weights)
