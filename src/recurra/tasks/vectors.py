"""The vector by which a network knows an input, computed of many in batches.

Which vector that is, is the task's matter: the last state of an encoder, the states of all steps pooled, ...

B batch, E entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recurra.tasks.at_once import at_once

Vector: TypeAlias = NDArray[np.float32]  # [E]


def one_by_one(
    compute: Callable[[list[int]], Tensor],
    batches: Sequence[list[int]],
    lengths: Sequence[int] | NDArray[np.int32],
    device: torch.device,
) -> Iterator[Vector | None]:
    """The vectors of all inputs in their order; None of one without anything in it.

    Args:
        compute: from the numbers of the inputs of a batch to their vectors [B, E].
        batches: the numbers of the inputs, each in one of them.
        lengths: of the inputs.
    """
    found: list[Vector | None] = [None] * len(lengths)
    for numbers, vectors in zip(batches, at_once(compute, batches, device), strict=True):
        for number, vector in zip(numbers, vectors.float().cpu().numpy(), strict=True):
            found[number] = vector if lengths[number] else None
    yield from found
