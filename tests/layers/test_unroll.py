"""The steps of the reference implementation, one by one: states of which gradients can be taken."""

from __future__ import annotations

from functools import partial

import laws
import pytest
import torch

from recurra.cells import GRU
from recurra.layers import Bidirectional, Recurrent, steps, unroll
from recurra.layers.kernels import kernel_of
from recurra.layers.unroll import OneStep
from recurra.padded import Padded
from recurra.turns import between_steps

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
        torch.testing.assert_close(value, run.trace[""].gates[gate][1], rtol=0, atol=0)


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


@pytest.mark.parametrize("name", laws.CELLS)
def test_a_kernel_hands_out_the_same_steps_and_the_same_gradients(name: str) -> None:
    cell = laws.built(lambda: laws.CELLS[name](3, 4), dtype=torch.float64)
    inputs = Padded(torch.randn(2, 4, 3, dtype=torch.float64), LENGTHS)

    def followed(by: OneStep | None) -> tuple[list[torch.Tensor], tuple[torch.Tensor, ...]]:
        """All states, and the gradients of the sum of the outputs with respect to each of them."""
        run = unroll(cell, inputs, trace=True, by=by)
        states = [state for steps in run.trace[""].states.values() for state in steps]
        slopes = torch.autograd.grad(run.outputs.values.sin().sum(), states, allow_unused=True)
        return states, tuple(torch.zeros(2, 4) if slope is None else slope for slope in slopes)

    torch.testing.assert_close(followed(partial(kernel_of(cell).step, cell)), followed(None))


def test_a_backward_layer_is_recorded_as_it_went_and_shown_as_the_text_stands() -> None:
    torch.manual_seed(0)
    ahead, back = Recurrent(GRU(3, 4)), Recurrent(GRU(3, 4))
    run = Bidirectional(ahead, back)(torch.randn(2, 4, 3), lengths=[4, 2], trace=True)
    record = run.trace["backward"]
    assert record.backward
    torch.testing.assert_close(record.whole(record.states["hidden"]), run.outputs.values[..., 4:])
    torch.testing.assert_close(record.states["hidden"][1][1], run.outputs.values[1, 0, 4:])  # row 1 ends there


@pytest.mark.parametrize("name", laws.CELLS)
def test_others_get_their_turn_at_each_step(name: str) -> None:
    cell = laws.built(lambda: laws.CELLS[name](3, 4))
    turns: list[None] = []
    with between_steps(lambda: turns.append(None)):
        unroll(cell, Padded(torch.randn(2, 4, 3), LENGTHS))
    assert len(turns) == 4
