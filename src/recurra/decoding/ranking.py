"""The best few of many, with ties broken in one way: by the lower index.

`torch.topk` returns whichever of two equal values it met first on its way, which may differ between devices, versions
and sizes. A decoder that must give the same answer alone and in a batch needs an order without ties. So a value and
its index are packed into one integer: the value's bits in the upper half, made to sort as the value does, and the
index, counted downwards, in the lower half.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

BLOCK = 32  # values per block of the first round


class Best(NamedTuple):
    """The `count` best values of each row, best first, and where they stood: both [R, count]."""

    values: Tensor
    places: Tensor


def best(values: Tensor, count: int) -> Best:
    """The best `count` values [R, count] of float32 values [R, C], equal ones in the order of their index."""
    columns = values.shape[1]
    if columns < 2 * count * BLOCK:
        return _best_of_few(values, count)
    # The best `count` values stand in the best `count` blocks, also with ties: a block is only outranked by blocks that
    # hold a greater value, or an equal one at a lower index.
    whole = columns // BLOCK * BLOCK
    blocks = values[:, :whole].reshape(len(values), -1, BLOCK)  # [R, C // BLOCK, BLOCK]
    chosen = _best_of_few(blocks.amax(2), count).places.sort(1).values  # ascending: a candidate's place is its rank
    candidates = blocks.gather(1, chosen[:, :, None].expand(-1, -1, BLOCK)).flatten(1)  # [R, count * BLOCK]
    where = (chosen[:, :, None] * BLOCK + torch.arange(BLOCK, device=values.device)).flatten(1)
    rest = torch.arange(whole, columns, device=values.device).expand(len(values), -1)
    candidates, where = torch.cat([candidates, values[:, whole:]], 1), torch.cat([where, rest], 1)
    found = _best_of_few(candidates, count)
    return Best(found.values, where.gather(1, found.places))


def _best_of_few(values: Tensor, count: int) -> Best:
    bits = values.view(torch.int32)
    ordered = bits ^ ((bits >> 31) & 0x7FFFFFFF)  # floats below zero sort backwards as integers
    keys = (ordered.long() << 32) - torch.arange(values.shape[1], device=values.device)
    index = keys.topk(count, dim=1).indices
    return Best(values.gather(1, index), index)
