"""What a layer may be called with, and what it refuses: with the shapes that it expected and saw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import laws
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.testing import assert_close

from recurra.attention import ATTENTIONS, Additive, Dot
from recurra.cells import GRU, LSTM, Elman, HiddenState, LSTMState, MinGRU
from recurra.errors import UsageError
from recurra.layers import Bidirectional, Convolution, Recurrent, Stack
from recurra.padded import Padded, as_padded

VALUES = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
FULL = torch.tensor([5, 5])


@pytest.mark.parametrize("name", laws.LAYERS)
def test_a_plain_tensor_is_the_padded_of_its_lengths(name: str) -> None:
    layer = laws.built(laws.LAYERS[name])
    values = laws.random_like(layer, 2, 5, layer.input_size)
    for lengths in (None, [5, 2], torch.tensor([5, 2])):
        expected = layer(Padded(values, FULL if lengths is None else torch.tensor([5, 2])))
        run = layer(values, lengths=lengths)
        assert torch.equal(run.outputs.values, expected.outputs.values)
        assert_close(laws.leaves(run.state), laws.leaves(expected.state), rtol=0, atol=0)
        again = layer(values, run.state, lengths=lengths)  # the state that it left is one that it takes
        assert again.outputs.values.isfinite().all()


def layers(size: int = 4) -> dict[str, Any]:
    return {
        "reference": Recurrent(LSTM(3, size), fused=False),
        "fused": Recurrent(LSTM(3, size)),
        "gru": Recurrent(GRU(3, size)),
        "mingru": laws.LAYERS["mingru, one"](),
        "both": Bidirectional(Recurrent(LSTM(3, size)), Recurrent(LSTM(3, size))),
        "stack": Stack([Recurrent(LSTM(3, size)), Recurrent(GRU(size, size))]),
        "windows": Convolution(3, 2, [3]),
    }


@pytest.mark.parametrize("name", layers())
@pytest.mark.parametrize(
    ("values", "lengths", "message"),
    [
        (torch.zeros(2, 5, 7), None, r"reads values \[B, T, 3\], got \[2, 5, 7\]"),
        (torch.zeros(2, 5, 2), None, r"reads values \[B, T, 3\], got \[2, 5, 2\]"),
        (torch.zeros(2, 0, 7), None, r"reads values \[B, T, 3\], got \[2, 0, 7\]"),
        (torch.zeros(5, 3), None, r"reads values \[B, T, 3\], got \[5, 3\]"),
        (torch.zeros(3), None, r"expected values \[B, T, \.\.\.\], got \[3\]"),
        (VALUES, [5, 6], r"lengths must be between 0 and 5, the steps there are, got \[5, 6\]"),
        (VALUES, [5, -1], r"lengths must be between 0 and 5, the steps there are, got \[5, -1\]"),
        (VALUES, [5, 2, 1], r"expected a length for each of 2 rows, got lengths of shape \[3\]"),
        (VALUES, torch.tensor([5.0, 2.0]), "lengths must be whole numbers, got torch.float32"),
        (VALUES, VALUES[..., 0] > 0, r"expected a length for each of 2 rows, got lengths of shape \[2, 5\]"),
        (Padded(VALUES, FULL), [5, 5], "lengths are given twice"),
        (Padded(VALUES, torch.tensor([9, 5])), None, "lengths must be between 0 and 5"),
        (VALUES.tolist(), None, "expected a tensor or a Padded, got list"),
        (pack_padded_sequence(VALUES, FULL, batch_first=True), None, "(?s)got PackedSequence.*not needed"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(name: str, values: Any, lengths: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        layers()[name](values, lengths=lengths)


@pytest.mark.parametrize("name", ["reference", "fused", "gru", "mingru", "both", "stack"])
def test_another_type_of_numbers_is_refused_but_under_autocast(name: str) -> None:
    layer = layers()[name]
    for values in (VALUES.double(), VALUES.long(), VALUES.bfloat16()):
        with pytest.raises(UsageError, match=f"reads values of type torch.float32, got {values.dtype}"):
            layer(values)
    assert layer.double()(VALUES.double()).outputs.values.dtype == torch.float64


def zeros(*shape: int, dtype: torch.dtype = torch.float32) -> LSTMState:
    return LSTMState(torch.zeros(shape, dtype=dtype), torch.zeros(shape, dtype=dtype))


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (zeros(2, 7), r"expects the state LSTMState\(\[2, 4\], \[2, 4\]\), got LSTMState\(\[2, 7\], \[2, 7\]\)"),
        (zeros(1, 4), r"got LSTMState\(\[1, 4\], \[1, 4\]\)"),
        (zeros(1, 2, 4), r"got LSTMState\(\[1, 2, 4\], \[1, 2, 4\]\)"),
        (zeros(2, 4, dtype=torch.float64), r"got LSTMState\(\[2, 4\] torch\.float64, "),
        (HiddenState(torch.zeros(2, 4)), r"got HiddenState\(\[2, 4\]\)"),
        (tuple(zeros(2, 4)), r"got \(\[2, 4\], \[2, 4\]\)"),
        (torch.zeros(2, 4), r"got \[2, 4\]"),
        (7, "got int"),
    ],
)
@pytest.mark.parametrize("fused", [False, True])
def test_states_that_do_not_fit_are_refused(fused: bool, state: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Recurrent(LSTM(3, 4), fused=fused)(VALUES, state)


def test_the_states_of_stacks_and_both_directions_are_looked_through() -> None:
    stack = layers()["stack"]
    with pytest.raises(UsageError, match=r"got \(LSTMState\(\[2, 4\], \[2, 4\]\), LSTMState"):
        stack(VALUES, (zeros(2, 4), zeros(2, 4)))
    with pytest.raises(UsageError, match=r"expects the state \(LSTMState.*, HiddenState\(\[2, 4\]\)\), got \(\)"):
        stack(VALUES, ())
    with pytest.raises(UsageError, match="expects the state BothStates"):
        layers()["both"](VALUES, zeros(2, 4))


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("cell", [LSTM, GRU, Elman, MinGRU])
def test_a_step_of_another_width_is_refused(cell: Callable[..., Any], fused: bool) -> None:
    layer = Recurrent(cell(3, 4), fused=fused)
    with pytest.raises(UsageError, match=r"expected x \[B, 3\] and a state of \[B, 4\], got x \[2, 5\]"):
        layer.step(torch.zeros(2, 5), layer.initial_state(2))
    with pytest.raises(UsageError, match=r"got x \[2, 3\] and \[1, 4\]"):
        layer.step(torch.zeros(2, 3), layer.initial_state(1))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Recurrent(nn.LSTMCell(3, 4)), r"takes a cell of recurra\.cells, got torch\..*LSTMCell\n.*from_torch"),
        (lambda: Recurrent(nn.GRU(3, 4)), r"takes a cell of recurra\.cells, got torch\..*GRU\n.*from_torch"),
        (lambda: Recurrent(LSTM), r"takes a cell of recurra\.cells, got abc\.ABCMeta"),
        (lambda: Stack([]), "at least one layer"),
        (lambda: Stack([nn.Linear(3, 4)]), r"Stack takes layers of recurra\.layers, got torch\..*Linear"),
        (lambda: Stack([GRU(3, 4)]), r"(?s)got recurra.*GRU\n  A cell becomes a layer by Recurrent\(cell\)"),
        (lambda: Bidirectional(GRU(3, 4), GRU(3, 4)), r"(?s)Bidirectional takes layers that.*Recurrent\(cell\)"),
        (lambda: Bidirectional(layers()["both"], layers()["gru"]), "takes layers that read from left to right"),
        (lambda: Bidirectional(Recurrent(GRU(3, 4)), Recurrent(GRU(2, 4))), "the same input size, got 3 and 2"),
    ],
)
def test_parts_that_are_something_else_are_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make()


@pytest.mark.parametrize("name", ATTENTIONS)
def test_attention_takes_plain_values_and_prepares_them_itself(name: str) -> None:
    attention = laws.built(laws.ATTENTIONS[name])
    queries, values, lengths = laws.sample_look(attention)
    expected = attention(queries, attention.prepare(Padded(values, lengths)))
    for memory in (attention.prepare(values, lengths), Padded(values, lengths)):
        assert_close(attention(queries, memory), expected, rtol=0, atol=0)
    whole = attention(queries, values)
    assert_close(whole, attention(queries, attention.prepare(values)), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("query", "values", "message"),
    [
        (torch.zeros(2, 4, 5), torch.zeros(2, 3, 6), r"attends to values \[B, S, 7\], got \[2, 3, 6\]"),
        (torch.zeros(2, 4, 5), torch.zeros(2, 7), r"attends to values \[B, S, 7\], got \[2, 7\]"),
        (torch.zeros(2, 4, 6), torch.zeros(2, 3, 7), r"takes queries \[2, T, 5\] for this memory, got \[2, 4, 6\]"),
        (torch.zeros(2, 5), torch.zeros(2, 3, 7), r"takes queries \[2, T, 5\] for this memory, got \[2, 5\]"),
        (torch.zeros(1, 4, 5), torch.zeros(2, 3, 7), r"takes queries \[2, T, 5\] for this memory, got \[1, 4, 5\]"),
    ],
)
def test_what_attention_refuses(query: torch.Tensor, values: torch.Tensor, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Additive(5, 7)(query, values)


def test_attention_refuses_lengths_beyond_the_source() -> None:
    with pytest.raises(UsageError, match="lengths must be between 0 and 3"):
        Dot(4, 4).prepare(torch.zeros(2, 3, 4), lengths=[3, 4])


def test_a_padded_is_handed_on_as_it_is() -> None:
    padded = Padded(VALUES, torch.tensor([5, 2]))
    assert as_padded(padded) is padded


def test_hooks_and_overridden_layers_within_layers_are_called() -> None:
    class Louder(Recurrent):
        def forward(self, *given: Any, **options: Any) -> Any:
            run = super().forward(*given, **options)
            return run._replace(outputs=run.outputs.with_values(2 * run.outputs.values))

    inner = Recurrent(GRU(4, 4))
    stack, both = Stack([Recurrent(GRU(3, 4)), inner]), Bidirectional(Recurrent(GRU(3, 4)), Louder(GRU(3, 4)))
    seen: list[Any] = []
    inner.register_forward_hook(lambda module, given, run: seen.append(run.outputs.values))
    assert torch.equal(stack(VALUES).outputs.values, seen[0])
    backward = both(VALUES).outputs.values[..., 4:]
    reference = Recurrent(both.back.cell)(VALUES.flip(1)).outputs.values.flip(1)
    assert_close(backward, 2 * reference)
