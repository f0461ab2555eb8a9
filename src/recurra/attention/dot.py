"""Attention by the dot product of query and value (Luong et al. 2015), plain and scaled (Vaswani et al. 2017)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from recurra.attention.base import Attention
from recurra.errors import UsageError


class Dot(Attention):
    r"""score(q, v) = q^T v. Query and values must have the same size.

    Raises:
        UsageError: different sizes.
    """

    def __init__(self, query_size: int, value_size: int) -> None:
        if query_size != value_size:
            raise UsageError(
                f"dot attention needs queries and values of one size, got {query_size} and {value_size}",
                fix="Use bilinear or additive attention, or equal sizes.",
            )
        super().__init__(query_size, value_size)

    def compare(self, asked: Tensor, keys: Tensor) -> Tensor:
        return torch.bmm(asked, keys.transpose(1, 2))


class ScaledDot(Dot):
    r"""score(q, v) = q^T v / sqrt(Q)."""

    def compare(self, asked: Tensor, keys: Tensor) -> Tensor:
        return super().compare(asked / math.sqrt(self.query_size), keys)
