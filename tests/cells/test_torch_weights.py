"""Weights cross to and from torch.nn.RNN, LSTM and GRU without changing a bit."""

from __future__ import annotations

from collections.abc import Callable

import laws
import pytest
import torch
from torch import nn

from recurra.cells import GRU, LSTM, Cell, Elman, from_torch, to_torch
from recurra.cells.torch_weights import NAMES
from recurra.errors import UsageError

MODULES: dict[str, Callable[..., nn.RNNBase]] = {
    "elman-tanh": nn.RNN,
    "elman-relu": lambda *sizes, **options: nn.RNN(*sizes, nonlinearity="relu", **options),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}


def assert_same_bits(cell: Cell, module: nn.RNNBase, suffix: str) -> None:
    for ours, theirs in NAMES.items():
        mine, other = getattr(cell, ours), getattr(module, theirs + suffix)
        assert mine.dtype == other.dtype
        assert torch.equal(mine, other), ours


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("name", MODULES)
def test_there_and_back(name: str, dtype: torch.dtype) -> None:
    cell = laws.built(lambda: laws.CELLS[name](3, 4)).to(dtype)
    for parameter in cell.parameters():
        parameter.data.div_(3)  # has digits that the narrower types do not hold
    module = to_torch(cell)
    assert type(module) is type(MODULES[name](3, 4))
    assert_same_bits(cell, module, "_l0")
    back = from_torch(module)
    assert_same_bits(back, module, "_l0")
    assert type(back) is type(cell)
    assert back.extra_repr() == cell.extra_repr()
    assert getattr(back, "activation", None) == getattr(cell, "activation", None)


@pytest.mark.parametrize("name", MODULES)
def test_every_layer_and_direction_is_reached(name: str) -> None:
    module = MODULES[name](3, 4, num_layers=2, bidirectional=True)
    for layer in (0, 1):
        for reverse in (False, True):
            cell = from_torch(module, layer, reverse=reverse)
            assert cell.input_size == (3, 8)[layer]
            assert_same_bits(cell, module, f"_l{layer}" + "_reverse" * reverse)


def test_weights_are_copied_not_shared() -> None:
    module = nn.GRU(3, 4)
    before = module.weight_ih_l0.detach().clone()
    cell = from_torch(module)
    cell.weight_input.data.zero_()
    to_torch(cell).weight_ih_l0.data.fill_(1)
    assert torch.equal(module.weight_ih_l0, before)
    assert not cell.weight_input.any()


@pytest.mark.parametrize("name", MODULES)
def test_a_cell_steps_like_torchs(name: str) -> None:
    cell = laws.built(lambda: laws.CELLS[name](3, 4))
    x, state = laws.sample_step(cell)
    first = tuple(part[None] for part in state)
    output, end = to_torch(cell)(x[:, None], first if isinstance(cell, LSTM) else first[0])
    step = cell(x, state)
    torch.testing.assert_close(step.output, output[:, 0], rtol=0, atol=1e-6)
    for ours, theirs in zip(step.state, end if isinstance(cell, LSTM) else (end,), strict=True):
        torch.testing.assert_close(ours, theirs[0], rtol=0, atol=1e-6)


def test_what_torch_does_not_have_is_refused() -> None:
    with pytest.raises(UsageError, match="no Elman cell with these settings"):
        to_torch(Elman(3, 4, "sigmoid"))


@pytest.mark.parametrize(
    ("module", "layer", "reverse"),
    [
        (nn.GRU(3, 4, bias=False), 0, False),
        (nn.LSTM(3, 4, proj_size=2), 0, False),
        (nn.GRU(3, 4), 1, False),
        (nn.RNN(3, 4), 0, True),
    ],
    ids=["no bias", "projections", "no such layer", "no such direction"],
)
def test_what_we_do_not_have_is_refused(module: nn.RNNBase, layer: int, reverse: bool) -> None:
    with pytest.raises(UsageError, match=f"no layer {layer}"):
        from_torch(module, layer, reverse=reverse)


def test_the_types_are_told_apart() -> None:
    assert isinstance(from_torch(nn.LSTM(3, 4)), LSTM)
    assert isinstance(from_torch(nn.GRU(3, 4)), GRU)
    relu = from_torch(nn.RNN(3, 4, nonlinearity="relu"))
    assert isinstance(relu, Elman)
    assert relu.activation == "relu"


def test_a_layer_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match=r"no layer 0 with biases"):
        from_torch(nn.GRU(3, 4, bias=False))
    with pytest.raises(UsageError, match=r"no layer 0 \(reverse\) with biases"):
        from_torch(nn.GRU(3, 4), reverse=True)
