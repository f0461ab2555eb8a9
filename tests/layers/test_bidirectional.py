"""Both directions: each row reversed within its own length, outputs joined where they belong."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from recurra.cells import GRU, LSTM, Cell
from recurra.layers import Bidirectional, BothStates, Recurrent
from recurra.padded import Padded, reverse


def ragged() -> Padded:
    torch.manual_seed(0)
    return Padded(torch.randn(4, 6, 3), torch.tensor([4, 6, 0, 1]))


def test_reverse_by_hand() -> None:
    rows = torch.tensor([[1, 2, 3, 0], [1, 2, 3, 4], [1, 0, 0, 0], [9, 9, 9, 9]])
    turned = reverse(Padded(rows, torch.tensor([3, 4, 1, 0])))
    assert turned.values.tolist() == [[3, 2, 1, 0], [4, 3, 2, 1], [1, 0, 0, 0], [9, 9, 9, 9]]
    assert turned.lengths.tolist() == [3, 4, 1, 0]


@given(st.lists(st.integers(0, 5), max_size=4), st.integers(0, 3))
def test_reverse_reverses_each_row_and_undoes_itself(lengths: list[int], more: int) -> None:
    steps = max(lengths, default=0) + more
    rows = Padded(torch.arange(len(lengths) * steps).reshape(len(lengths), steps), torch.tensor(lengths).long())
    turned = reverse(rows)
    for row, back, length in zip(rows.values, turned.values, lengths, strict=True):
        assert back.tolist() == row[:length].tolist()[::-1] + row[length:].tolist()
    assert torch.equal(reverse(turned).values, rows.values)


@pytest.mark.parametrize("cell", [GRU, LSTM])
def test_each_direction_is_a_layer_over_its_own_reading(cell: type[Cell]) -> None:
    ahead, back = Recurrent(cell(3, 4)), Recurrent(cell(3, 2))
    run = Bidirectional(ahead, back)(ragged())
    for b, length in enumerate(ragged().lengths.tolist()):
        row = ragged().values[b : b + 1, :length]
        forward = ahead(Padded(row, torch.tensor([length])))
        backward = back(Padded(row.flip(1), torch.tensor([length])))
        expected = torch.cat([forward.outputs.values, backward.outputs.values.flip(1)], -1)
        torch.testing.assert_close(run.outputs.values[b : b + 1, :length], expected)
        torch.testing.assert_close(run.state.forward.hidden[b], forward.state.hidden[0])
        torch.testing.assert_close(run.state.backward.hidden[b], backward.state.hidden[0])


def test_the_reversed_sequence_swaps_the_directions() -> None:
    one, other = Recurrent(GRU(3, 4)), Recurrent(GRU(3, 2))
    run = Bidirectional(one, other)(ragged())
    mirrored = Bidirectional(other, one)(reverse(ragged()))
    turned = reverse(mirrored.outputs).values
    torch.testing.assert_close(torch.cat([turned[..., 2:], turned[..., :2]], -1), run.outputs.values)
    torch.testing.assert_close(BothStates(mirrored.state.backward, mirrored.state.forward), run.state)


def test_a_trace_stands_where_its_step_stands_in_the_source() -> None:
    """The last entry of the backward trace belongs to the first step read backward."""
    layer = Bidirectional(Recurrent(GRU(3, 4)), Recurrent(GRU(3, 2)))
    run = layer(ragged(), trace=True)
    assert [(place, *record.gates) for place, record in run.trace.items()] == [
        ("forward", *GRU.blocks),
        ("backward", *GRU.blocks),
    ]
    joined = torch.cat([record.whole(record.states["hidden"]) for record in run.trace.values()], -1)
    assert torch.equal(joined, run.outputs.values)


def test_directions_may_differ() -> None:
    layer = Bidirectional(Recurrent(GRU(3, 4)), Recurrent(LSTM(3, 2)))
    assert (layer.input_size, layer.output_size) == (3, 6)
    assert layer(ragged()).outputs.values.shape == (4, 6, 6)
