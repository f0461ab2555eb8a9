"""Padded: values and lengths, and the one function that picks rows of any state."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from recurra.cells import LSTMState
from recurra.padded import Padded, pad, select_rows


@given(st.lists(st.lists(st.integers(1, 9), max_size=5), min_size=1, max_size=5), st.integers(-1, 0))
def test_pad_fills_up_and_the_mask_takes_it_out_again(rows: list[list[int]], value: int) -> None:
    padded = pad([torch.tensor(row, dtype=torch.int64) for row in rows], value)
    longest = max(map(len, rows))
    assert padded.values.tolist() == [row + [value] * (longest - len(row)) for row in rows]
    assert padded.lengths.tolist() == [len(row) for row in rows]
    assert [values[mask].tolist() for values, mask in zip(padded.values, padded.mask, strict=True)] == rows
    assert padded.ragged == any(len(row) < longest for row in rows)


def test_rows_of_vectors() -> None:
    padded = pad([torch.ones(2, 3), torch.ones(1, 3)])
    assert padded.values.shape == (2, 2, 3)
    assert padded.values[1, 1].tolist() == [0, 0, 0]
    assert padded.values.dtype == torch.float32
    assert padded.lengths.dtype == torch.int64


def test_the_mask_reaches_as_far_as_the_values() -> None:
    padded = Padded(torch.zeros(2, 4, 3), torch.tensor([2, 0]))
    assert padded.mask.tolist() == [[True, True, False, False], [False] * 4]
    assert padded.ragged
    assert Padded(torch.zeros(0, 4), torch.zeros(0)).ragged is False


def test_with_values_keeps_the_lengths() -> None:
    padded = Padded(torch.zeros(2, 4), torch.tensor([2, 4]))
    other = padded.with_values(torch.ones(2, 4, 7))
    assert other.lengths is padded.lengths
    assert other.values.shape == (2, 4, 7)


class Both(NamedTuple):
    first: LSTMState
    second: Tensor | None


def test_select_rows_of_every_kind_of_state() -> None:
    rows = torch.arange(3)[:, None]
    state = (Both(LSTMState(rows, rows + 10), None), Padded(rows + 20, rows[:, 0]), (), rows.float())
    both, padded, nothing, numbers = select_rows(state, torch.tensor([2, 2, 0, 1]))
    assert isinstance(both, Both)
    assert isinstance(both.first, LSTMState)
    assert both.first.hidden.tolist() == [[2], [2], [0], [1]]
    assert both.first.cell.tolist() == [[12], [12], [10], [11]]
    assert both.second is None
    assert padded.values.tolist() == [[22], [22], [20], [21]]
    assert padded.lengths.tolist() == [2, 2, 0, 1]
    assert nothing == ()
    assert numbers.tolist() == [[2], [2], [0], [1]]


def test_select_rows_of_no_rows() -> None:
    assert select_rows(torch.ones(3, 2), torch.zeros(0, dtype=torch.int64)).shape == (0, 2)


def test_gradients_go_back_to_the_rows_they_came_from() -> None:
    values = torch.ones(3, 2, requires_grad=True)
    select_rows((values,), torch.tensor([0, 0, 2]))[0].sum().backward()
    assert values.grad is not None
    assert values.grad.tolist() == [[2, 2], [0, 0], [1, 1]]


def test_a_state_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="made of tensors and tuples, not list"):
        select_rows(([torch.ones(2)],), torch.tensor([0]))
