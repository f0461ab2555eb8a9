"""Units that are held: whole sequences, single steps and prepared steps hold the same, each row at its own places."""

from __future__ import annotations

import pytest
import torch

from recurra.cells import CELLS
from recurra.layers import Bidirectional, HeldRecurrent, HeldUnit, Recurrent
from recurra.padded import Padded

HELD = [HeldUnit(0, 0.5), HeldUnit(1, -0.25, frozenset({1, 3})), HeldUnit(0, 0.75, frozenset({2}))]


def layer(cell: str) -> Recurrent:
    torch.manual_seed(1)
    return Recurrent(CELLS[cell](3, 4))


def inputs(*lengths: int) -> Padded:
    torch.manual_seed(2)
    return Padded(torch.randn(len(lengths), max(lengths), 3), torch.tensor(lengths))


@pytest.mark.parametrize("cell", CELLS)
def test_a_sequence_and_its_steps_are_the_same(cell: str) -> None:
    plain, read = layer(cell), inputs(5, 5)
    held = HeldRecurrent(plain, HELD)
    outputs = held(read).outputs.values
    state, prepared = held.initial_state(2), held.initial_state(2)
    for number, x in enumerate(read.values.unbind(1)):
        here = held.at(number)
        step = here.step(x, state)
        steps = here.prepare()
        other = steps.advance(steps.read(x), prepared)
        state, prepared = step.state, other.state
        torch.testing.assert_close(step.output, outputs[:, number])
        torch.testing.assert_close(other.output, outputs[:, number], atol=1e-5, rtol=1e-5)
    assert outputs[:, [0, 1, 3, 4], 0].eq(0.5).all()
    assert outputs[:, 2, 0].eq(0.75).all()  # what is said later counts
    assert outputs[:, [1, 3], 1].eq(-0.25).all()
    assert not outputs[:, [0, 2, 4], 1].eq(-0.25).any()


@pytest.mark.parametrize("cell", CELLS)
def test_nothing_held_is_the_layer_itself(cell: str) -> None:
    plain, read = layer(cell), inputs(5, 3)
    torch.testing.assert_close(
        HeldRecurrent(plain, []).run(read, None, trace=False).outputs.values, plain(read).outputs.values
    )
    assert type(HeldRecurrent(plain, HELD[1:2]).at(0)) is Recurrent


def test_each_row_that_is_read_backward_is_held_at_its_own_places() -> None:
    ahead, back = layer("gru"), layer("gru")
    read = inputs(5, 3)
    both = Bidirectional(ahead, HeldRecurrent(back, [HeldUnit(2, 0.9, frozenset({1}))], backward=True))
    outputs = both(read).outputs.values[..., 4:]
    assert outputs[:, 1, 2].tolist() == pytest.approx([0.9, 0.9])
    free = Bidirectional(ahead, back)(read).outputs.values[..., 4:]
    torch.testing.assert_close(outputs[0, 2:], free[0, 2:])  # read before it
    torch.testing.assert_close(outputs[1, 2:], free[1, 2:])
    assert not torch.allclose(outputs[:, 0], free[:, 0])  # read after it


def test_gradients_go_through_what_is_not_held() -> None:
    read = inputs(4)
    values = read.values.requires_grad_()
    HeldRecurrent(layer("lstm"), [HeldUnit(k, 0.0) for k in range(4)])(
        Padded(values, read.lengths)
    ).outputs.values.sum().backward()
    assert values.grad is not None
    assert not values.grad.any()
