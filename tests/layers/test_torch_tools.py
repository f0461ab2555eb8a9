"""What torch offers for any module works for layers: compiling, exporting, copying, pickling, other precisions."""

from __future__ import annotations

import copy
import io
import pickle
from typing import Any

import laws
import pytest
import torch
from torch import nn
from torch.testing import assert_close
from torch.utils import _pytree

from recurra.attention import ATTENTIONS
from recurra.layers import Layer
from recurra.padded import Padded

ARRANGED = [f"{cell}, {name}" for cell in laws.CELLS for name in ("one", "stack of 2 bidirectional")]
# What the compiler goes through: each cell alone, and in a stack of both directions a cell for each way to run one
# (torch's own kernel, a scan, step by step), as layers put together know nothing of the cells in them.
TRACED = [f"{cell}, one" for cell in laws.CELLS] + [
    f"{cell}, stack of 2 bidirectional" for cell in ("lstm", "mingru", "elman-sigmoid")
]
STEPS = 3
LENGTHS = torch.tensor([STEPS, 2])


@pytest.fixture(autouse=True)
def nothing_compiled() -> None:
    torch._dynamo.reset()  # it gives up on code that it has compiled for too many kinds of layer


def given(layer: Layer) -> Padded:
    return Padded(laws.random_like(layer, 2, STEPS, layer.input_size), LENGTHS)


def assert_alike(run: Any, expected: Any) -> None:
    assert_close(run.outputs.values, expected.outputs.values, rtol=2e-5, atol=2e-5)
    assert torch.equal(run.outputs.lengths, expected.outputs.lengths)
    assert_close(laws.leaves(run.state), laws.leaves(expected.state), rtol=2e-5, atol=2e-5)


def test_a_padded_is_a_tree_of_two_tensors() -> None:
    padded = Padded(torch.ones(2, 5, 3), LENGTHS)
    leaves, spec = _pytree.tree_flatten(padded)
    assert [leaf.shape for leaf in leaves] == [(2, 5, 3), (2,)]
    back = _pytree.tree_unflatten(leaves, spec)
    assert isinstance(back, Padded)
    assert back.lengths is LENGTHS


@pytest.mark.parametrize("name", ARRANGED)
def test_copies_and_pickles_are_the_same_and_their_own(name: str) -> None:
    layer = laws.built(laws.LAYERS[name])
    expected = layer(given(layer))
    file = io.BytesIO()
    torch.save(layer, file)
    file.seek(0)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer)), torch.load(file, weights_only=False)):
        assert_close(other(given(layer)).outputs.values, expected.outputs.values, rtol=0, atol=0)
        for parameter in other.parameters():
            parameter.data.zero_()
    assert torch.equal(layer(given(layer)).outputs.values, expected.outputs.values)


@pytest.mark.parametrize("name", ARRANGED)
def test_double_and_back(name: str) -> None:
    layer = laws.built(laws.LAYERS[name])
    single = layer(given(layer))
    layer.double()
    double = layer(given(layer))
    assert {part.dtype for part in (double.outputs.values, *laws.leaves(double.state))} == {torch.float64}
    assert_close(double.outputs.values.float(), single.outputs.values, rtol=2e-5, atol=2e-5)
    layer.float()
    assert_close(layer(given(layer)).outputs.values, single.outputs.values, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("name", "backend"),
    [*((name, "eager") for name in TRACED), ("lstm, one", "aot_eager"), ("mingru, one", "aot_eager")],
)
def test_compiled_in_one_graph_with_the_same_numbers_and_gradients(name: str, backend: str) -> None:
    layer = laws.built(laws.LAYERS[name])
    compiled: Any = torch.compile(layer, backend=backend, fullgraph=True)
    inputs = given(layer)
    expected = layer(inputs)
    assert_alike(compiled(inputs), expected)
    slopes = torch.autograd.grad(expected.outputs.values.cos().sum(), list(layer.parameters()))
    seen = torch.autograd.grad(compiled(inputs).outputs.values.cos().sum(), list(layer.parameters()))
    assert_close(seen, slopes, rtol=2e-5, atol=2e-5)


def test_a_compiled_layer_takes_other_lengths_and_states() -> None:
    """The graph was made from a ragged batch; it is right for one without padding, and the other way round."""
    layer = laws.built(laws.LAYERS["lstm, one"])
    values, state = laws.random_like(layer, 2, 5, 3), laws.sample(layer, (5, 5))[2]
    compiled: Any = torch.compile(layer, backend="eager", fullgraph=True)
    for lengths in ([5, 2], [5, 5], [0, 1]):
        for start in (None, state):
            padded = Padded(values, torch.tensor(lengths))
            assert_alike(compiled(padded, start), layer(padded, start))
    assert_alike(compiled(values, lengths=padded.lengths), layer(padded))


@pytest.mark.parametrize(
    ("name", "strict"), [*((name, False) for name in TRACED), ("lstm, one", True), ("mingru, one", True)]
)
def test_exported_with_the_same_numbers(name: str, strict: bool) -> None:
    layer = laws.built(laws.LAYERS[name])
    inputs = given(layer)
    program = torch.export.export(layer, (inputs,), strict=strict).module()
    other = Padded(2 * inputs.values, torch.tensor([1, STEPS]))
    for padded in (inputs, other):
        assert_alike(program(padded), layer(padded))


def test_exported_for_any_number_of_rows_saved_and_loaded() -> None:
    layer = laws.built(laws.LAYERS["lstm, stack of 2 bidirectional"])
    rows = torch.export.Dim("rows", min=2, max=64)
    wrapped = Outputs(layer)
    shapes = ({0: rows}, {0: rows})
    inputs = given(layer)
    program = torch.export.export(wrapped, (inputs.values, inputs.lengths), dynamic_shapes=shapes)
    file = io.BytesIO()
    torch.export.save(program, file)
    file.seek(0)
    loaded = torch.export.load(file).module()
    values, lengths = laws.random_like(layer, 4, STEPS, 3), torch.tensor([3, 0, 1, 2])
    assert_close(loaded(values, lengths), wrapped(values, lengths), rtol=2e-5, atol=2e-5)


class Outputs(nn.Module):
    """A layer from tensors to tensors, as a file of an exported program wants it."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, values: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        return self.layer(values, lengths=lengths).outputs.values


@pytest.mark.parametrize("name", ATTENTIONS)
def test_attention_is_compiled_exported_copied_and_pickled(name: str) -> None:
    attention = laws.built(laws.ATTENTIONS[name])
    queries, values, lengths = laws.sample_look(attention)
    source = Padded(values, lengths)
    expected = attention(queries, source)
    compiled: Any = torch.compile(attention, backend="aot_eager", fullgraph=True)
    exported = torch.export.export(attention, (queries, source)).module()
    for other in (compiled, exported, copy.deepcopy(attention), pickle.loads(pickle.dumps(attention))):
        assert_close(other(queries, source), expected, rtol=2e-5, atol=2e-5)
    double = attention.double()(queries.double(), Padded(values.double(), lengths))
    assert_close(double.context.float(), expected.context, rtol=2e-5, atol=2e-5)
