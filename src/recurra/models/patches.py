"""Several steps of a sequence read as one, so that recurrent layers take few steps over a long window.

A season is the natural piece: what a step of the layers reads is a whole day, and what has changed since the one before
is beside it (as the networks of Smyl 2020 read windows of a season, and PatchTST of Nie et al. 2023 patches).

B batch, T steps, D columns, P steps of a patch.
"""

from __future__ import annotations

import torch

from recurra.padded import Padded


def in_patches(rows: Padded, size: int) -> Padded:
    """Rows [B, T, D] in patches [B, ceil(T / P), P * D]: the last one ends with the row, the first is filled with 0."""
    if size == 1:
        return rows
    counts = -(-rows.lengths // size)
    most = int(counts.max())
    steps = torch.arange(most * size, device=rows.lengths.device) - (counts * size - rows.lengths)[:, None]
    places = steps.clamp(0, rows.values.shape[1] - 1)[..., None].expand(-1, -1, rows.values.shape[2])
    found = torch.where(steps[..., None] >= 0, rows.values.gather(1, places), 0.0)
    return Padded(found.view(len(counts), most, -1), counts)


def patch_ends(rows: Padded, size: int) -> Padded:
    """The last step of each patch of some rows: [B, ceil(T / P), D]."""
    if size == 1:
        return rows
    counts = -(-rows.lengths // size)
    back = torch.arange(int(counts.max()), device=counts.device) - counts[:, None] + 1  # 0 of the last patch
    places = (rows.lengths[:, None] - 1 + back * size).clamp(0, rows.values.shape[1] - 1)
    return Padded(rows.values.gather(1, places[..., None].expand(-1, -1, rows.values.shape[2])), counts)


def patch_bounds(length: int, size: int) -> list[tuple[int, int]]:
    """The first step of each patch of a row, and the one after its last."""
    first = length - -(-length // size) * size
    return [(max(0, begin), begin + size) for begin in range(first, length, size)]
