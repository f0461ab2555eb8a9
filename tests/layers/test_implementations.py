"""The reference and the fused implementation of one layer: what laws.py does not say of every layer."""

from __future__ import annotations

from functools import partial
from typing import Any

import laws
import pytest
import torch
from torch import Tensor, nn

from recurra.cells import GRU, LSTM, Cell, LinearCell, LSTMState, Step
from recurra.layers import Recurrent
from recurra.layers.kernels import REFERENCE, kernel_of
from recurra.padded import Padded

FUSED = [name for name, make in laws.CELLS.items() if kernel_of(make(1, 1)) is not REFERENCE]
BOTH = [(name, fused) for name in laws.CELLS for fused in (False, True) if not fused or name in FUSED]


def layer_of(name: str, *, fused: bool = True, dtype: torch.dtype = torch.float32) -> Any:
    return laws.built(lambda: Recurrent(laws.CELLS[name](3, 4), fused=fused), dtype=dtype)


def test_there_is_a_fused_implementation_of_every_cell_that_torch_has_and_of_every_linear_recurrence() -> None:
    linear = {name for name, make in laws.CELLS.items() if isinstance(make(1, 1), LinearCell)}
    assert set(FUSED) == linear | {"elman-tanh", "elman-relu", "gru", "lstm"}
    for name in laws.CELLS:
        assert layer_of(name).fused == (name in FUSED)
        assert not layer_of(name, fused=False).fused


@pytest.mark.parametrize(("name", "fused"), BOTH)
def test_gradients_entry_by_entry(name: str, fused: bool) -> None:
    layer = laws.built(lambda: Recurrent(laws.CELLS[name](2, 2), fused=fused), dtype=torch.float64)
    values, lengths, state = laws.sample(layer, (2, 3, 0))
    run: Any = lambda layer, x, *start: layer(Padded(x, lengths), laws.like(state, start))  # noqa: E731
    laws.assert_gradients(layer, run, values, state, entry_by_entry=True)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_the_lstm_holds_its_cell_state_over_padding_to_the_last_bit(dtype: torch.dtype) -> None:
    """Large and small alike, for a thousand steps; and the gradient comes back whole."""
    layer = layer_of("lstm", dtype=dtype)
    memory = torch.tensor([[1e-3, 1.0, -50.0, 1e6]], dtype=dtype).expand(2, -1).clone().requires_grad_()
    start = LSTMState(torch.rand(2, 4, dtype=dtype), memory)
    run = layer(Padded(torch.randn(2, 1000, 3, dtype=dtype), torch.tensor([1000, 0])), start)
    assert torch.equal(run.state.cell[1], memory[1])
    (slope,) = torch.autograd.grad(run.state.cell[1].sum(), memory)
    assert torch.equal(slope[1], torch.ones(4, dtype=dtype))
    assert not slope[0].any()


def torch_lstm_takes_bfloat16() -> bool:
    try:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            nn.LSTM(2, 2)(torch.zeros(1, 1, 2))
    except RuntimeError:
        return False
    return True


@pytest.mark.parametrize(("name", "fused"), BOTH)
def test_bfloat16_autocast(name: str, fused: bool) -> None:
    """Within the precision of bfloat16, whole, step by step and over padding; no NaN on the way back."""
    if name == "lstm" and fused and not torch_lstm_takes_bfloat16():
        pytest.skip("torch has no bfloat16 LSTM for this CPU")
    layer = layer_of(name, fused=fused)
    values, lengths, state = laws.sample(layer)
    values = values.masked_fill(laws.padding(values, lengths), float("nan"))
    expected = laws.leaves(laws.whole(layer, values, lengths, state))
    for run in (laws.whole, laws.step_by_step, partial(laws.in_parts, cuts=(2,))):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            seen = laws.observe(run, layer, values, lengths, state)
        assert all(tensor.isfinite().all() for tensor in seen.values())
        for k, full in enumerate(expected):
            torch.testing.assert_close(seen[f"result {k}"].float(), full, rtol=0.05, atol=0.05)


class Coupled(LSTM):
    """A variant that torch has no kernel for: one gate for what goes in and what stays."""

    def advance(self, x: Tensor, state: LSTMState) -> Step:
        step = super().advance(x, state)
        c = (1 - step.gates["input"]) * state.cell + step.gates["input"] * step.gates["candidate"]
        return Step(step.output, LSTMState(step.output, c), step.gates)


def test_a_variant_of_a_cell_is_not_run_by_the_kernel_of_its_parent() -> None:
    def make() -> Recurrent:
        return Recurrent(Coupled(3, 4))

    assert not make().fused
    laws.whole_is_step_by_step(make)
    laws.implementations_agree(make)


@pytest.mark.parametrize("name", laws.CELLS)
def test_a_trace_holds_what_the_steps_return(name: str) -> None:
    layer = layer_of(name)
    values, lengths, state = laws.sample(layer, (3, 5))
    run = layer(Padded(values, lengths), state, trace=True)
    record = run.trace[""]
    assert record.cell is layer.cell
    assert record.before == state._asdict()
    assert torch.equal(record.whole(record.states["hidden"]), run.outputs.values)
    for b, length in enumerate(lengths.tolist()):
        here = laws.map_state(lambda part, b=b: part[b : b + 1], state)
        for t in range(length):
            step = layer.cell(values[b : b + 1, t], here)
            here = step.state
            expected = step.gates | here._asdict()
            found = {**record.gates, **record.states}
            assert list(found) == list(expected)
            for key, tensor in expected.items():
                torch.testing.assert_close(found[key][t][b], tensor[0])


@pytest.mark.parametrize(("cell", "gates"), [(LSTM, {"input", "forget", "candidate", "output"}), (GRU, None)])
def test_gates_are_named_after_the_blocks(cell: type[Cell], gates: set[str] | None) -> None:
    layer = Recurrent(cell(3, 4))
    trace = layer(Padded(torch.zeros(1, 2, 3), torch.tensor([2])), trace=True).trace
    assert set(trace[""].states) == set(layer.initial_state(1)._fields)
    assert set(trace[""].gates) == set(cell.blocks) == (gates or {"reset", "update", "new"})
