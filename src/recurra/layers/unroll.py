"""The plain twin: a cell repeated over time, one step after the other, as the papers draw it.

It works for every cell and returns every gate and state. The fast twin (fast.py) must give the same numbers.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from recurra.cells import Cell
from recurra.layers.base import Unrolled
from recurra.padded import Padded


def unroll(cell: Cell, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
    """Runs the cell over inputs [B, T, I]; rows that have ended keep their state and give zero."""
    mask = inputs.mask[..., None]  # [B, T, 1]
    values = inputs.values.masked_fill(~mask, 0.0)
    state = cell.initial_state(values.shape[0]) if state is None else state
    outputs: list[Tensor] = []
    seen: list[dict[str, Tensor]] = []
    for t in range(values.shape[1]):
        step = cell(values[:, t], state)
        live = mask[:, t]
        state = type(step.state)(*(torch.where(live, new, old) for new, old in zip(step.state, state, strict=True)))
        outputs.append(step.output.masked_fill(~live, 0.0))
        if trace:
            seen.append(step.gates | step.state._asdict())
    if not outputs:
        empty = values.new_zeros(values.shape[0], 0, cell.hidden_size)
        return Unrolled(inputs.with_values(empty), state, {})
    traced = {name: torch.stack([step[name] for step in seen], 1).masked_fill(~mask, 0.0) for name in (seen or [{}])[0]}
    return Unrolled(inputs.with_values(torch.stack(outputs, 1)), state, traced)
