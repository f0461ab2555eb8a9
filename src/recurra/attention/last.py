"""No attention: every look sees the same fixed vector, the encoder's output at the last source step.

This is the bottleneck that the lecture draws. As a look it is all weight on the last position, so it takes part in
the same laws and pictures as the others.
"""

from __future__ import annotations

import torch
from torch import Tensor

from recurra.attention.base import Attended, Attention, Memory


class Last(Attention):
    """The plain context vector: weight 1 on the last step of the source."""

    def score(self, query: Tensor, keys: Tensor) -> Tensor:
        return query.new_zeros(query.shape[0], query.shape[1], keys.shape[1])

    def forward(self, query: Tensor, memory: Memory) -> Attended:
        positions = torch.arange(memory.mask.shape[1], device=memory.mask.device)
        last = (positions == memory.mask.sum(1, keepdim=True) - 1).to(memory.values.dtype)  # [B, S]
        weights = last[:, None, :].expand(-1, query.shape[1], -1)
        return Attended(torch.bmm(weights, memory.values), weights)
