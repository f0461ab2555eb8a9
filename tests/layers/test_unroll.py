"""The steps of the reference implementation, one by one: states of which gradients can be taken."""

from __future__ import annotations

import laws
import pytest
import torch

from recurra.layers import steps, unroll
from recurra.padded import Padded

LENGTHS = torch.tensor([4, 2])


@pytest.mark.parametrize("name", laws.CELLS)
def test_the_steps_are_those_of_the_trace(name: str) -> None:
    cell = laws.built(lambda: laws.CELLS[name](3, 4))
    inputs = Padded(torch.randn(2, 4, 3), LENGTHS)
    run = unroll(cell, inputs, trace=True)
    every = list(steps(cell, inputs))
    torch.testing.assert_close(torch.stack([step.output for step in every], 1), run.outputs.values, rtol=0, atol=0)
    torch.testing.assert_close(every[-1].state, run.state, rtol=0, atol=0)
    for gate, value in every[1].gates.items():
        torch.testing.assert_close(value, run.trace[gate][:, 1], rtol=0, atol=0)


@pytest.mark.parametrize("name", laws.CELLS)
def test_the_gradient_of_a_state_is_that_of_beginning_there(name: str) -> None:
    """What comes after step t depends on the state after t, through every later step."""
    cell = laws.built(lambda: laws.CELLS[name](3, 4), dtype=torch.float64)
    inputs = Padded(torch.randn(2, 4, 3, dtype=torch.float64), LENGTHS)
    every = list(steps(cell, inputs))
    slopes = torch.autograd.grad(every[-1].state.hidden.sin().sum(), [step.state.hidden for step in every[:-1]])
    for t, slope in enumerate(slopes, 1):
        start = laws.map_state(lambda part: part.detach().requires_grad_(), every[t - 1].state)
        rest = Padded(inputs.values[:, t:], (LENGTHS - t).clamp(min=0))
        (expected,) = torch.autograd.grad(unroll(cell, rest, start).state.hidden.sin().sum(), start.hidden)
        torch.testing.assert_close(slope, expected)
        assert slope.any()
