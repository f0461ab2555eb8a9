"""Gradients of one value with respect to many tensors, those on which it does not depend included."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def gradients(value: Tensor, tensors: Sequence[Tensor]) -> list[Tensor]:
    """Of a scalar with respect to each tensor; zero where it does not depend on one. The computation is kept."""
    found = torch.autograd.grad(value, tensors, retain_graph=True, allow_unused=True)
    return list(map(_known, found, tensors))


def _known(gradient: Tensor | None, tensor: Tensor) -> Tensor:
    return torch.zeros_like(tensor) if gradient is None else gradient
