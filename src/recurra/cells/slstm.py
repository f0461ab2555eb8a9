"""The sLSTM (Beck et al. 2024, xLSTM): an LSTM with an exponential input gate, whose memory is a weighted mean.

The paper's c_t and n_t are sums with the same weights, over the candidates and over ones, and only c_t / n_t is read.
So the state holds this mean, as c_t, and the logarithm of n_t: nothing overflows however large a gate becomes, which
is what the paper's fourth state m_t is for. The zero state is a mean of 0 with the weight that an input gate of 1 has.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import linear, logsigmoid

from recurra.cells.base import DenseCell, Step


class SLSTMState(NamedTuple):
    """What an sLSTM remembers."""

    hidden: Tensor  # [B, H]
    cell: Tensor  # [B, H] the mean
    total: Tensor  # [B, H] log n_t, of the sum of its weights


class SLSTM(DenseCell[SLSTMState]):
    r"""The sLSTM with a sigmoid as forget gate, with one head (U is not block-diagonal), and a forget bias of 1.

    .. math::
        n_t &= \sigma(W_f x_t + U_f h_{t-1} + b_f) \, n_{t-1} + \exp(W_i x_t + U_i h_{t-1} + b_i) \\
        f, i &= \text{the two parts of } n_t \text{, both divided by } n_t \\
        z &= \tanh(W_z x_t + U_z h_{t-1} + b_z) \\
        o &= \sigma(W_o x_t + U_o h_{t-1} + b_o) \\
        c_t &= f c_{t-1} + i z \\
        h_t &= o c_t

    The gates returned are these: the shares of the mean that are old and new.
    """

    blocks: ClassVar[tuple[str, ...]] = ("input", "forget", "candidate", "output")

    def reset_parameters(self) -> None:
        super().reset_parameters()
        with torch.no_grad():
            self.bias_input[self.hidden_size : 2 * self.hidden_size] = 1.0

    def initial_state(self, batch: int) -> SLSTMState:
        return SLSTMState(self._zeros(batch), self._zeros(batch), self._zeros(batch))

    def advance(self, x: Tensor, state: SLSTMState) -> Step:
        h, c, n = state
        i, f, z, o = (x + linear(h, self.weight_hidden, self.bias_hidden)).chunk(4, dim=-1)
        old, new = logsigmoid(f) + n, i  # logarithms of the two parts of n_t
        f, i = torch.sigmoid(old - new), torch.sigmoid(new - old)
        z, o = torch.tanh(z), torch.sigmoid(o)
        c = f * c + i * z
        h = o * c
        n = torch.logaddexp(old, new)
        return Step(h, SLSTMState(h, c, n), {"input": i, "forget": f, "candidate": z, "output": o})
