"""The reference implementation: a cell repeated over time, one step after the other, as the papers draw it.

It works for every cell and returns every gate and state. A fused implementation (kernels/) must give the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from recurra.cells import Cell, Step
from recurra.layers.base import Unrolled
from recurra.padded import Padded


def steps(cell: Cell, inputs: Padded, state: Any = None) -> Iterator[Step]:
    """The cell's steps over inputs [B, T, I]; rows that have ended keep their state and give zero.

    Each step is made from the very tensors of the state handed out before it, so gradients can be taken of them.

    Args:
        cell: the time step.
        inputs: padding may be anything.
        state: to begin with; None is the zero state.
    """
    mask = inputs.mask[..., None]  # [B, T, 1]
    values = inputs.values.masked_fill(~mask, 0.0)
    state = cell.initial_state(values.shape[0]) if state is None else state
    for t in range(values.shape[1]):
        step, live = cell(values[:, t], state), mask[:, t]
        state = type(step.state)(*(torch.where(live, new, old) for new, old in zip(step.state, state, strict=True)))
        yield Step(step.output.masked_fill(~live, 0.0), state, step.gates)


def unroll(cell: Cell, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
    """Runs the cell over inputs [B, T, I], from `state` or from zero; `trace` keeps gates and states."""
    batch = inputs.values.shape[0]
    state = cell.initial_state(batch) if state is None else state
    outputs: list[Tensor] = []
    seen: list[dict[str, Tensor]] = []
    for step in steps(cell, inputs, state):
        outputs.append(step.output)
        state = step.state
        if trace:
            seen.append(step.gates | state._asdict())
    if not outputs:
        return Unrolled(inputs.with_values(inputs.values.new_zeros(batch, 0, cell.hidden_size)), state, {})
    padding = ~inputs.mask[..., None]
    names = seen[0] if seen else {}
    traced = {name: torch.stack([step[name] for step in seen], 1).masked_fill(padding, 0.0) for name in names}
    return Unrolled(inputs.with_values(torch.stack(outputs, 1)), state, traced)
