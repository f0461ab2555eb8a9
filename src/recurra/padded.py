"""Sequences of different lengths in one tensor: the values and, beside them, the lengths.

B batch (rows), T time. Padding stands on the right and its value never matters: every consumer takes it out
by `mask` or `lengths`, and the law tests fill it with NaN to prove it. What reads sequences takes a plain tensor as
well (`as_padded`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import torch
from torch import Tensor

from recurra.errors import UsageError

T = TypeVar("T")


@dataclass(frozen=True)
class Padded:
    """Values [B, T, ...] of which row b holds lengths[b] steps; the rest of the row is padding.

    >>> batch = Padded(torch.zeros(2, 5, 3), lengths=torch.tensor([5, 2]))
    >>> batch.mask.sum(1).tolist(), batch.ragged
    ([5, 2], True)
    """

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

    @property
    def may_be_ragged(self) -> bool:
        """The same; always True where a graph is recorded, which has to serve other lengths as well."""
        return torch.compiler.is_compiling() or self.ragged

    def to(self, device: torch.device) -> Padded:
        """The same on a device."""
        return Padded(self.values.to(device), self.lengths.to(device))

    def with_values(self, values: Tensor) -> Padded:
        """The same lengths around other values [B, T, ...]."""
        return Padded(values, self.lengths)


# To torch.compile and torch.export a Padded is its two tensors.
torch.export.register_dataclass(Padded, serialized_type_name="recurra.padded.Padded")


def as_padded(sequence: Padded | Tensor, lengths: Tensor | Sequence[int] | None = None) -> Padded:
    """A sequence as a Padded, checked.

    Args:
        sequence: a Padded; or values [B, T, ...].
        lengths: of the rows of values [B]; None: all have T steps.

    Raises:
        UsageError: something else, lengths given twice, not one for each row, no whole numbers, or beyond T.

    >>> as_padded(torch.zeros(2, 5, 3), lengths=[5, 2]).lengths
    tensor([5, 2])
    """
    if isinstance(sequence, Padded):
        if lengths is not None:
            raise UsageError("lengths are given twice: in a Padded and beside it")
        padded = sequence
        if not all(map(torch.is_tensor, (padded.values, padded.lengths))) or padded.values.dim() < 2:
            fix = "Padded(values [B, T, ...], lengths [B]); plain values and a list of lengths do as well."
            raise UsageError("a Padded is made of two tensors, values [B, T, ...] and lengths [B]", fix=fix)
    elif isinstance(sequence, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
        if sequence.dim() < 2:
            raise UsageError(f"expected values [B, T, ...], got {list(sequence.shape)}")
        rows, steps = sequence.shape[:2]
        if lengths is None:
            lengths = torch.full((rows,), steps, device=sequence.device)
        padded = Padded(sequence, _tensor_of(lengths, sequence.device))
    else:
        fix = "Packed sequences are not needed: give the padded values and their lengths."
        raise UsageError(f"expected a tensor or a Padded, got {type(sequence).__name__}", fix=fix)
    _check_lengths(padded)
    return padded


def _tensor_of(lengths: Tensor | Sequence[int], device: torch.device) -> Tensor:
    try:
        return torch.as_tensor(lengths, device=device)
    except (ValueError, TypeError, RuntimeError, OverflowError):
        raise UsageError(f"lengths must be whole numbers, one for each row, got {lengths!r:.80}") from None


def _check_lengths(padded: Padded) -> None:
    """Refuses lengths that the values do not have. Where a graph is recorded, and on `meta`, numbers are not known."""
    lengths, (rows, steps) = padded.lengths, padded.values.shape[:2]
    if lengths.shape != (rows,):
        raise UsageError(f"expected a length for each of {rows} rows, got lengths of shape {list(lengths.shape)}")
    if lengths.is_floating_point() or lengths.is_complex() or lengths.dtype == torch.bool:
        raise UsageError(f"lengths must be whole numbers, got {lengths.dtype}")
    known = not (torch.compiler.is_compiling() or lengths.is_meta)
    if known and bool(((lengths < 0) | (lengths > steps)).any()):
        raise UsageError(f"lengths must be between 0 and {steps}, the steps there are, got {lengths.tolist()}")


def pad(rows: Sequence[Tensor], value: float = 0) -> Padded:
    """Rows [T_b, ...] joined to values [B, max T_b, ...], filled up with `value`."""
    lengths = torch.tensor([len(row) for row in rows], dtype=torch.int64)
    return Padded(torch.nn.utils.rnn.pad_sequence(list(rows), batch_first=True, padding_value=value), lengths)


def reverse(sequence: Padded) -> Padded:
    """Every row [T, ...] reversed within its own length; padding stays on the right."""
    steps = torch.arange(sequence.values.shape[1], device=sequence.lengths.device)
    lengths = sequence.lengths[:, None]
    index = torch.where(steps < lengths, lengths - 1 - steps, steps)  # [B, T]
    rows = torch.arange(sequence.lengths.shape[0], device=index.device)[:, None]
    return sequence.with_values(sequence.values[rows, index])


def last_of(sequence: Padded) -> Tensor:
    """The last step of each row [B, ...]; there is at least one."""
    rows = torch.arange(len(sequence.lengths), device=sequence.lengths.device)
    return sequence.values[rows, sequence.lengths - 1]


def mean_of_steps(sequence: Padded) -> Tensor:
    """The mean over the steps of each row [B, ...]; there is at least one."""
    values = sequence.values.masked_fill(~sequence.mask[..., None], 0.0)
    return values.sum(1) / sequence.lengths[:, None]


def last_or(values: Tensor, lengths: Tensor, otherwise: Tensor) -> Tensor:
    """Values [B, T, ...] at each row's last step; `otherwise` [B, ...] for rows of length 0."""
    rows = torch.arange(lengths.shape[0], device=lengths.device)
    last = values[rows, (lengths - 1).clamp(min=0)]
    return torch.where((lengths > 0)[:, None], last, otherwise)


def select_rows(state: T, index: Tensor) -> T:
    """The rows `index` [N] of a state: a tensor [B, ...], or tuples, named tuples and Padded made of them.

    One function serves every kind of state because each tensor in a state has the batch first. None stays None.
    """
    return _selected(state, index)


def _selected(state: Any, index: Tensor) -> Any:
    if state is None:
        return None
    if isinstance(state, Tensor):
        return state.index_select(0, index)
    if isinstance(state, Padded):
        return Padded(state.values.index_select(0, index), state.lengths.index_select(0, index))
    if isinstance(state, tuple):
        whole = cast("tuple[Any, ...]", state)
        parts = [_selected(part, index) for part in whole]
        return tuple(parts) if type(whole) is tuple else type(whole)(*parts)
    raise TypeError(f"a state is made of tensors and tuples, not {type(state).__name__}")
