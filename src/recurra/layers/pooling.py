"""From a sequence to one vector: what its last step says, the mean, the maximum, or what attention picks out.

Each says what it took from where: weights over the steps, which sum to 1 in every row that has a step. A row without
steps gives zeros.

B batch, T time, H size.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor, nn

from recurra.attention import Attention
from recurra.errors import UsageError
from recurra.padded import Padded, as_padded


class Pooled(NamedTuple):
    """A vector for each row, and where it came from."""

    values: Tensor  # [B, H]
    weights: Tensor  # [B, T], padding 0


class Pooling(nn.Module, ABC):
    """One of the ways below.

    Args:
        size: H.
        backward: how many of the H values, the last ones, were read from the end to the beginning.
    """

    def __init__(self, size: int, backward: int = 0) -> None:
        super().__init__()
        self.size = size
        self.backward = backward

    def forward(self, sequence: Padded | Tensor) -> Pooled:
        """[B, T, H] to [B, H].

        Raises:
            UsageError: values of another width, lengths beyond T.
        """
        padded = as_padded(sequence)
        if padded.values.dim() != 3 or padded.values.shape[2] != self.size:
            what = f"{type(self).__name__} reads values [B, T, {self.size}], got {list(padded.values.shape)}"
            raise UsageError(what)
        return self.pool(padded)

    @abstractmethod
    def pool(self, sequence: Padded) -> Pooled:
        """What `forward` does, its argument checked."""


class LastPooling(Pooling):
    """Each direction's last output: of the one that reads forward at the end, of the other at the beginning."""

    def pool(self, sequence: Padded) -> Pooled:
        last = (sequence.lengths - 1).clamp(min=0)[:, None]  # [B, 1]
        steps = torch.arange(sequence.values.shape[1], device=last.device)
        ends = (steps == last) & sequence.mask  # [B, T]
        starts = (steps == 0) & sequence.mask
        split = self.size - self.backward
        ahead = _sum(sequence.values[..., :split], ends)
        back = _sum(sequence.values[..., split:], starts)
        share = self.backward / self.size
        return Pooled(torch.cat([ahead, back], dim=-1), (1 - share) * ends + share * starts)


class MeanPooling(Pooling):
    """The mean over the steps."""

    def pool(self, sequence: Padded) -> Pooled:
        mask = sequence.mask
        weights = mask / sequence.lengths.clamp(min=1)[:, None]
        return Pooled(_sum(sequence.values, mask) / sequence.lengths.clamp(min=1)[:, None], weights)


class MaxPooling(Pooling):
    """The maximum over the steps, value by value (Collobert et al. 2011); a step weighs what share of them it gave."""

    def pool(self, sequence: Padded) -> Pooled:
        mask = sequence.mask
        if not sequence.values.shape[1]:
            return Pooled(sequence.values.sum(1), mask.to(sequence.values.dtype))
        lowest = torch.finfo(sequence.values.dtype).min
        values, places = sequence.values.masked_fill(~mask[..., None], lowest).max(1)  # [B, H]
        weights = torch.zeros_like(sequence.values[..., 0]).scatter_add_(1, places, torch.ones_like(values))
        some = (sequence.lengths > 0)[:, None]
        return Pooled(values.masked_fill(~some, 0.0), (weights / self.size).masked_fill(~mask, 0.0))


class AttentionPooling(Pooling):
    """A weighted sum; the weights are softmax(w^T tanh(U h_t + b)), learned like the rest (Yang et al. 2016)."""

    def __init__(self, size: int, backward: int = 0) -> None:
        super().__init__(size, backward)
        self.attention: Attention = SelfScore(size)

    def pool(self, sequence: Padded) -> Pooled:
        nobody = sequence.values.new_zeros(sequence.values.shape[0], 1, 0)
        attended = self.attention(nobody, self.attention.prepare(sequence))
        return Pooled(attended.context[:, 0], attended.weights[:, 0])


class SelfScore(Attention):
    r"""Attention without a query: score(v) = w^T tanh(U v + b)."""

    def __init__(self, value_size: int) -> None:
        super().__init__(0, value_size)
        self.key = nn.Linear(value_size, value_size)
        self.energy = nn.Linear(value_size, 1, bias=False)

    def keys(self, values: Tensor) -> Tensor:
        return torch.tanh(self.key(values))

    def compare(self, asked: Tensor, keys: Tensor) -> Tensor:
        return self.energy(keys).transpose(1, 2)


def _sum(values: Tensor, chosen: Tensor) -> Tensor:
    """The sum over the chosen steps [B, T] of values [B, T, H]; what stands elsewhere may be anything."""
    return values.masked_fill(~chosen[..., None], 0.0).sum(1)


POOLINGS: dict[str, type[Pooling]] = {
    "last": LastPooling,
    "mean": MeanPooling,
    "max": MaxPooling,
    "attention": AttentionPooling,
}
