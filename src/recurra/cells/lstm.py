"""The long short-term memory cell (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000)."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import linear

from recurra.cells.base import DenseCell, Step


class LSTMState(NamedTuple):
    """What an LSTM remembers."""

    hidden: Tensor  # [B, H]
    cell: Tensor  # [B, H]


class LSTM(DenseCell[LSTMState]):
    r"""The LSTM, with a forget bias of 1 at the start (Jozefowicz et al. 2015).

    .. math::
        i, f, o &= \sigma(W_* x_t + U_* h_{t-1} + b_*) \\
        c'_t &= \tanh(W_c x_t + U_c h_{t-1} + b_c) \\
        c_t &= f c_{t-1} + i c'_t \\
        h_t &= o \tanh(c_t)
    """

    blocks: ClassVar[tuple[str, ...]] = ("input", "forget", "candidate", "output")

    def reset_parameters(self) -> None:
        super().reset_parameters()
        with torch.no_grad():
            self.bias_input[self.hidden_size : 2 * self.hidden_size] = 1.0

    def initial_state(self, batch: int) -> LSTMState:
        return LSTMState(self._zeros(batch), self._zeros(batch))

    def advance(self, x: Tensor, state: LSTMState) -> Step:
        h, c = state
        i, f, g, o = (x + linear(h, self.weight_hidden, self.bias_hidden)).chunk(4, dim=-1)
        i, f, o = torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(o)
        g = torch.tanh(g)
        c = f * c + i * g
        h = o * torch.tanh(c)
        return Step(h, LSTMState(h, c), {"input": i, "forget": f, "candidate": g, "output": o})
