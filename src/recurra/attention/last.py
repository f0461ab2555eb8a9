"""No attention: every query gets the same fixed vector, the encoder's output at the last source step.

This is the bottleneck that the lecture draws. As attention it is all weight on the last position, so it takes part in
the same laws and pictures as the others.
"""

from __future__ import annotations

import torch
from torch import Tensor

from recurra.attention.base import Attention


class Last(Attention):
    """The fixed context vector: weight 1 on the last step of the source."""

    def compare(self, asked: Tensor, keys: Tensor) -> Tensor:
        return asked.new_zeros(asked.shape[0], asked.shape[1], keys.shape[1])

    def weigh(self, scores: Tensor, mask: Tensor) -> Tensor:
        positions = torch.arange(mask.shape[1], device=mask.device)
        last = (positions == mask.sum(1, keepdim=True) - 1).to(scores.dtype)  # [B, S]
        return last[:, None, :].expand_as(scores)
