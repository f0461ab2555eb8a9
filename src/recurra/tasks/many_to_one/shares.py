"""How much each of several outputs counts in their sum, so that it is as near as can be to what is right.

A linear model is fitted to all training examples, and how far to leave it for the network beside it only the validation
examples tell, of which there may be few. So the sum is let away from the linear model as far as these surely support
it: shares that are the best on them are right in their direction more often than in their length.

N examples, L outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from recurra.tasks.many_to_one.head import Head
from recurra.training.chance import errors_below, sure_part

ROUNDS, HALVINGS = 6, 14
MOST = 2.0  # the greatest share of a network, and of its wide part
BY_CHANCE = 1.5  # standard errors by which a sum may be better than the linear model alone and nothing of it is kept


def best_shares(parts: Sequence[Tensor], slope: Callable[[Tensor], Tensor], most: float) -> list[float]:
    """From 0 to `most` for each, with the least loss, which is convex: one after the other, by bisection of the slope.

    Args:
        parts: outputs [N, L] each.
        slope: of the loss, from the sum [N, L] to as many.
    """
    shares = torch.ones(len(parts))
    stacked = torch.stack(list(parts))
    for _ in range(ROUNDS if len(parts) > 1 else 1):
        for k, part in enumerate(parts):
            others = shares.clone()
            others[k] = 0
            rest = (others[:, None, None] * stacked).sum(0)
            low, high = 0.0, most
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                low, high = (low, middle) if (slope(rest + middle * part) * part).sum() > 0 else (middle, high)
            shares[k] = (low + high) / 2
    return [float(share) for share in shares]


class Shares(NamedTuple):
    """Of a network and of the linear model beside it."""

    best: list[float]  # on the validation examples
    supported: list[float]  # the part of the way from the linear model alone to these that the examples surely support


def chosen_shares(network: Tensor, linear: Tensor, head: Head, targets: Tensor) -> Shares:
    """The shares, from what network and linear model say of validation examples [N, L].

    Where the network has learned what the linear model leaves over, all of that one counts.

    Args:
        targets: what outputs are to be [N].
    """
    slope = partial(head.slope, targets=targets)
    if head.alone:
        own, others = best_shares([network, linear], slope, MOST)
    else:
        own, others = *best_shares([network], lambda outputs: slope(outputs + linear), MOST), 1.0
    both, alone = (
        head.losses(outputs, targets).double().numpy() for outputs in (own * network + others * linear, linear)
    )
    kept = sure_part(errors_below(both - alone, len(targets)), BY_CHANCE)
    return Shares([own, others], [kept * own, 1 + kept * (others - 1)])
