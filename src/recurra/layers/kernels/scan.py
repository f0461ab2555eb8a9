"""Linear recurrences over a whole sequence: one product and one pass over time.

    h_t = a_t h_{t-1} + b_t        a_t, b_t of all steps at once (cells/linear.py)
    forward   one fused multiply-add a step
    backward  d_t = dL/dh_t, all of it: g_t + a_{t+1} d_{t+1}, again one multiply-add a step; then at once
              dL/da_t = d_t h_{t-1},  dL/db_t = d_t,  dL/dh_0 = a_1 d_1

So nothing is kept for the gradient but a and h, and no step needs a graph of its own.

B batch, T time, H hidden size.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn.functional import linear

from recurra.cells import HiddenState, LinearCell
from recurra.layers.base import Unrolled
from recurra.layers.kernels.base import Kernel
from recurra.padded import Padded, last_or


class ScanKernel(Kernel[LinearCell, HiddenState]):
    """Any cell that is a linear recurrence. Gates, and what is carried, have the precision of the state."""

    def unroll(self, cell: LinearCell, inputs: Padded, state: HiddenState) -> Unrolled:
        start = state.hidden
        if not inputs.may_be_ragged:
            outputs = _run(cell, inputs.values, start)
            return Unrolled(inputs.with_values(outputs), HiddenState(outputs[:, -1]), {})
        padding = ~inputs.mask[..., None]
        outputs = _run(cell, inputs.values.masked_fill(padding, 0.0), start).masked_fill(padding, 0.0)
        return Unrolled(inputs.with_values(outputs), HiddenState(last_or(outputs, inputs.lengths, start)), {})


def _run(cell: LinearCell, values: Tensor, start: Tensor) -> Tensor:
    """All steps of values [B, T, I]: [B, T, H]."""
    sums = linear(values, cell.weight_input, cell.bias_input)
    keep, add, _ = cell.coefficients(sums.to(start.dtype))  # under autocast the product alone is in bfloat16
    return scan(keep, add, start)


def scan(keep: Tensor, add: Tensor, start: Tensor) -> Tensor:
    """h_t = keep_t h_{t-1} + add_t for keep and add [B, T, H], T at least 1, from start [B, H]: all h [B, T, H]."""
    if torch.compiler.is_compiling():  # a recorded graph is fused, and its gradient derived, by who records it
        states = [start]
        for a, b in zip(keep.unbind(1), add.unbind(1), strict=True):
            states.append(torch.addcmul(b, a, states[-1]))
        return torch.stack(states[1:], 1)
    return cast("Tensor", _Scan.apply(keep, add, start))


class _Scan(torch.autograd.Function):
    """See the module's text."""

    @staticmethod
    def forward(ctx: FunctionCtx, keep: Tensor, add: Tensor, start: Tensor) -> Tensor:
        states, state = torch.empty_like(add), start
        for t in range(add.shape[1]):
            state = torch.addcmul(add[:, t], keep[:, t], state, out=states[:, t])
        ctx.save_for_backward(keep, states, start)
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, Tensor]:  # pyright: ignore
        keep, states, start = ctx.saved_tensors
        total = torch.empty_like(states)
        total[:, -1] = after = slope[:, -1]
        for t in range(slope.shape[1] - 2, -1, -1):
            after = torch.addcmul(slope[:, t], keep[:, t + 1], after, out=total[:, t])
        by_keep = torch.empty_like(states)
        torch.mul(total[:, 0], start, out=by_keep[:, 0])
        torch.mul(total[:, 1:], states[:, :-1], out=by_keep[:, 1:])
        return by_keep, total, keep[:, 0] * total[:, 0]
