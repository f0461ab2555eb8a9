"""Layers put together as torch.nn.RNN, LSTM and GRU are, with torch's weights: the same numbers.

Ragged batches are compared with torch's packed sequences, which recurra itself does not use.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from recurra.cells import from_torch
from recurra.layers import Bidirectional, Layer, Recurrent, Stack
from recurra.padded import Padded

MODULES: dict[str, Callable[..., nn.RNNBase]] = {
    "elman-tanh": nn.RNN,
    "elman-relu": lambda *sizes, **options: nn.RNN(*sizes, nonlinearity="relu", **options),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}
LENGTHS = torch.tensor([3, 7, 1, 5])


def layers_of(module: nn.RNNBase, *, fused: bool) -> Stack:
    """The layers with the weights of a torch module."""

    def one(k: int, *, reverse: bool = False) -> Recurrent:
        return Recurrent(from_torch(module, k, reverse=reverse), fused=fused)

    def layer(k: int) -> Layer:
        return Bidirectional(one(k), one(k, reverse=True)) if module.bidirectional else one(k)

    return Stack([layer(k) for k in range(module.num_layers)])


def in_torchs_order(state: Any) -> list[Tensor]:
    """A stack's state as torch has it: [layers * directions, B, H] for each part of the state."""
    each = [one for layer in state for one in (layer if hasattr(layer, "backward") else (layer,))]
    return [torch.stack(parts) for parts in zip(*each, strict=True)]


def from_torchs_order(stack: Stack, parts: list[Tensor]) -> Any:
    rows = iter(zip(*parts, strict=True))

    def fill(state: Any) -> Any:
        if hasattr(state, "hidden"):
            return type(state)(*next(rows))
        filled = [fill(part) for part in state]
        return type(state)(*filled) if hasattr(state, "_fields") else tuple(filled)

    return fill(stack.initial_state(parts[0].shape[1]))


def torch_run(module: nn.RNNBase, values: Tensor, start: list[Tensor]) -> tuple[Tensor, ...]:
    packed = pack_padded_sequence(values, LENGTHS, batch_first=True, enforce_sorted=False)
    outputs, end = module(packed, tuple(start) if len(start) > 1 else start[0])
    outputs = pad_packed_sequence(outputs, batch_first=True, total_length=values.shape[1])[0]
    return outputs, *(end if isinstance(end, tuple) else (end,))


def our_run(stack: Stack, values: Tensor, start: list[Tensor]) -> tuple[Tensor, ...]:
    run = stack(Padded(values, LENGTHS), from_torchs_order(stack, start))
    return run.outputs.values, *in_torchs_order(run.state)


def slopes(results: tuple[Tensor, ...], inputs: list[Tensor]) -> tuple[Tensor, ...]:
    loss = sum((part.cos().sum() for part in results), torch.zeros(()))
    return torch.autograd.grad(loss, inputs)


@pytest.mark.parametrize("fused", [False, True], ids=["reference", "fused"])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("name", MODULES)
def test_ragged_batches_equal_packed_sequences(name: str, depth: int, bidirectional: bool, fused: bool) -> None:
    torch.manual_seed(1)
    module = MODULES[name](5, 4, num_layers=depth, bidirectional=bidirectional, batch_first=True)
    stack = layers_of(module, fused=fused)
    values = torch.randn(4, 9, 5, requires_grad=True)  # two steps longer than the longest row
    parts = 2 if name == "lstm" else 1
    start = [torch.randn(depth * (1 + bidirectional), 4, 4, requires_grad=True) for _ in range(parts)]
    theirs, ours = torch_run(module, values, start), our_run(stack, values, start)
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-6)
    # Ours come layer by layer, direction by direction, W, U and the two biases: the order of torch's own list.
    expected = slopes(theirs, [values, *start, *module.parameters()])
    seen = slopes(ours, [values, *start, *stack.parameters()])
    for mine, other in zip(seen, expected, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", MODULES)
def test_full_batches_equal_torch_from_zero(name: str) -> None:
    torch.manual_seed(2)
    module = MODULES[name](5, 4, num_layers=2, bidirectional=True, batch_first=True)
    values = torch.randn(3, 6, 5)
    run = layers_of(module, fused=True)(Padded(values, torch.full((3,), 6)))
    outputs, end = module(values)
    torch.testing.assert_close(run.outputs.values, outputs, rtol=0, atol=1e-6)
    for mine, other in zip(in_torchs_order(run.state), end if name == "lstm" else (end,), strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-6)
