"""How much one step, or several in a row, can at most enlarge an error on its way back: the largest singular value.

The error at step t - d is the one at step t times the Jacobian ds_t/ds_{t-d}, which is the product of the Jacobians of
the steps between (Pascanu et al. 2013); of an Elman cell, of U's with s' between them. Its largest singular value is
what the error of the luckiest direction is multiplied by: below 1 every error shrinks.

No Jacobian is ever written down, because that of an LSTM of 512 units has a million numbers at each step. Golub and
Kahan's method (1965) needs only products with it and with its transpose: a gradient, and the gradient of that
gradient, which is linear. A few rounds of it build a small matrix whose largest singular value grows to that of the
Jacobian; it is never above it.

B batch, H units, N all units of a state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import torch
from torch import Tensor

from recurra.inside.signals import State, norm

ROUNDS = 16
PRECISE = 1e-4  # a round that adds no larger share is the last one
Product = Callable[[Tensor], Tensor]  # [B, N] to [B, N]


def spectral_norms(states: Sequence[State], end: int, distances: Sequence[int]) -> Tensor:
    """The largest singular value of ds_end/ds_{end-d} for each distance d and row [D, B]; inf beyond all numbers.

    Args:
        states: the very tensors of the computation, one state a step.
        end: a step from 0.
        distances: at least one, each from 1 to `end`.
    """
    after = states[end]
    free = [torch.zeros_like(part, requires_grad=True) for part in after]
    befores = [part for d in distances for part in states[end - d]]
    pulled = torch.autograd.grad(after, befores, free, create_graph=True, retain_graph=True)
    size, found = len(after), list[Tensor]()
    for number, d in enumerate(distances):
        back = _product(after, states[end - d])
        ahead = _product(pulled[size * number : size * (number + 1)], free)
        found.append(_largest(back, ahead, torch.cat(after, dim=-1).detach()))
    return torch.stack(found)


def _product(outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> Product:
    """Of a vector with the derivative of `outputs` by `inputs`, from the left."""
    sizes = [output.shape[-1] for output in outputs]

    def product(vector: Tensor) -> Tensor:
        parts: tuple[Tensor, ...] = torch.split(vector, sizes, dim=-1)
        found = torch.autograd.grad(outputs, inputs, parts, retain_graph=True)
        return torch.cat(found, dim=-1)

    return product


def _largest(back: Product, ahead: Product, like: Tensor) -> Tensor:
    """The largest singular value [B] of the matrix A of which `back` is A^T u and `ahead` A v; `like` is [B, N]."""
    rounds = min(ROUNDS, like.shape[-1])
    small = like.new_zeros(len(like), rounds, rounds)
    u, _ = _unit(torch.randn(like.shape, generator=torch.Generator().manual_seed(0)).to(like))
    us, vs, value = [u], list[Tensor](), like.new_zeros(len(like))
    for k in range(rounds):
        v, small[:, k, k] = _unit(_without(vs, back(us[k])))
        vs.append(v)
        before, value = value, _top(small[:, : k + 1, : k + 1])
        if k + 1 == rounds or bool((value - before <= PRECISE * value).all()):
            break
        u, small[:, k + 1, k] = _unit(_without(us, ahead(v)))
        us.append(u)
    return value


def _top(small: Tensor) -> Tensor:
    """The largest singular values [B] of small matrices; inf of one whose numbers are too large."""
    finite = small.isfinite().all(-1).all(-1)
    values = cast("Tensor", torch.linalg.svdvals(torch.where(finite[:, None, None], small, 0.0)))
    return torch.where(finite, values[:, 0], torch.inf)


def _without(others: Sequence[Tensor], vector: Tensor) -> Tensor:
    """What of a vector is orthogonal to each of the others; twice, as the first time leaves rounding errors."""
    for one in [*others, *others]:
        vector = vector - (vector * one).sum(-1, keepdim=True) * one
    return vector


def _unit(vector: Tensor) -> tuple[Tensor, Tensor]:
    """Each row with length 1, and its length; what is zero stays zero."""
    length = norm(vector)
    return vector / torch.where(length > 0, length, 1.0)[:, None], length
