"""What a forecaster says about a number that is still to come: some of its quantiles, or a normal distribution.

Both are known by their value at a normal score z: the number below which the standard normal distribution has the
share P(Z < z). So both give quantiles, and samples (z drawn from the normal distribution), by one function.

P raw outputs for each number: Q quantiles, or mean and deviation.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from statistics import NormalDist

import torch
from torch import Tensor
from torch.nn.functional import softplus

MIN_DEVIATION = 1e-3  # of a normal distribution, in units of the column's own deviation


class ForecastOutput(ABC):
    """A family of distributions."""

    size: int  # P

    @abstractmethod
    def loss(self, raw: Tensor, truth: Tensor, unit: Tensor) -> Tensor:
        """What the outputs [..., P] cost where `truth` [...] happened: [...].

        Args:
            unit: what 1 of the outputs is in the units of `truth` [...].
        """

    @abstractmethod
    def at(self, raw: Tensor, z: Tensor) -> Tensor:
        """The values [...] at the normal scores z [...] of the outputs [..., P]."""

    @abstractmethod
    def around(self, errors: Tensor) -> Tensor:
        """The raw outputs [P] of a forecast of 0 that errs by these numbers [N], upwards as often as downwards."""


class QuantileOutput(ForecastOutput):
    """Each quantile is an output, and learned by its own loss (Koenker & Bassett 1978).

    .. math:: L_q = \\max(q (y - y_q), (q - 1) (y - y_q))

    Between two of them, and beyond the outermost, a straight line over the normal scores is assumed.
    """

    def __init__(self, quantiles: Sequence[float]) -> None:
        self.size = len(quantiles)
        self.quantiles = torch.tensor(list(quantiles))
        self.scores = torch.tensor([NormalDist().inv_cdf(q) for q in quantiles])

    def loss(self, raw: Tensor, truth: Tensor, unit: Tensor) -> Tensor:
        q = self.quantiles.to(raw)
        above = truth[..., None] - raw * unit[..., None]
        return 2 * torch.maximum(q * above, (q - 1) * above).mean(-1)  # of the median alone: the absolute error

    def at(self, raw: Tensor, z: Tensor) -> Tensor:
        values = raw.sort(dim=-1).values  # quantiles are learned one by one, and may cross
        if self.size == 1:
            return values[..., 0].expand(z.shape)
        scores = self.scores.to(raw)
        left = (torch.bucketize(z.contiguous(), scores, right=True) - 1).clamp(0, self.size - 2)
        low, high = (values.expand(*z.shape, self.size).gather(-1, k[..., None])[..., 0] for k in (left, left + 1))
        share = (z - scores[left]) / (scores[left + 1] - scores[left])
        # Written so that at a learned quantile nothing is lost by rounding.
        return torch.where(share == 0, low, torch.where(share == 1, high, low + share * (high - low)))

    def around(self, errors: Tensor) -> Tensor:
        inside = (2 * self.quantiles.to(errors) - 1).abs()  # the share of the numbers between a quantile and its mirror
        levels = (inside * (1 + 1 / len(errors))).clamp(max=1.0)  # as one more number is to come
        return torch.sign(self.scores.to(errors)) * torch.quantile(errors.abs(), levels)


class GaussianOutput(ForecastOutput):
    """Mean and deviation of a normal distribution; the loss is the negative log-likelihood, in nats."""

    size = 2

    def loss(self, raw: Tensor, truth: Tensor, unit: Tensor) -> Tensor:
        unit = unit.clamp(min=MIN_DEVIATION)
        mean, deviation = (part * unit for part in self._parts(raw))
        return 0.5 * ((truth - mean) / deviation) ** 2 + deviation.log() + 0.5 * math.log(2 * math.pi)

    def at(self, raw: Tensor, z: Tensor) -> Tensor:
        mean, deviation = self._parts(raw)
        return mean + deviation * z

    def around(self, errors: Tensor) -> Tensor:
        width = (errors.square().mean().sqrt() - MIN_DEVIATION).clamp(min=MIN_DEVIATION)
        return torch.stack([torch.zeros_like(width), width + torch.log(-torch.expm1(-width))])  # softplus, backwards

    def _parts(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        mean, width = raw.unbind(-1)
        return mean, softplus(width) + MIN_DEVIATION


def make_output(name: str, quantiles: Sequence[float]) -> ForecastOutput:
    """The family of this name: "quantile", "gaussian"."""
    return GaussianOutput() if name == "gaussian" else QuantileOutput(quantiles)
