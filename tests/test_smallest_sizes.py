"""What there may be many of there may also be one of: rows, steps, values, words."""

from __future__ import annotations

import laws
import pytest
import torch
from torch.testing import assert_close

from recurra.layers import POOLINGS, Convolution, Recurrent, unroll
from recurra.padded import Padded

WAYS = [(rows, steps, size) for rows in (1, 2) for steps in (1, 2) for size in (1, 2) if 1 in (rows, steps, size)]


def some(rows: int, steps: int, size: int) -> Padded:
    torch.manual_seed(rows + 2 * steps + 4 * size)
    return Padded(torch.randn(rows, steps, size), torch.tensor([steps, 1][:rows]))


@pytest.mark.parametrize("name", POOLINGS)
def test_of_one_step_every_pooling_is_that_step(name: str) -> None:
    for size in (1, 2):
        steps = some(2, 1, size)
        pooled = laws.built(lambda size=size: POOLINGS[name](size))(steps)
        assert_close(pooled.values, steps.values[:, 0])
        assert_close(pooled.weights, torch.ones(2, 1))


@pytest.mark.parametrize("name", POOLINGS)
def test_a_value_is_pooled_as_it_is_beside_others(name: str) -> None:
    """Where the weights do not depend on the others."""
    for rows, steps, _ in WAYS:
        alone = some(rows, steps, 1)
        beside = alone.with_values(alone.values.repeat(1, 1, 3))
        one, others = (
            laws.built(lambda size=size: POOLINGS[name](size))(given) for size, given in ((1, alone), (3, beside))
        )
        if name != "attention":
            assert_close(others.values, one.values.repeat(1, 3))
            assert_close(others.weights, one.weights)


@pytest.mark.parametrize("name", laws.CELLS)
def test_cells_of_one_value_read_one_step_of_one_row(name: str) -> None:
    for rows, steps, size in WAYS:
        given = some(rows, steps, 1)
        cell = laws.built(lambda size=size: laws.CELLS[name](1, size))
        whole, plain = Recurrent(cell)(given), unroll(cell, given)
        assert whole.outputs.values.shape == (rows, steps, size)
        assert_close(whole.outputs.values, plain.outputs.values)
        assert_close(whole.state, plain.state)


def test_a_window_of_one_step_reads_each_step_alone() -> None:
    for rows, steps, size in WAYS:
        given = some(rows, steps, size)
        convolution = laws.built(lambda size=size: Convolution(size, 1, (1,)))
        whole = convolution(given).outputs.values
        for row in range(rows):
            for step in range(int(given.lengths[row])):
                alone = Padded(given.values[row : row + 1, step : step + 1], torch.tensor([1]))
                assert_close(whole[row, step], convolution(alone).outputs.values[0, 0])
