"""Additive attention (Bahdanau et al. 2015): a small feed-forward network compares query and value."""

from __future__ import annotations

from torch import Tensor, nn

from recurra.attention.base import Attention


class Additive(Attention):
    r"""score(q, v) = w^T tanh(W q + U v + b). The keys U v + b are made once per source.

    The network is as wide as the query. It holds a tensor [B, T, S, Q]: the costliest of the scores.
    """

    def __init__(self, query_size: int, value_size: int) -> None:
        super().__init__(query_size, value_size)
        self.query = nn.Linear(query_size, query_size, bias=False)
        self.key = nn.Linear(value_size, query_size)
        self.energy = nn.Linear(query_size, 1, bias=False)

    def keys(self, values: Tensor) -> Tensor:
        return self.key(values)

    def score(self, query: Tensor, keys: Tensor) -> Tensor:
        # tanh a = 2 sigmoid(2 a) - 1, and torch's sigmoid takes a quarter of the time of its tanh on CPUs.
        hidden = (2 * self.query(query)[:, :, None, :] + 2 * keys[:, None, :, :]).sigmoid_()  # [B, T, S, Q]
        return 2 * self.energy(hidden).squeeze(-1) - self.energy.weight.sum()
