"""The minGRU (Feng et al. 2024): a GRU whose gates see the input alone, so that its state is a linear recurrence."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from recurra.cells.linear import Coefficients, LinearCell, positive


class MinGRU(LinearCell):
    r"""The minGRU, with the g that keeps its candidate above 0.

    .. math::
        z &= \sigma(W_z x_t + b_z) \\
        c &= g(W_c x_t + b_c), \quad g(a) = a + 1/2 \text{ for } a \ge 0, \text{ else } \sigma(a) \\
        h_t &= (1 - z) h_{t-1} + z c
    """

    blocks: ClassVar[tuple[str, ...]] = ("update", "candidate")
    unbounded: ClassVar[frozenset[str]] = frozenset({"candidate"})

    def coefficients(self, x: Tensor) -> Coefficients:
        x_z, x_c = x.chunk(2, dim=-1)
        z, c = torch.sigmoid(x_z), positive(x_c)
        return Coefficients(1 - z, z * c, {"update": z, "candidate": c})
