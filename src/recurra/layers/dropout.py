"""Dropout that chooses once for a whole sequence: the same values of a row are dropped at all time steps.

Drawn anew at each step, as dropout is elsewhere, the noise of many steps adds up in a recurrent network until little is
left of what it remembers. Gal & Ghahramani (2016) derive the fixed choice as variational inference.
"""

from __future__ import annotations

from torch import Tensor


def locked_dropout(values: Tensor, share: float, training: bool) -> Tensor:
    """Values [B, T, H] of which a share of the H is 0, the same at every t; the others are scaled up."""
    if not training or not share:
        return values
    kept = values.new_empty(values.shape[0], 1, values.shape[2]).bernoulli_(1 - share)
    return values * kept.div_(1 - share)
