r"""Additive attention (Bahdanau et al. 2015): a small feed-forward network compares query and value.

Every query meets every key, Q values each, so a tanh for each meeting would cost more than all matrix products. With
x = e^{2 W q} and y = e^{2 (U v + b)}, made once per query and once per key,

    tanh(W q + U v + b) = 1 - 2 / (1 + x y)

and a meeting costs a product and a reciprocal. The 1 adds the same to the scores of all keys, which a softmax does not
see, so it is left out.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable

from recurra.attention.base import Attention

# The product of two powers stays a number in float32. A tanh is wrong only where query or key is beyond 21 and the
# other pulls back; float32 and bfloat16 share this range, float64 takes the same.
LARGEST = 43.0
BLOCK = 1 << 17  # meetings made at once where nothing is kept for gradients: half a megabyte stays in a cache


class Additive(Attention):
    r"""score(q, v) = w^T tanh(W q + U v + b). The keys are made once per source.

    The network is as wide as the query. It holds a tensor [B, T, S, Q]: the costliest of the scores.
    """

    def __init__(self, query_size: int, value_size: int) -> None:
        super().__init__(query_size, value_size)
        self.query = nn.Linear(query_size, query_size, bias=False)
        self.key = nn.Linear(value_size, query_size)
        self.energy = nn.Linear(query_size, 1, bias=False)

    @property
    def query_weight(self) -> Tensor:
        return self.query.weight

    def keys(self, values: Tensor) -> Tensor:
        return power(self.key(values))

    def compare(self, asked: Tensor, keys: Tensor) -> Tensor:
        queries, weights = power(asked), -2 * self.energy.weight[0]
        if torch.is_grad_enabled():
            return cast("Tensor", _Meetings.apply(queries, keys, weights))
        rows = max(1, BLOCK // (queries.shape[1] * keys.shape[1] * keys.shape[2] or 1))
        starts = range(0, max(1, len(queries)), rows)
        return torch.cat([_meetings(queries[k : k + rows], keys[k : k + rows]) @ weights for k in starts])


def power(sums: Tensor) -> Tensor:
    """e^{2 x}, within what float32 can multiply."""
    return (2 * sums).clamp(-LARGEST, LARGEST).exp()


def _meetings(queries: Tensor, keys: Tensor) -> Tensor:
    """1 / (1 + x y) for every x [B, T, Q] and y [B, S, Q]: [B, T, S, Q]."""
    return torch.addcmul(queries.new_ones(()), queries[:, :, None], keys[:, None]).reciprocal_()


class _Meetings(torch.autograd.Function):
    """sum_i w_i / (1 + x_i y_i) for every x [B, T, Q] and y [B, S, Q]: [B, T, S].

    With r = 1 / (1 + x y), dr/dx = -(r - r^2) / x. So r is all that backward needs, and no other tensor of its size is
    kept.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, queries: Tensor, keys: Tensor, weights: Tensor) -> Tensor:
        meetings = _meetings(queries, keys)
        ctx.save_for_backward(queries, keys, weights, meetings)
        return meetings @ weights

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, Tensor]:  # pyright: ignore
        queries, keys, weights, meetings = ctx.saved_tensors
        by_weights = torch.einsum("bts,btsq->q", slope, meetings)
        steep = torch.addcmul(meetings, meetings, meetings, value=-1)
        by_queries = torch.einsum("bts,btsq->btq", slope, steep) * (-weights / queries)
        by_keys = torch.einsum("bts,btsq->bsq", slope, steep) * (-weights / keys)
        return by_queries, by_keys, by_weights
