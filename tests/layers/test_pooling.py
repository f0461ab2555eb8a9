"""Each pooling against its definition, row by row in plain Python."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from recurra.layers import POOLINGS
from recurra.padded import Padded

LENGTHS = [4, 6, 1, 0]
FORWARD, BACKWARD = 3, 2  # values of a step that were read forward, and from the end


@pytest.fixture(name="steps")
def all_below_zero_on_the_rows_and_above_on_the_padding() -> Padded:
    """So that padding wins every maximum, and zeros in its place too."""
    values = -1 - torch.rand(len(LENGTHS), max(LENGTHS), FORWARD + BACKWARD, generator=torch.Generator().manual_seed(0))
    steps = Padded(values, torch.tensor(LENGTHS))
    return steps.with_values(values.masked_fill(~steps.mask[..., None], 9.0))


def rows(steps: Padded) -> list[Tensor]:
    """The steps of each row that has some [T, H]."""
    return [values[:length] for values, length in zip(steps.values, LENGTHS, strict=True) if length]


def test_last_takes_the_end_of_what_was_read_forward_and_the_beginning_of_what_was_read_backward(steps: Padded) -> None:
    pooled = POOLINGS["last"](FORWARD + BACKWARD, BACKWARD)(steps)
    for values, weights, row in zip(pooled.values, pooled.weights, rows(steps), strict=False):
        assert values.equal(torch.cat([row[-1, :FORWARD], row[0, FORWARD:]]))
        expected = torch.zeros(max(LENGTHS))
        expected[len(row) - 1] += FORWARD / 5
        expected[0] += BACKWARD / 5
        torch.testing.assert_close(weights, expected)


def test_last_of_one_direction_is_the_last_step(steps: Padded) -> None:
    pooled = POOLINGS["last"](FORWARD + BACKWARD)(steps)
    for values, row in zip(pooled.values, rows(steps), strict=False):
        assert values.equal(row[-1])
    assert pooled.weights.argmax(-1).tolist()[:3] == [3, 5, 0]


def test_mean(steps: Padded) -> None:
    pooled = POOLINGS["mean"](FORWARD + BACKWARD)(steps)
    for values, weights, row in zip(pooled.values, pooled.weights, rows(steps), strict=False):
        torch.testing.assert_close(values, row.mean(0))
        torch.testing.assert_close(weights[: len(row)], torch.full((len(row),), 1 / len(row)))


def test_max_and_from_which_steps_it_came(steps: Padded) -> None:
    pooled = POOLINGS["max"](FORWARD + BACKWARD)(steps)
    for values, weights, row in zip(pooled.values, pooled.weights, rows(steps), strict=False):
        assert values.equal(row.amax(0))
        shares = torch.bincount(row.argmax(0), minlength=max(LENGTHS)) / 5
        torch.testing.assert_close(weights, shares)


def test_attention(steps: Padded) -> None:
    """softmax(w^T tanh(U h + b)), and the sum by these weights."""
    torch.manual_seed(0)
    pooling = POOLINGS["attention"](FORWARD + BACKWARD)
    (u, b, w) = (pooling.get_parameter(f"attention.{name}") for name in ("key.weight", "key.bias", "energy.weight"))
    nn.init.uniform_(b, -1, 1)
    pooled = pooling(steps)
    for values, weights, row in zip(pooled.values, pooled.weights, rows(steps), strict=False):
        expected = torch.softmax(torch.tanh(row @ u.T + b) @ w[0], 0)
        torch.testing.assert_close(weights[: len(row)], expected)
        torch.testing.assert_close(values, expected @ row)


@pytest.mark.parametrize("name", POOLINGS)
def test_a_row_without_steps_gives_zeros(name: str, steps: Padded) -> None:
    pooled = POOLINGS[name](FORWARD + BACKWARD, BACKWARD)(steps)
    assert not pooled.values[-1].any()
    assert not pooled.weights[-1].any()
