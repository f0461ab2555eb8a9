"""The gated recurrent unit (Cho et al. 2014), in the reset-after form of cuDNN and torch.nn.GRU.

The paper applies the reset gate before the product with U_n; this form applies it after, so that one product
serves all three blocks. The two differ slightly in what they can express, not in what they are used for.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import linear

from recurra.cells.base import DenseCell, Step
from recurra.cells.state import HiddenState


class GRU(DenseCell[HiddenState]):
    r"""The GRU.

    .. math::
        r, z &= \sigma(W_* x_t + U_* h_{t-1} + b_*) \\
        n &= \tanh(W_n x_t + b_{Wn} + r (U_n h_{t-1} + b_{Un})) \\
        h_t &= (1 - z) n + z h_{t-1}
    """

    blocks: ClassVar[tuple[str, ...]] = ("reset", "update", "new")

    def advance(self, x: Tensor, state: HiddenState) -> Step:
        h = state.hidden
        x_r, x_z, x_n = x.chunk(3, dim=-1)
        h_r, h_z, h_n = linear(h, self.weight_hidden, self.bias_hidden).chunk(3, dim=-1)
        r = torch.sigmoid(x_r + h_r)
        z = torch.sigmoid(x_z + h_z)
        n = torch.tanh(x_n + r * h_n)
        h = (1 - z) * n + z * h
        return Step(h, HiddenState(h), {"reset": r, "update": z, "new": n})
