"""The laws that everything recurrent keeps, and the tables of what has to keep them.

A law is a function of a factory: it builds what the factory makes, does one thing in two ways and asserts that the
numbers agree, values and gradients alike. `tests/test_laws.py` holds every row of a table to every law that applies
to it, and shows that the laws can fail.

A new cell is in the table as soon as it is in recurra's own; another way to put layers together costs one row in
ARRANGEMENTS, a new attention one in ATTENTIONS and its equation in tests/attention. Whatever else reads a sequence has
a row in CONVOLUTIONS, POOLINGS or FEED_FORWARD, and its equation in tests/layers.

B batch, T time, S source positions, I input size, H hidden size.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.autograd import gradcheck
from torch.func import functional_call
from torch.testing import assert_close

from recurra import cells
from recurra.attention import Additive, Attention, Bilinear, Dot, Last, ScaledDot
from recurra.cells import LSTM, Cell, Elman
from recurra.layers import POOLINGS as POOLING_KINDS
from recurra.layers import (
    Bidirectional,
    Convolution,
    FeedForward,
    ForwardLayer,
    Layer,
    Pooling,
    Recurrent,
    Stack,
)
from recurra.layers.kernels import REFERENCE, kernel_of
from recurra.padded import Padded, select_rows

# ------------------------------------------------------------------------------------------------ the tables

# Every cell of recurra's own table, the Elman cell with every activation.
CELLS: dict[str, Callable[[int, int], Cell]] = {
    **{f"elman-{name}": partial(Elman, activation=name) for name in cells.ACTIVATIONS},
    **{name: kind for name, kind in cells.CELLS.items() if kind is not Elman},
}

ATTENTIONS: dict[str, Callable[[], Attention]] = {
    "dot": lambda: Dot(5, 5),
    "scaled-dot": lambda: ScaledDot(5, 5),
    "bilinear": lambda: Bilinear(3, 5),
    "additive": lambda: Additive(3, 5),
    "none": lambda: Last(3, 5),
}
LOOKS_AT_PLACES = {"none"}  # attentions that go by where a value stands, not by what it is

OneLayer = Callable[[int, int], ForwardLayer]  # (input size, hidden size) to a layer


def both_ways(one: OneLayer, size: int) -> Bidirectional:
    return Bidirectional(one(size, 3), one(size, 2))


# How layers of one cell are put together. Input size 3; the residual ones have layers of equal and of unequal size.
ARRANGEMENTS: dict[str, Callable[[OneLayer], Layer]] = {
    "one": lambda one: one(3, 4),
    "stack of 1": lambda one: Stack([one(3, 4)]),
    "stack of 2": lambda one: Stack([one(3, 4), one(4, 2)]),
    "stack of 3": lambda one: Stack([one(3, 4), one(4, 4), one(4, 4)]),
    "stack of 2, residual": lambda one: Stack([one(3, 4), one(4, 4)], residual=True),
    "stack of 3, residual": lambda one: Stack([one(3, 4), one(4, 4), one(4, 2)], residual=True),
    "bidirectional": lambda one: both_ways(one, 3),
    "stack of 2 bidirectional": lambda one: Stack([both_ways(one, 3), both_ways(one, 5)], residual=True),
}
REFERENCE_ARRANGEMENTS = ("one", "stack of 2, residual", "bidirectional")  # enough for what is not the default


def all_layers() -> Iterator[tuple[str, Callable[[], Layer]]]:
    """Every cell in every arrangement; and where it has a fused implementation, the reference in some."""
    for cell, make in CELLS.items():
        default: OneLayer = lambda i, h, make=make: Recurrent(make(i, h))  # noqa: E731
        reference: OneLayer = lambda i, h, make=make: Recurrent(make(i, h), fused=False)  # noqa: E731
        for name, arrange in ARRANGEMENTS.items():
            yield f"{cell}, {name}", partial(arrange, default)
            if name in REFERENCE_ARRANGEMENTS and kernel_of(make(1, 1)) is not REFERENCE:
                yield f"{cell}, {name}, reference", partial(arrange, reference)


# Layers without a cell: windows of odd and even widths, alone and below a recurrent layer.
CONVOLUTIONS: dict[str, Callable[[], Layer]] = {
    "windows": lambda: Convolution(3, 2, (1, 2, 3)),
    "wide windows": lambda: Convolution(3, 4, (7,)),
    "windows below an lstm": lambda: Stack([Convolution(3, 2, (2, 3)), Recurrent(LSTM(4, 4))], residual=True),
}

LAYERS: dict[str, Callable[[], Layer]] = dict(all_layers()) | CONVOLUTIONS

# Poolings of sequences that were read forward, and of those whose last two values were read backward.
POOLINGS: dict[str, Callable[[], Pooling]] = {
    f"{name}{how}": partial(kind, 5, backward)
    for name, kind in POOLING_KINDS.items()
    for how, backward in (("", 0), (", both ways", 2))
}
GOES_BY_PLACES = {"last", "last, both ways"}  # poolings that go by where a value stands

FEED_FORWARD: dict[str, Callable[[], FeedForward]] = {
    activation: partial(FeedForward, 3, 4, 2, activation, layers=layers)
    for activation, layers in (("tanh", 1), ("relu", 2), ("sigmoid", 3))
}


def goes_step_by_step(layer: Layer) -> bool:
    return all(isinstance(part, ForwardLayer) for part in layer.modules() if isinstance(part, Layer))


def is_fused(layer: Layer) -> bool:
    return any(isinstance(part, Recurrent) and part.fused for part in layer.modules())


# ------------------------------------------------------------------------------------------------ looking at a run

TOLERANCE = {torch.float32: 2e-5, torch.float64: 1e-11}
LENGTHS = (4, 6, 0, 1)  # a ragged batch: of six steps, all of them, one, and none


def built(make: Callable[..., Any], *, dtype: torch.dtype = torch.float32, seed: int = 0) -> Any:
    """What `make` makes, in evaluation, with every parameter (biases too) drawn at random."""
    torch.manual_seed(seed)
    module = make().to(dtype).eval()
    for parameter in module.parameters():
        nn.init.uniform_(parameter, -0.7, 0.7)
    return module


def map_state(do: Callable[..., Any], state: Any, *others: Any) -> Any:
    """The tree of tensors that `do` makes of the tensors in the same place of one tree or several."""
    if isinstance(state, Tensor):
        return do(state, *others)
    parts = [map_state(do, *same_place) for same_place in zip(state, *others, strict=True)]
    return type(state)(*parts) if hasattr(state, "_fields") else tuple(parts)


def leaves(state: Any) -> list[Tensor]:
    return [state] if isinstance(state, Tensor) else [leaf for part in state for leaf in leaves(part)]


def random_like(module: nn.Module, *shape: int, seed: int = 0) -> Tensor:
    """Normal numbers of the module's type."""
    dtype = next(iter(module.parameters()), torch.zeros(0)).dtype
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def sample(layer: Layer, lengths: tuple[int, ...] = LENGTHS, steps: int | None = None) -> tuple[Tensor, Tensor, Any]:
    """Values [B, T, I] (noise on the padding), lengths [B], and a first state that is not zero."""
    rows, steps = len(lengths), max(lengths, default=0) if steps is None else steps
    values = random_like(layer, rows, steps, layer.input_size)
    state = map_state(lambda part: random_like(layer, *part.shape, seed=part.shape[-1]), layer.initial_state(rows))
    return values, torch.tensor(lengths, dtype=torch.int64), state


def sample_look(attention: Attention) -> tuple[Tensor, Tensor, Tensor]:
    """Queries [B, 3, Q], values [B, S, V] (noise on the padding) and lengths [B]."""
    queries = random_like(attention, len(LENGTHS), 3, attention.query_size)
    values = random_like(attention, len(LENGTHS), max(LENGTHS), attention.value_size, seed=1)
    return queries, values, torch.tensor(LENGTHS)


def observe(run: Callable[..., Any], module: nn.Module, *given: Any) -> dict[str, Tensor]:
    """All tensors that `run(module, *given)` gives, and the gradients of a random sum of them.

    Gradients are taken of every tensor given (not of lengths) and of every parameter.
    """
    given = map_state(lambda part: part.clone().requires_grad_(part.is_floating_point()), given)
    got = leaves(run(module, *given))
    # Drawn one by one, so that a shorter list of results still meets the same numbers.
    loss = sum(((part * random_like(module, *part.shape, seed=k)).sum() for k, part in enumerate(got)), torch.zeros(()))
    wanted = {f"given {k}": part for k, part in enumerate(leaves(given)) if part.is_floating_point()}
    wanted |= dict(module.named_parameters())
    slopes = torch.autograd.grad(loss, list(wanted.values()), materialize_grads=True)
    seen = {f"result {k}": part.detach() for k, part in enumerate(got)}
    return seen | {f"gradient of {name}": slope for name, slope in zip(wanted, slopes, strict=True)}


def assert_same(seen: dict[str, Tensor], expected: dict[str, Tensor], *, tolerance: float | None = None) -> None:
    """Every tensor finite and equal, within the tolerance of its type."""
    for name, tensor in expected.items():
        assert tensor.isfinite().all(), f"{name} is not finite"
    allowed = TOLERANCE[next(iter(expected.values())).dtype] if tolerance is None else tolerance
    assert_close(seen, expected, rtol=allowed, atol=allowed)


def padding(values: Tensor, lengths: Tensor) -> Tensor:
    """True on padding: [B, T, 1]."""
    return ~Padded(values, lengths).mask[..., None]


# ------------------------------------------------------------------------------------------------ ways to run a layer


def whole(layer: Layer, values: Tensor, lengths: Tensor, state: Any) -> tuple[Tensor, Any]:
    run = layer(Padded(values, lengths), state)
    return run.outputs.values, run.state


def row_by_row(layer: Layer, values: Tensor, lengths: Tensor, state: Any, run: Any = whole) -> tuple[Tensor, Any]:
    """Each row by itself, without padding."""
    ends: list[tuple[Tensor, Any]] = []
    for b, length in enumerate(lengths.tolist()):
        alone = run(layer, values[b : b + 1, :length], lengths[b : b + 1], select_rows(state, torch.tensor([b])))
        ends.append((nn.functional.pad(alone[0], (0, 0, 0, values.shape[1] - length)), alone[1]))
    return map_state(lambda *rows: torch.cat(rows), *ends)


def step_by_step(layer: Any, values: Tensor, lengths: Tensor, state: Any) -> tuple[Tensor, Any]:
    """Each row by itself, one step after the other, as far as the row goes."""

    def steps(layer: Any, values: Tensor, lengths: Tensor, state: Any) -> tuple[Tensor, Any]:
        outputs = [values.new_zeros(1, 0, layer.output_size)]
        for x in values.unbind(1):
            output, state, _ = layer.step(x, state)
            outputs.append(output[:, None])
        return torch.cat(outputs, 1), state

    return row_by_row(layer, values, lengths, state, steps)


def in_parts(layer: Layer, values: Tensor, lengths: Tensor, state: Any, *, cuts: tuple[int, ...]) -> tuple[Tensor, Any]:
    """The stretches of time between the cuts, each from the state that the one before left."""
    outputs: list[Tensor] = []
    for start, end in pairwise((0, *cuts, values.shape[1])):
        output, state = whole(layer, values[:, start:end], (lengths - start).clamp(0, end - start), state)
        outputs.append(output)
    return torch.cat(outputs, 1), state


def further_padded(layer: Layer, values: Tensor, lengths: Tensor, state: Any, *, by: int) -> tuple[Tensor, Any]:
    """With `by` more columns of padding on the right."""
    output, state = whole(layer, nn.functional.pad(values, (0, 0, 0, by)), lengths, state)
    return output[:, : values.shape[1]], state


def reordered(layer: Layer, values: Tensor, lengths: Tensor, state: Any) -> tuple[Tensor, Any]:
    """The rows in another order, their results put back."""
    order = torch.arange(len(lengths)).roll(1)
    run = whole(layer, *select_rows((values, lengths, state), order))
    return select_rows(run, order.argsort())


# ------------------------------------------------------------------------------------------------ laws of layers


def whole_is_step_by_step(make: Callable[[], Layer]) -> None:
    layer = built(make)
    given = sample(layer)
    assert_same(observe(whole, layer, *given), observe(step_by_step, layer, *given))


def any_split_is_the_same(make: Callable[[], Layer]) -> None:
    layer = built(make)
    given = sample(layer)
    expected = observe(whole, layer, *given)
    for cuts in ((0,), (1,), (6,), (2, 4), (1, 2, 3, 4, 5)):
        assert_same(observe(partial(in_parts, cuts=cuts), layer, *given), expected)


def padding_changes_nothing(make: Callable[[], Layer]) -> None:
    """Whatever stands on the padding, to the last bit; and outputs are zero there."""
    layer = built(make)
    values, lengths, state = sample(layer)
    outside = padding(values, lengths)
    expected = observe(whole, layer, values.masked_fill(outside, 0), lengths, state)
    assert (expected["result 0"].masked_select(outside) == 0).all()
    for fill in (float("nan"), float("inf"), -1e30):
        seen = observe(whole, layer, values.masked_fill(outside, fill), lengths, state)
        assert_same(seen, expected, tolerance=0)


def rows_do_not_meet(make: Callable[[], Layer]) -> None:
    """A row gives in a batch what it gives alone, wherever it stands and however far it is padded."""
    layer = built(make)
    given = sample(layer)
    expected = observe(whole, layer, *given)
    for run in (row_by_row, reordered, partial(further_padded, by=3)):
        assert_same(observe(run, layer, *given), expected)


def padding_may_be_long(make: Callable[[], Layer]) -> None:
    """Also under weights that let a state grow threefold with every step, beyond every number if it goes on."""
    layer = built(make)
    for parameter in layer.parameters():
        parameter.data.abs_().mul_(3)
    given = sample(layer, (2, 1))
    expected = observe(whole, layer, *given)
    assert_same(observe(partial(further_padded, by=90), layer, *given), expected)


def no_steps_keep_the_state(make: Callable[[], Layer]) -> None:
    """A row of length 0 gives its first state back, to the last bit: among others, alone, and in no time at all."""
    layer = built(make)
    for lengths, steps in (((3, 0), 3), ((0,), 2), ((0, 0), 0)):
        values, length, state = sample(layer, lengths, steps)
        output, end = whole(layer, values, length, state)
        assert output.shape == (len(lengths), steps, layer.output_size)
        row = torch.tensor([len(lengths) - 1])
        assert_close(leaves(select_rows(end, row)), leaves(select_rows(state, row)), rtol=0, atol=0)


def a_batch_may_be_empty(make: Callable[[], Layer]) -> None:
    layer = built(make)
    output, state = whole(layer, *sample(layer, (), 3))
    assert output.shape == (0, 3, layer.output_size)
    assert all(len(part) == 0 for part in leaves(state))


def the_first_state_is_zero(make: Callable[[], Layer]) -> None:
    """Unless one is given; and it has the type of the parameters."""
    for dtype in TOLERANCE:
        layer = built(make, dtype=dtype)
        values, lengths, _ = sample(layer)
        zero = layer.initial_state(len(lengths))
        assert all(part.dtype == dtype and not part.any() for part in leaves(zero))
        assert_close(leaves(whole(layer, values, lengths, None)), leaves(whole(layer, values, lengths, zero)))


def nothing_is_kept(make: Callable[[], Layer]) -> None:
    """A call depends on what it is given, not on the calls before; and it leaves what it is given alone."""
    layer = built(make)
    values, lengths, state = sample(layer)
    before = copy.deepcopy((values, state))
    expected = observe(whole, layer, values, lengths, state)
    whole(layer, values, lengths, state)
    whole(layer, values * 2, lengths, None)
    assert_same(observe(whole, layer, values, lengths, state), expected, tolerance=0)
    assert_close(leaves((values, state)), leaves(before), rtol=0, atol=0)


def a_trace_changes_nothing(make: Callable[[], Layer]) -> None:
    """And every traced sequence is [B, T, ...], finite, zero on the padding."""
    layer = built(make)
    values, lengths, state = sample(layer)
    run = layer(Padded(values, lengths), state, trace=True)
    assert_close(leaves((run.outputs.values, run.state)), leaves(whole(layer, values, lengths, state)))
    assert run.trace
    for place, record in run.trace.items():
        assert record.states, place
        for name, steps in (record.gates | record.states).items():
            tensor = record.whole(steps)
            assert tensor.shape[:2] == values.shape[:2], (place, name)
            assert tensor.isfinite().all(), (place, name)
            assert not tensor.masked_select(padding(values, lengths)).any(), (place, name)
    assert layer(Padded(values, lengths), state).trace == {}


def implementations_agree(make: Callable[[], Layer]) -> None:
    """The fused one gives the reference's numbers, in single and in double precision, in every shape of batch."""
    for dtype in TOLERANCE:
        layer = built(make, dtype=dtype)
        reference = copy.deepcopy(layer)
        for part in reference.modules():
            if isinstance(part, Recurrent):
                part.fused = False
        for lengths, steps in (((2, 0, 3), 9), ((5, 5), 5), ((3,), 3), ((1, 0), 1), ((0, 0), 0)):
            given = sample(layer, lengths, steps)
            assert_same(observe(whole, layer, *given), observe(whole, reference, *given))


def a_step_can_be_traced(make: Callable[[], Layer]) -> None:
    """It gives the same, and the gates that the trace of the whole has there."""
    layer: Any = built(make)
    values, lengths, state = sample(layer, (1, 1))
    traced = layer.step(values[:, 0], state, trace=True)
    assert_close(leaves(traced[:2]), leaves(layer.step(values[:, 0], state)[:2]))
    trace = layer(Padded(values, lengths), state, trace=True).trace
    gates = {f"{place}.{name}": gate for place, record in trace.items() for name, gate in record.gates.items()}
    assert list(traced.gates) == [name.removeprefix(".") for name in gates]
    for name, gate in traced.gates.items():
        assert_close(gate, gates[name if name in gates else f".{name}"][0])
    one_by_one = layer.record([traced], state, torch.ones_like(lengths))
    for place, record in trace.items():
        assert_close(record.states, one_by_one[place].states)
        assert_close(record.before, one_by_one[place].before)


def gradients_are_true(make: Callable[[], Layer]) -> None:
    """Against finite differences in double precision, along random directions."""
    layer = built(make, dtype=torch.float64)
    values, lengths, state = sample(layer, (2, 3, 0))
    assert_gradients(layer, lambda layer, x, *start: layer(Padded(x, lengths), like(state, start)), values, state)


def saving_keeps_everything(make: Callable[[], Layer]) -> None:
    """What another one of its kind reads from the file is the same to the last bit."""
    layer, other = built(make), built(make, seed=1)
    given = sample(layer)
    assert_saved_alike(layer, other, whole, given)


LAYER_LAWS = (
    padding_changes_nothing,
    rows_do_not_meet,
    padding_may_be_long,
    no_steps_keep_the_state,
    a_batch_may_be_empty,
    the_first_state_is_zero,
    nothing_is_kept,
    a_trace_changes_nothing,
    gradients_are_true,
    saving_keeps_everything,
)
FORWARD_LAWS = (whole_is_step_by_step, any_split_is_the_same, a_step_can_be_traced)  # where goes_step_by_step
FUSED_LAWS = (implementations_agree,)  # where is_fused


# ------------------------------------------------------------------------------------------------ laws of cells


def one_step(cell: Cell, x: Tensor, state: Any) -> tuple[Any, ...]:
    step = cell(x, state)
    return (step.output, step.state, tuple(step.gates.values()))


def sample_step(cell: Cell) -> tuple[Tensor, Any]:
    """Inputs [3, I] and a state that is not zero."""
    state = map_state(lambda part: random_like(cell, *part.shape, seed=1), cell.initial_state(3))
    return random_like(cell, 3, cell.input_size), state


def a_step_is_whole(make: Callable[[], Cell]) -> None:
    """The output is the new hidden state; every gate is [B, H] and no activation leaves its range."""
    cell = built(make)
    step = cell(*sample_step(cell))
    assert step.output is step.state.hidden
    for name, gate in step.gates.items():
        assert gate.shape == step.output.shape, name
        assert name in cell.unbounded or gate.abs().max() < 1, name


def cell_rows_do_not_meet(make: Callable[[], Cell]) -> None:
    cell = built(make)
    given = sample_step(cell)

    def alone(cell: Cell, x: Tensor, state: Any) -> Any:
        steps = [one_step(cell, *select_rows((x, state), torch.tensor([b]))) for b in range(len(x))]
        return map_state(lambda *rows: torch.cat(rows), *steps)

    assert_same(observe(alone, cell, *given), observe(one_step, cell, *given))


def a_cell_keeps_nothing(make: Callable[[], Cell]) -> None:
    cell = built(make)
    x, state = sample_step(cell)
    expected = observe(one_step, cell, x, state)
    one_step(cell, 2 * x, state)
    assert_same(observe(one_step, cell, x, state), expected, tolerance=0)


def cell_gradients_are_true(make: Callable[[], Cell]) -> None:
    """Against finite differences in double precision, entry by entry."""
    cell = built(make, dtype=torch.float64)
    x, state = sample_step(cell)
    assert_gradients(cell, lambda cell, x, *start: cell(x, like(state, start))[:2], x, state, entry_by_entry=True)


def saving_keeps_the_cell(make: Callable[[], Cell]) -> None:
    cell, other = built(make), built(make, seed=1)
    given = sample_step(cell)
    assert_saved_alike(cell, other, one_step, given)


CELL_LAWS = (
    a_step_is_whole,
    cell_rows_do_not_meet,
    a_cell_keeps_nothing,
    cell_gradients_are_true,
    saving_keeps_the_cell,
)


# ------------------------------------------------------------------------------------------------ laws of attention


def look(attention: Attention, queries: Tensor, values: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    attended = attention(queries, attention.prepare(Padded(values, lengths)))
    return attended.context, attended.weights


def weights_share_the_source(make: Callable[[], Attention]) -> None:
    """They are not negative, sum to 1 over the source, and are 0 on padding; the context is their weighted sum."""
    attention = built(make)
    queries, values, lengths = sample_look(attention)
    context, weights = look(attention, queries, values, lengths)
    assert weights.shape == (*queries.shape[:2], values.shape[1])
    assert (weights >= 0).all()
    assert not weights.masked_select(padding(values, lengths).transpose(1, 2)).any()
    assert_close(weights.sum(-1), (lengths > 0).float()[:, None].expand(weights.shape[:2]))
    assert_close(context, torch.einsum("bts, bsv -> btv", weights, values))


def nothing_to_look_at_gives_zero(make: Callable[[], Attention]) -> None:
    """A source of padding alone: zeros, and gradients of zero."""
    attention = built(make)
    queries, values, _ = sample_look(attention)
    seen = observe(look, attention, queries, values, torch.zeros(len(values), dtype=torch.int64))
    assert_same(seen, {name: torch.zeros_like(tensor) for name, tensor in seen.items()}, tolerance=0)
    context, weights = look(attention, queries, values[:, :0], torch.zeros(len(values), dtype=torch.int64))
    assert weights.shape[-1] == 0
    assert not context.any()


def padding_is_not_looked_at(make: Callable[[], Attention]) -> None:
    """Whatever stands on the padding, to the last bit."""
    attention = built(make)
    queries, values, lengths = sample_look(attention)
    outside = padding(values, lengths)
    expected = observe(look, attention, queries, values.masked_fill(outside, 0), lengths)
    for fill in (float("nan"), float("inf"), -1e30):
        seen = observe(look, attention, queries, values.masked_fill(outside, fill), lengths)
        assert_same(seen, expected, tolerance=0)


def sources_do_not_meet(make: Callable[[], Attention]) -> None:
    """A row gives in a batch what it gives alone, and a row of the memory can be taken for that of its batch."""
    attention = built(make)
    given = sample_look(attention)

    def alone(attention: Attention, queries: Tensor, values: Tensor, lengths: Tensor) -> Any:
        rows: list[tuple[Tensor, Tensor]] = []
        for b, length in enumerate(lengths.tolist()):
            row = look(attention, queries[b : b + 1], values[b : b + 1, :length], lengths[b : b + 1])
            rows.append((row[0], nn.functional.pad(row[1], (0, values.shape[1] - length))))
        return map_state(lambda *rows: torch.cat(rows), *rows)

    def selected(attention: Attention, queries: Tensor, values: Tensor, lengths: Tensor) -> Any:
        order = torch.tensor([2, 0, 3, 1])
        memory = select_rows(attention.prepare(Padded(values, lengths)), order)
        return select_rows(tuple(attention(queries[order], memory)), order.argsort())

    expected = observe(look, attention, *given)
    for run in (alone, selected):
        assert_same(observe(run, attention, *given), expected)


def queries_do_not_meet(make: Callable[[], Attention]) -> None:
    """All queries at once give what they give one after the other."""
    attention = built(make)

    def one_by_one(attention: Attention, queries: Tensor, values: Tensor, lengths: Tensor) -> Any:
        memory = attention.prepare(Padded(values, lengths))
        looks = [tuple(attention(query[:, None], memory)) for query in queries.unbind(1)]
        return map_state(lambda *each: torch.cat(each, 1), *looks)

    given = sample_look(attention)
    assert_same(observe(one_by_one, attention, *given), observe(look, attention, *given))


def weights_follow_their_values(make: Callable[[], Attention]) -> None:
    """The source in another order gives the weights in that order and the same context. Not for LOOKS_AT_PLACES."""
    attention = built(make)
    queries, values, _ = sample_look(attention)
    lengths = torch.full((len(values),), values.shape[1])
    order = torch.tensor([3, 0, 5, 1, 4, 2])

    def permuted(attention: Attention, queries: Tensor, values: Tensor, lengths: Tensor) -> Any:
        context, weights = look(attention, queries, values[:, order], lengths)
        return context, weights[:, :, order.argsort()]

    given = (queries, values, lengths)
    assert_same(observe(permuted, attention, *given), observe(look, attention, *given))


def great_scores_are_no_trouble(make: Callable[[], Attention]) -> None:
    """Queries and values of a thousand: no NaN, and padding wins nothing where all scores are far below zero."""
    attention = built(make)
    queries, values, lengths = sample_look(attention)
    seen = observe(look, attention, 1000 * queries, 1000 * values, lengths)
    assert all(tensor.isfinite().all() for tensor in seen.values())
    assert_close(seen["result 1"].sum(-1), (lengths > 0).float()[:, None].expand(len(lengths), 3))


def look_gradients_are_true(make: Callable[[], Attention]) -> None:
    """Against finite differences in double precision, entry by entry."""
    attention = built(make, dtype=torch.float64)
    queries, values, lengths = sample_look(attention)
    queries, values, lengths = queries[:, :2].double(), values[:, :3].double(), lengths.clamp(max=3)
    run: Any = lambda attention, queries, values: look(attention, queries, values, lengths)  # noqa: E731
    assert_gradients(attention, run, queries, values, entry_by_entry=True)


def an_attention_keeps_nothing(make: Callable[[], Attention]) -> None:
    attention = built(make)
    queries, values, lengths = sample_look(attention)
    expected = observe(look, attention, queries, values, lengths)
    look(attention, 2 * queries, values - 1, lengths)
    assert_same(observe(look, attention, queries, values, lengths), expected, tolerance=0)


def saving_keeps_the_attention(make: Callable[[], Attention]) -> None:
    attention, other = built(make), built(make, seed=1)
    given = sample_look(attention)
    assert_saved_alike(attention, other, look, given)


ATTENTION_LAWS = (
    weights_share_the_source,
    nothing_to_look_at_gives_zero,
    padding_is_not_looked_at,
    sources_do_not_meet,
    queries_do_not_meet,
    weights_follow_their_values,
    great_scores_are_no_trouble,
    look_gradients_are_true,
    an_attention_keeps_nothing,
    saving_keeps_the_attention,
)


# ------------------------------------------------------------------------------------------------ laws of poolings


def sample_pooled(pooling: Pooling) -> tuple[Tensor, Tensor]:
    """Values [B, T, H] (noise on the padding) and lengths [B]."""
    return random_like(pooling, len(LENGTHS), max(LENGTHS), pooling.size), torch.tensor(LENGTHS)


def pool(pooling: Pooling, values: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    pooled = pooling(Padded(values, lengths))
    return pooled.values, pooled.weights.to(values.dtype)


def padding_is_not_pooled(make: Callable[[], Pooling]) -> None:
    """Whatever stands on the padding, to the last bit."""
    pooling = built(make)
    values, lengths = sample_pooled(pooling)
    outside = padding(values, lengths)
    expected = observe(pool, pooling, values.masked_fill(outside, 0), lengths)
    for fill in (float("nan"), float("inf"), 1e30, -1e30):
        assert_same(observe(pool, pooling, values.masked_fill(outside, fill), lengths), expected, tolerance=0)


def pooled_rows_do_not_meet(make: Callable[[], Pooling]) -> None:
    """A row gives in a batch what it gives alone, wherever it stands and however far it is padded."""
    pooling = built(make)
    given = sample_pooled(pooling)

    def alone(pooling: Pooling, values: Tensor, lengths: Tensor) -> Any:
        rows: list[tuple[Tensor, Tensor]] = []
        for b, length in enumerate(lengths.tolist()):
            row = pool(pooling, values[b : b + 1, :length], lengths[b : b + 1])
            rows.append((row[0], nn.functional.pad(row[1], (0, values.shape[1] - length))))
        return map_state(lambda *rows: torch.cat(rows), *rows)

    def further(pooling: Pooling, values: Tensor, lengths: Tensor) -> Any:
        pooled, weights = pool(pooling, nn.functional.pad(values, (0, 0, 0, 3)), lengths)
        return pooled, weights[:, : values.shape[1]]

    def reordered(pooling: Pooling, values: Tensor, lengths: Tensor) -> Any:
        order = torch.arange(len(lengths)).roll(1)
        return select_rows(pool(pooling, *select_rows((values, lengths), order)), order.argsort())

    expected = observe(pool, pooling, *given)
    for run in (alone, further, reordered):
        assert_same(observe(run, pooling, *given), expected)


def pooled_weights_share_the_steps(make: Callable[[], Pooling]) -> None:
    """They are not negative, sum to 1 in a row that has steps, and are 0 on padding."""
    pooling = built(make)
    values, lengths = sample_pooled(pooling)
    pooled, weights = pool(pooling, values, lengths)
    assert pooled.shape == (len(values), pooling.size)
    assert weights.shape == values.shape[:2]
    assert (weights >= 0).all()
    assert not weights.masked_select(padding(values, lengths)[..., 0]).any()
    assert_close(weights.sum(-1), (lengths > 0).to(weights.dtype))


def no_steps_give_zero(make: Callable[[], Pooling]) -> None:
    """A row of padding alone, and a batch of no time: zeros, and gradients of zero."""
    pooling = built(make)
    values, _ = sample_pooled(pooling)
    none = torch.zeros(len(values), dtype=torch.int64)
    seen = observe(pool, pooling, values, none)
    assert_same(seen, {name: torch.zeros_like(tensor) for name, tensor in seen.items()}, tolerance=0)
    pooled, weights = pool(pooling, values[:, :0], none)
    assert weights.shape == (len(values), 0)
    assert pooled.shape == (len(values), pooling.size)
    assert not pooled.any()


def pooling_follows_its_values(make: Callable[[], Pooling]) -> None:
    """The steps in another order give the same, and their weights in that order. Not where it GOES_BY_PLACES."""
    pooling = built(make)
    values, _ = sample_pooled(pooling)
    order = torch.tensor([3, 0, 5, 1, 4, 2])

    def permuted(pooling: Pooling, values: Tensor, lengths: Tensor) -> Any:
        pooled, weights = pool(pooling, values[:, order], lengths)
        return pooled, weights[:, order.argsort()]

    given = (values, torch.full((len(values),), values.shape[1]))
    assert_same(observe(permuted, pooling, *given), observe(pool, pooling, *given))


def pooled_gradients_are_true(make: Callable[[], Pooling]) -> None:
    """Against finite differences in double precision, entry by entry."""
    pooling = built(make, dtype=torch.float64)
    values, lengths = sample_pooled(pooling)
    run: Any = lambda pooling, values: pool(pooling, values, lengths)  # noqa: E731
    assert_gradients(pooling, run, values.double(), (), entry_by_entry=True)


def a_pooling_keeps_nothing(make: Callable[[], Pooling]) -> None:
    """A call depends on what it is given, not on the calls before; and it leaves what it is given alone."""
    pooling = built(make)
    values, lengths = sample_pooled(pooling)
    before = values.clone()
    expected = observe(pool, pooling, values, lengths)
    pool(pooling, 2 * values, lengths)
    assert_same(observe(pool, pooling, values, lengths), expected, tolerance=0)
    assert_close(values, before, rtol=0, atol=0)


def saving_keeps_the_pooling(make: Callable[[], Pooling]) -> None:
    pooling, other = built(make), built(make, seed=1)
    assert_saved_alike(pooling, other, pool, sample_pooled(pooling))


POOLING_LAWS = (
    padding_is_not_pooled,
    pooled_rows_do_not_meet,
    pooled_weights_share_the_steps,
    no_steps_give_zero,
    pooling_follows_its_values,
    pooled_gradients_are_true,
    a_pooling_keeps_nothing,
    saving_keeps_the_pooling,
)


# ------------------------------------------------------------------------------------------------ laws of feed-forward


def answered(network: FeedForward, x: Tensor) -> tuple[Tensor, ...]:
    return (network(x), *network.inside(x))


def every_step_is_read_by_itself(make: Callable[[], FeedForward]) -> None:
    """Inputs in any shape [..., I] give what they give one by one; the last of `inside` is what the output reads."""
    network = built(make)
    x = random_like(network, 2, 3, 3)

    def alone(network: FeedForward, x: Tensor) -> Any:
        rows = [answered(network, row) for row in x.flatten(0, 1)]
        return tuple(torch.stack(parts).view(2, 3, -1) for parts in zip(*rows, strict=True))

    assert_same(observe(alone, network, x), observe(answered, network, x))
    assert_close(network.output(network.inside(x)[-1]), network(x))


def feed_forward_gradients_are_true(make: Callable[[], FeedForward]) -> None:
    """Against finite differences in double precision, entry by entry."""
    network = built(make, dtype=torch.float64)
    assert_gradients(network, answered, random_like(network, 2, 3), (), entry_by_entry=True)


def saving_keeps_the_feed_forward(make: Callable[[], FeedForward]) -> None:
    network, other = built(make), built(make, seed=1)
    assert_saved_alike(network, other, answered, (random_like(network, 2, 3),))


FEED_FORWARD_LAWS = (every_step_is_read_by_itself, feed_forward_gradients_are_true, saving_keeps_the_feed_forward)


# ------------------------------------------------------------------------------------------------ shared by the laws


def like(state: Any, flat: tuple[Tensor, ...]) -> Any:
    """The tensors of `flat` in the shape of the tree `state`."""
    remaining = iter(flat)
    return map_state(lambda _: next(remaining), state)


def assert_gradients(
    module: nn.Module, run: Callable[..., Any], x: Tensor, state: Any, *, entry_by_entry: bool = False
) -> None:
    """Gradients of `run(module, x, *leaves of state)` by x, the state and every parameter."""
    names, parameters = zip(*module.named_parameters(), strict=True) if list(module.parameters()) else ((), ())
    given = [part.clone().requires_grad_() for part in (x, *leaves(state), *parameters)]
    count = len(given) - len(names)

    class Run(nn.Module):  # functional_call needs a module whose forward is `run`
        def __init__(self) -> None:
            super().__init__()
            self.inner = module

        def forward(self, *arguments: Tensor) -> Tensor:
            return torch.cat([tensor.flatten() for tensor in tensors_of(run(self.inner, *arguments))])

    def function(*arguments: Tensor) -> Tensor:
        weights = {f"inner.{name}": weight for name, weight in zip(names, arguments[count:], strict=True)}
        return functional_call(Run(), weights, arguments[:count])

    try:
        gradcheck(function, given, fast_mode=not entry_by_entry, check_undefined_grad=False)
    except RuntimeError as error:  # the kind that gradcheck raises
        raise AssertionError(str(error)) from error


def tensors_of(result: Any) -> list[Tensor]:
    """The differentiable tensors in a result: an Unrolled, or a tree."""
    if isinstance(result, Padded):
        return [result.values]
    if isinstance(result, Tensor):
        return [result] if result.requires_grad else []
    return [] if isinstance(result, dict) else [tensor for part in result for tensor in tensors_of(part)]


def assert_saved_alike(module: nn.Module, other: nn.Module, run: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """`other` reads what `module` writes as safetensors, and then gives the same to the last bit."""
    expected = observe(run, module, *given)
    other.load_state_dict(load(save(module.state_dict())))
    assert_same(observe(run, other, *given), expected, tolerance=0)
