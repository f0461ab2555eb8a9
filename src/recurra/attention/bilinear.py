"""Bilinear attention, called "general" by Luong et al. (2015)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recurra.attention.base import Attention


class Bilinear(Attention):
    r"""score(q, v) = q^T W v. The keys W v are made once per source."""

    def __init__(self, query_size: int, value_size: int) -> None:
        super().__init__(query_size, value_size)
        self.key = nn.Linear(value_size, query_size, bias=False)
        nn.init.xavier_uniform_(self.key.weight)

    def keys(self, values: Tensor) -> Tensor:
        return self.key(values)

    def compare(self, asked: Tensor, keys: Tensor) -> Tensor:
        return torch.bmm(asked, keys.transpose(1, 2))
