"""Attention that somebody has taken the place of: the weights are given, at some steps or at all.

What was attended to is the only thing that changes. Queries, keys and values are those of the attention itself, so all
that is asked of it (`prepare`, `compare`) goes on as before.

T queries per row, S source positions.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from recurra.attention.base import Attention


class GivenAttention(Attention):
    """Another attention, with given weights.

    Args:
        attention: which weighs whatever is not given.
        weights: [S] for each query that has them, by its number in a row; each sums to 1.
        always: [S] for every query, whatever its number.
    """

    def __init__(self, attention: Attention, weights: Mapping[int, Tensor], always: Tensor | None = None) -> None:
        super().__init__(attention.query_size, attention.value_size)
        self.inner = attention
        self.weights = dict(weights)
        self.always = always

    @property
    def steps(self) -> set[int]:
        """At which it is not what it is else."""
        return set(self.weights)

    def at(self, step: int) -> Attention:
        """The attention as it is at one step, where queries are hypotheses and not steps."""
        return GivenAttention(self.inner, {}, self.weights[step]) if step in self.weights else self.inner

    @property
    def query_weight(self) -> Tensor | None:
        return self.inner.query_weight

    def keys(self, values: Tensor) -> Tensor:
        return self.inner.keys(values)

    def compare(self, asked: Tensor, keys: Tensor) -> Tensor:
        return self.inner.compare(asked, keys)

    def weigh(self, scores: Tensor, mask: Tensor) -> Tensor:
        """As given, over a source of as many positions; another source is looked at as ever."""
        found = self.inner.weigh(scores, mask)
        rows = list(found.unbind(1))
        for step in range(len(rows)):
            given = self.weights.get(step, self.always)
            if given is not None and len(given) == found.shape[2]:
                rows[step] = given.to(found).expand_as(rows[step])
        return torch.stack(rows, 1)
