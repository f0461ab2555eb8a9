"""Stacks: what stands on what, dropout between layers, the residual option."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from recurra.cells import GRU, LSTM, HiddenState, Step
from recurra.errors import UsageError
from recurra.layers import Bidirectional, ForwardLayer, Recorded, Recurrent, Stack, Unrolled
from recurra.padded import Padded


class Same(ForwardLayer):
    """Writes what it reads."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.input_size = self.output_size = size

    def initial_state(self, batch: int) -> HiddenState:
        return HiddenState(torch.zeros(batch, 0))

    def run(self, inputs: Padded, state: HiddenState | None, *, trace: bool) -> Unrolled:
        return Unrolled(inputs, state or self.initial_state(len(inputs.lengths)), {})

    def step(self, x: Tensor, state: HiddenState, *, trace: bool = False) -> Step:
        return Step(x, state, {})

    def record(self, steps: Sequence[Step], before: HiddenState, lengths: Tensor) -> dict[str, Recorded]:
        return {}


def ones(rows: int = 2000) -> Padded:
    return Padded(torch.ones(rows, 3, 8), torch.full((rows,), 3))


def test_layer_k_reads_the_outputs_of_layer_k_minus_1() -> None:
    below, above = Recurrent(GRU(3, 4)), Recurrent(LSTM(4, 2))
    inputs = Padded(torch.randn(2, 5, 3), torch.tensor([5, 3]))
    run = Stack([below, above])(inputs)
    first = below(inputs)
    second = above(first.outputs)
    torch.testing.assert_close(run.outputs.values, second.outputs.values)
    torch.testing.assert_close(run.state, (first.state, second.state))


def test_residual_adds_input_to_output_above_the_first_layer_where_sizes_agree() -> None:
    layers = [Recurrent(GRU(4, 4)), Recurrent(GRU(4, 4)), Recurrent(GRU(4, 2))]
    inputs = Padded(torch.randn(2, 5, 4), torch.tensor([5, 3]))
    first = layers[0](inputs).outputs
    second = layers[1](first).outputs
    joined = first.with_values(first.values + second.values)
    expected = layers[2](joined).outputs.values
    torch.testing.assert_close(Stack(layers, residual=True)(inputs).outputs.values, expected)
    assert not torch.allclose(Stack(layers)(inputs).outputs.values, expected)


def test_dropout_is_off_in_evaluation() -> None:
    layers = [Recurrent(GRU(3, 4)), Recurrent(GRU(4, 4))]
    inputs = Padded(torch.randn(2, 5, 3), torch.tensor([5, 3]))
    dropping = Stack(layers, dropout=0.5).eval()
    expected = Stack(layers)(inputs).outputs.values
    assert torch.equal(dropping(inputs).outputs.values, expected)
    assert torch.equal(dropping(inputs).outputs.values, expected)


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_dropout_keeps_the_mean(share: float) -> None:
    """Between layers: the named share becomes 0, the rest grows by as much; whole and step by step."""
    torch.manual_seed(0)
    stack = Stack([Same(8), Same(8)], dropout=share).train()
    x = ones()
    for values in (stack(x).outputs.values, stack.step(x.values[:, 0], stack.initial_state(2000)).output):
        assert values.unique().tolist() == pytest.approx([0, 1 / (1 - share)], rel=1e-4)
        assert (values == 0).float().mean() == pytest.approx(share, abs=0.02)
        assert values.mean() == pytest.approx(1, abs=0.03)


def test_dropout_touches_neither_the_first_input_nor_the_last_output() -> None:
    assert torch.equal(Stack([Same(8)], dropout=0.5).train()(ones()).outputs.values, ones().values)


def test_dropout_leaves_the_residual_path_alone() -> None:
    torch.manual_seed(0)
    stack = Stack([Same(8), Same(8)], dropout=0.5, residual=True).train()
    assert set(stack(ones()).outputs.values.unique().tolist()) == {1.0, 3.0}


def test_dropout_is_drawn_anew_and_from_the_seed() -> None:
    stack = Stack([Same(8), Same(8)], dropout=0.5).train()
    torch.manual_seed(3)
    first, second = stack(ones()).outputs.values, stack(ones()).outputs.values
    assert not torch.equal(first, second)
    torch.manual_seed(3)
    assert torch.equal(stack(ones()).outputs.values, first)


def test_a_stack_in_training_keeps_padding_zero() -> None:
    stack = Stack([Recurrent(GRU(3, 4)), Recurrent(GRU(4, 4))], dropout=0.5, residual=True).train()
    values = torch.randn(2, 5, 3)
    values[1, 2:] = float("nan")
    outputs = stack(Padded(values, torch.tensor([5, 2]))).outputs
    assert not outputs.values[1, 2:].any()
    assert outputs.values.isfinite().all()


def test_layers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="a layer with input size 5 follows one with output size 4"):
        Stack([Recurrent(GRU(3, 4)), Recurrent(GRU(5, 4))])


def test_a_bidirectional_layer_cannot_go_step_by_step() -> None:
    stack = Stack([Bidirectional(Recurrent(GRU(3, 2)), Recurrent(GRU(3, 2))), Recurrent(GRU(4, 4))])
    with pytest.raises(UsageError, match="needs the whole sequence"):
        stack.step(torch.zeros(1, 3), stack.initial_state(1))


def test_a_trace_says_which_layer() -> None:
    stack = Stack([Recurrent(GRU(3, 4)), Recurrent(LSTM(4, 2))])
    trace = stack(Padded(torch.zeros(1, 2, 3), torch.tensor([2])), trace=True).trace
    assert {place: [*record.gates, *record.states] for place, record in trace.items()} == {
        "0": ["reset", "update", "new", "hidden"],
        "1": ["input", "forget", "candidate", "output", "hidden", "cell"],
    }
