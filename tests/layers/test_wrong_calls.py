"""What callers of cells, layers and poolings get wrong is refused: nothing is broadcast, or scaled by a wrong share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from recurra.cells import CELLS, LSTM
from recurra.errors import UsageError
from recurra.layers import POOLINGS, FeedForward, Recurrent, Stack
from recurra.padded import Padded

X = torch.zeros(2, 5, 3)
LAYER = Recurrent(LSTM(3, 4))


@pytest.mark.parametrize("name", CELLS)
def test_a_state_of_other_rows_does_not_count_for_all(name: str) -> None:
    cell = CELLS[name](3, 4)
    with pytest.raises(UsageError, match=r"expected x \[B, 3\] and a state of \[B, 4\], got x \[2, 3\] and \[1, 4\]"):
        cell(torch.zeros(2, 3), cell.initial_state(1))
    with pytest.raises(UsageError, match=r"got x \[2, 7\] and \[2, 4\]"):
        cell(torch.zeros(2, 7), cell.initial_state(2))
    wrong: Any
    for wrong in (None, torch.zeros(2, 4), [torch.zeros(2, 4)]):
        with pytest.raises(UsageError, match=f"and {type(wrong).__name__}"):
            cell(torch.zeros(2, 3), wrong)
        with pytest.raises(UsageError, match=f"and {type(wrong).__name__}"):
            Recurrent(cell).step(torch.zeros(2, 3), wrong)


@pytest.mark.parametrize("lengths", [["a", 5], [None, 5], [[1], [1, 2]], [2**70, 1], "ab"])
def test_lengths_that_are_no_numbers(lengths: Any) -> None:
    with pytest.raises(UsageError, match="lengths must be whole numbers, one for each row, got"):
        LAYER(X, lengths=lengths)


@pytest.mark.parametrize("values", [(X, [5, 5]), (None, None), (torch.zeros(2), torch.tensor([1, 1]))])
def test_a_padded_of_something_else(values: Any) -> None:
    with pytest.raises(UsageError, match="a Padded is made of two tensors"):
        LAYER(Padded(*values))


@pytest.mark.parametrize("name", POOLINGS)
def test_poolings_look_at_what_they_get(name: str) -> None:
    pooling = POOLINGS[name](3)
    assert pooling(X).values.shape == (2, 3)
    with pytest.raises(UsageError, match=r"Pooling reads values \[B, T, 3\], got \[2, 5, 4\]"):
        pooling(torch.zeros(2, 5, 4))
    with pytest.raises(UsageError, match="lengths must be between 0 and 5"):
        pooling(Padded(X, torch.tensor([9, 5])))


@pytest.mark.parametrize("share", [1.0, 1.5, -0.5, float("nan")])
@pytest.mark.parametrize(
    "make",
    [
        lambda share: Stack([LAYER], dropout=share),
        lambda share: Recurrent(LSTM(3, 4), weight_dropout=share),
        lambda share: FeedForward(3, 4, 2, dropout=share),
    ],
)
def test_a_share_that_cannot_be_dropped(make: Callable[[float], object], share: float) -> None:
    with pytest.raises(UsageError, match="dropout must be at least 0 and below 1"):
        make(share)
