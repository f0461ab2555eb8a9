"""Dropout, drawn anew for each value, or once for a whole sequence: then a row drops the same values at all time steps,
or all rows the same weights.

Within a recurrent layer the noise of many steps adds up until little is left of what it remembers. Gal & Ghahramani
(2016) derive the fixed choice as variational inference.
"""

from __future__ import annotations

from copy import copy
from typing import TypeVar

import torch
from torch import Tensor, nn

from recurra.cells import DenseCell
from recurra.errors import UsageError

C = TypeVar("C", bound=DenseCell)

STEPS = 2**16  # shares that can be told apart


def check_share(name: str, share: float) -> None:
    """Refuses a share by which values could not be scaled up again.

    Raises:
        UsageError: below 0, from 1 on, or no number.
    """
    if not 0 <= share < 1:
        raise UsageError(f"{name} must be at least 0 and below 1, got {share}")


def locked_dropout(values: Tensor, share: float, training: bool) -> Tensor:
    """Values [B, T, H] of which a share of the H is 0, the same at every t; the others are scaled up."""
    if not training or not share:
        return values
    kept = values.new_empty(values.shape[0], 1, values.shape[2]).bernoulli_(1 - share)
    return values * kept.div_(1 - share)


def dropout(values: Tensor, share: float, training: bool) -> Tensor:
    """Values of any shape of which a share, each by itself, is 0; the others are scaled up (Srivastava et al. 2014).

    What torch draws for it on a CPU, a number for each value, takes a tenth of a training step. Here a value has 16
    random bits, which are compared with the share, to 1/65,536: a quarter of the time.
    """
    if not training or not share:
        return values
    if values.device.type != "cpu":
        return nn.functional.dropout(values, share)
    dropped = min(round(share * STEPS), STEPS - 1)
    kept = random_16_bits(values.shape) >= dropped - STEPS // 2
    return values * kept.to(values.dtype).mul_(STEPS / (STEPS - dropped))


def random_16_bits(shape: torch.Size) -> Tensor:
    """Whole numbers from -32,768 to 32,767, all equally likely."""
    count = shape.numel()
    drawn = torch.empty(-(-count // 4), dtype=torch.int64).random_(-(2**63), None)
    return drawn.view(torch.int16)[:count].view(shape)


def with_dropped_weights(cell: C, share: float) -> C:
    """The cell with a share of its recurrent weights U set to 0 and the others scaled up, for all steps of a batch.

    Merity et al. (2018) regularise language models so (DropConnect, Wan et al. 2013). The other weights are shared, and
    gradients reach U, so that whatever runs the cell runs this one too.
    """
    other = copy(cell)
    own = vars(cell)["_parameters"]
    vars(other)["_parameters"] = {**own, "weight_hidden": dropout(cell.weight_hidden, share, training=True)}
    return other
