"""The reference implementation: a cell repeated over time, one step after the other, as the papers draw it.

It works for every cell and returns every gate and state. A fused implementation (kernels/) must give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from recurra.cells import Cell, Step
from recurra.cells.state import S, of_tensors
from recurra.layers.base import Unrolled
from recurra.layers.recorded import of_steps
from recurra.padded import Padded
from recurra.turns import step_done

OneStep = Callable[[Tensor, S], Step]  # x [B, I] and a state to a step


def steps(cell: Cell[S], inputs: Padded, state: S | None = None, *, by: OneStep[S] | None = None) -> Iterator[Step]:
    """The cell's steps over inputs [B, T, I]; rows that have ended keep their state and give zero.

    Each step is made from the very tensors of the state handed out before it, and each output from the hidden state
    handed out with it, so that gradients with respect to a state hold all that follows from it.

    Args:
        cell: the time step.
        inputs: padding may be anything.
        state: to begin with; None is the zero state.
        by: what makes a step; the cell's own body if None, else such as a kernel's, which has no gates to hand out.
    """
    mask = inputs.mask[..., None]  # [B, T, 1]
    values = inputs.values.masked_fill(~mask, 0.0)
    before = cell.initial_state(values.shape[0]) if state is None else state
    # Not values[:, t], whose gradient has the size of all values: that would make T of them.
    for x, live in zip(values.unbind(1), mask.unbind(1), strict=True):
        step = (by or cell.step)(x, before)
        before = of_tensors(before, (torch.where(live, new, old) for new, old in zip(step.state, before, strict=True)))
        if not torch.compiler.is_compiling():
            step_done()
        yield Step(before.hidden.masked_fill(~live, 0.0), before, step.gates)  # a cell's output is its hidden state


def unroll(
    cell: Cell[S], inputs: Padded, state: S | None = None, *, trace: bool = False, by: OneStep[S] | None = None
) -> Unrolled:
    """Runs the cell over inputs [B, T, I], from `state` or from zero; `trace` keeps gates and states."""
    batch = inputs.values.shape[0]
    before = state = cell.initial_state(batch) if state is None else state
    outputs: list[Tensor] = []
    seen: list[Step] = []
    for step in steps(cell, inputs, state, by=by):
        outputs.append(step.output)
        state = step.state
        if trace:
            seen.append(step)
    if not outputs:
        return Unrolled(inputs.with_values(inputs.values.new_zeros(batch, 0, cell.hidden_size)), state, {})
    trace_of_steps = {"": of_steps(cell, seen, before, inputs.lengths)} if seen else {}
    return Unrolled(inputs.with_values(torch.stack(outputs, 1)), state, trace_of_steps)
