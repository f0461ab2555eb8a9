"""How much each of several outputs counts in their sum, so that it is as near as can be to what is right.

N examples, L outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

ROUNDS, HALVINGS = 6, 14


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
