"""The minLSTM (Feng et al. 2024): an LSTM without U, whose forget and input gates sum to 1; a linear recurrence."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from recurra.cells.linear import Coefficients, LinearCell, positive


class MinLSTM(LinearCell):
    r"""The minLSTM, with the g that keeps its candidate above 0.

    .. math::
        f, i &= \sigma(W_* x_t + b_*), \quad \text{both divided by } f + i \\
        c &= g(W_c x_t + b_c), \quad g(a) = a + 1/2 \text{ for } a \ge 0, \text{ else } \sigma(a) \\
        h_t &= f h_{t-1} + i c

    The gates returned are those after the division.
    """

    blocks: ClassVar[tuple[str, ...]] = ("forget", "input", "candidate")
    unbounded: ClassVar[frozenset[str]] = frozenset({"candidate"})

    def coefficients(self, x: Tensor) -> Coefficients:
        x_f, x_i, x_c = x.chunk(3, dim=-1)
        f = torch.sigmoid(logsigmoid(x_f) - logsigmoid(x_i))  # f / (f + i), also where both are 0 in this precision
        i, c = 1 - f, positive(x_c)
        return Coefficients(f, i * c, {"forget": f, "input": i, "candidate": c})
