"""The loss of a step: the sum over its real target tokens divided by their count in the whole step.

Dividing by the whole step's count, not by each part's, makes a batch computed in parts (or on several machines) give
what one large batch gives.
"""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor
from torch.nn.functional import cross_entropy


class Loss(NamedTuple):
    """A sum of losses and what it is a sum over."""

    total: Tensor  # scalar: nats, summed
    tokens: int


def token_loss(scores: Tensor, targets: Tensor, smoothing: float = 0.0) -> Loss:
    """Cross-entropy of scores [M, V] against the ids [M] of the real positions, with label smoothing.

    Smoothing spreads its share evenly over the vocabulary (Szegedy et al. 2016).
    """
    total = cross_entropy(scores.float(), targets, reduction="sum", label_smoothing=smoothing)
    return Loss(total, len(targets))
