"""Sequences of different lengths in one tensor: the values and, beside them, the lengths.

B batch (rows), T time. Padding stands on the right and its value never matters: every consumer takes it out
by `mask` or `lengths`, and the law tests fill it with NaN to prove it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor


@dataclass(frozen=True)
class Padded:
    """Values [B, T, ...] of which row b holds lengths[b] steps; the rest of the row is padding."""

    values: Tensor
    lengths: Tensor  # [B] int64

    @property
    def mask(self) -> Tensor:
        """True where there is a step, False where there is padding: [B, T] bool."""
        steps = torch.arange(self.values.shape[1], device=self.lengths.device)
        return steps < self.lengths[:, None]

    @property
    def ragged(self) -> bool:
        """Whether any row is shorter than T."""
        return bool((self.lengths < self.values.shape[1]).any())

    def to(self, device: torch.device) -> Padded:
        """The same on a device."""
        return Padded(self.values.to(device), self.lengths.to(device))

    def with_values(self, values: Tensor) -> Padded:
        """The same lengths around other values [B, T, ...]."""
        return Padded(values, self.lengths)


def pad(rows: Sequence[Tensor], value: float = 0) -> Padded:
    """Rows [T_b, ...] joined to values [B, max T_b, ...], filled up with `value`."""
    lengths = torch.tensor([len(row) for row in rows], dtype=torch.int64)
    return Padded(torch.nn.utils.rnn.pad_sequence(list(rows), batch_first=True, padding_value=value), lengths)


def last_of(sequence: Padded) -> Tensor:
    """The last step of each row [B, ...]; there is at least one."""
    rows = torch.arange(len(sequence.lengths), device=sequence.lengths.device)
    return sequence.values[rows, sequence.lengths - 1]


def last_or(values: Tensor, lengths: Tensor, otherwise: Tensor) -> Tensor:
    """Values [B, T, ...] at each row's last step; `otherwise` [B, ...] for rows of length 0."""
    rows = torch.arange(len(lengths), device=lengths.device)
    last = values[rows, (lengths - 1).clamp(min=0)]
    return torch.where((lengths > 0)[:, None], last, otherwise)


def select_rows(state: Any, index: Tensor) -> Any:
    """The rows `index` [N] of a state: a tensor [B, ...], or tuples, named tuples and Padded made of them.

    One function serves every kind of state because each tensor in a state has the batch first. None stays None.
    """
    if state is None:
        return None
    if isinstance(state, Tensor):
        return state.index_select(0, index)
    if isinstance(state, Padded):
        return Padded(state.values.index_select(0, index), state.lengths.index_select(0, index))
    if isinstance(state, tuple):
        whole = cast("tuple[Any, ...]", state)
        parts = [select_rows(part, index) for part in whole]
        return type(whole)(*parts) if hasattr(whole, "_fields") else tuple(parts)
    raise TypeError(f"a state is made of tensors and tuples, not {type(state).__name__}")
