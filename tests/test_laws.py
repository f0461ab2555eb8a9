"""Every row of the tables in laws.py keeps every law that applies to it; and the laws can fail."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

import laws
import pytest
import torch
from torch import Tensor, nn

from recurra import attention, cells, layers
from recurra.attention import Attended, Dot, Memory
from recurra.cells import GRU, LSTM, Elman, HiddenState, LSTMState, Step
from recurra.layers import Bidirectional, BothStates, Convolution, FeedForward, Pooled, Pooling, Recurrent, Unrolled
from recurra.layers.kernels.elman import ElmanKernel
from recurra.layers.kernels.lstm import LSTMKernel
from recurra.layers.pooling import AttentionPooling, LastPooling, MaxPooling, MeanPooling
from recurra.padded import Padded


def named(part: Callable[..., Any]) -> str:
    return part.__name__


def hold(law: Callable[..., None], make: Callable[[], Any], *, exempt: bool) -> None:
    """The law is kept; by what is exempt from it, broken."""
    with pytest.raises(AssertionError) if exempt else nullcontext():
        law(make)


@pytest.mark.parametrize("law", laws.CELL_LAWS, ids=named)
@pytest.mark.parametrize("cell", laws.CELLS)
def test_cells(cell: str, law: Callable[..., None]) -> None:
    law(partial(laws.CELLS[cell], 3, 4))


@pytest.mark.parametrize("law", laws.LAYER_LAWS, ids=named)
@pytest.mark.parametrize("layer", laws.LAYERS)
def test_layers(layer: str, law: Callable[..., None]) -> None:
    law(laws.LAYERS[layer])


@pytest.mark.parametrize("law", laws.FORWARD_LAWS, ids=named)
@pytest.mark.parametrize("layer", [name for name, make in laws.LAYERS.items() if laws.goes_step_by_step(make())])
def test_layers_that_read_forward(layer: str, law: Callable[..., None]) -> None:
    law(laws.LAYERS[layer])


@pytest.mark.parametrize("law", laws.FUSED_LAWS, ids=named)
@pytest.mark.parametrize("layer", [name for name, make in laws.LAYERS.items() if laws.is_fused(make())])
def test_layers_with_a_fused_implementation(layer: str, law: Callable[..., None]) -> None:
    law(laws.LAYERS[layer])


@pytest.mark.parametrize("law", laws.ATTENTION_LAWS, ids=named)
@pytest.mark.parametrize("name", laws.ATTENTIONS)
def test_attentions(name: str, law: Callable[..., None]) -> None:
    exempt = law is laws.weights_follow_their_values and name in laws.LOOKS_AT_PLACES
    hold(law, laws.ATTENTIONS[name], exempt=exempt)


@pytest.mark.parametrize("law", laws.POOLING_LAWS, ids=named)
@pytest.mark.parametrize("name", laws.POOLINGS)
def test_poolings(name: str, law: Callable[..., None]) -> None:
    exempt = law is laws.pooling_follows_its_values and name in laws.GOES_BY_PLACES
    hold(law, laws.POOLINGS[name], exempt=exempt)


@pytest.mark.parametrize("law", laws.FEED_FORWARD_LAWS, ids=named)
@pytest.mark.parametrize("activation", laws.FEED_FORWARD)
def test_feed_forward(activation: str, law: Callable[..., None]) -> None:
    law(laws.FEED_FORWARD[activation])


def test_nothing_public_is_missing_from_the_tables() -> None:
    assert {type(make(1, 1)) for make in laws.CELLS.values()} == set(cells.CELLS.values())
    assert {name: type(make()) for name, make in laws.ATTENTIONS.items()} == attention.ATTENTIONS
    assert {type(make()) for make in laws.POOLINGS.values()} == set(layers.POOLINGS.values())
    assert set(laws.FEED_FORWARD) == set(cells.ACTIVATIONS)


# ------------------------------------------------------------------------------------------------ broken on purpose


def as_if_full(sequence: Padded) -> Padded:
    """The same values, as if there were no padding."""
    return Padded(sequence.values, torch.full_like(sequence.lengths, sequence.values.shape[1]))


def cleaned(sequence: Padded) -> Padded:
    """Zeros on the padding."""
    return sequence.with_values(sequence.values.masked_fill(~sequence.mask[..., None], 0.0))


class LeaksPaddingIntoState(Recurrent):
    """Steps on over the padding; the outputs there are zero, as they should be."""

    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        run = super().forward(as_if_full(cleaned(inputs)), state, trace=trace)
        return run._replace(outputs=inputs.with_values(run.outputs.values * inputs.mask[..., None]))


class LeavesOutputsOnPadding(Recurrent):
    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        run = super().forward(inputs, state, trace=trace)
        return run._replace(outputs=inputs.with_values(run.outputs.values + 1))


class MultipliesByTheMask(Recurrent):
    """0 times NaN is NaN."""

    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        masked = inputs.with_values(inputs.values * inputs.mask[..., None])
        return super().forward(as_if_full(masked), state, trace=trace)


class LeaksPaddingIntoGradients(Recurrent):
    """Values are right: `where` leaves out the NaN. Its gradient does not."""

    def __init__(self, cell: cells.Cell) -> None:
        super().__init__(cell)
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        scaled = torch.where(inputs.mask[..., None], inputs.values * self.scale, 0)
        return super().forward(inputs.with_values(scaled), state, trace=trace)


class ReversesPaddingToo(Bidirectional):
    def __init__(self, cell: cells.Cell) -> None:
        super().__init__(Recurrent(cell), Recurrent(copy.deepcopy(cell)))

    def forward(self, inputs: Padded, state: BothStates | None = None, *, trace: bool = False) -> Unrolled:
        state = self.initial_state(len(inputs.lengths)) if state is None else state
        clean = cleaned(inputs)
        back = self.back(clean.with_values(clean.values.flip(1)), state.backward)
        ahead = self.ahead(clean, state.forward)
        joined = torch.cat([ahead.outputs.values, back.outputs.values.flip(1)], -1) * inputs.mask[..., None]
        return Unrolled(inputs.with_values(joined), BothStates(ahead.state, back.state), {})


class RemembersTheLastCall(Recurrent):
    last: Any = None

    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        before = self.last if self.last is not None and len(self.last[0]) == len(inputs.lengths) else state
        run = super().forward(inputs, before, trace=trace)
        self.last = laws.map_state(Tensor.detach, run.state)
        return run


class ForgetsTheStateGiven(Recurrent):
    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        return super().forward(inputs, None, trace=trace)


class CutsTheGradient(Recurrent):
    """Values are right in every split; back-propagation ends where a part begins."""

    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        start = None if state is None else laws.map_state(Tensor.detach, state)
        return super().forward(inputs, start, trace=trace)


class LooksAhead(Recurrent):
    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        run = super().forward(inputs, state, trace=trace)
        future = run.outputs.values.flip(1).cumsum(1).flip(1)
        return run._replace(outputs=inputs.with_values(future))


class MixesRows(Recurrent):
    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        run = super().forward(inputs, state, trace=trace)
        centred = (run.outputs.values - run.outputs.values.mean(0)) * inputs.mask[..., None]
        return run._replace(outputs=inputs.with_values(centred))


class RoundsToSingle(Recurrent):
    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        run = super().forward(inputs, state, trace=trace)
        rounded = run.outputs.values.float().to(run.outputs.values.dtype)
        return run._replace(outputs=inputs.with_values(rounded) if self.fused else run.outputs)


class HidesAWeight(Recurrent):
    """Learned or drawn, but neither a parameter nor a buffer: no file will hold it."""

    def __init__(self, cell: cells.Cell) -> None:
        super().__init__(cell)
        self.scale = torch.rand(())

    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        run = super().forward(inputs, state, trace=trace)
        return run._replace(outputs=inputs.with_values(run.outputs.values * self.scale))


class ChangesItsInput(Recurrent):
    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        inputs.values.data.masked_fill_(~inputs.mask[..., None], 0)
        return super().forward(inputs, state, trace=trace)


class TracesPadding(Recurrent):
    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        run = super().forward(inputs, state, trace=trace)
        every = torch.full_like(inputs.lengths, inputs.values.shape[1])
        return run._replace(trace={place: replace(record, lengths=every) for place, record in run.trace.items()})


class HidesItsGates(Recurrent):
    def step(self, x: Tensor, state: Any, *, trace: bool = False) -> Step:
        return super().step(x, state)


class WrongSlope(torch.autograd.Function):
    """The identity with half its gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        return slope / 2


class WrongGradient(Recurrent):
    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        return super().forward(inputs.with_values(WrongSlope.apply(inputs.values)), state, trace=trace)


BROKEN_LAYERS: list[tuple[type[Any], Callable[[int, int], cells.Cell], Callable[..., None]]] = [
    (LeaksPaddingIntoState, GRU, laws.rows_do_not_meet),
    (LeaksPaddingIntoState, LSTM, laws.whole_is_step_by_step),
    (LeaksPaddingIntoState, LSTM, laws.no_steps_keep_the_state),
    (LeaksPaddingIntoState, partial(Elman, activation="relu"), laws.padding_may_be_long),
    (LeavesOutputsOnPadding, GRU, laws.padding_changes_nothing),
    (MultipliesByTheMask, LSTM, laws.padding_changes_nothing),
    (LeaksPaddingIntoGradients, LSTM, laws.padding_changes_nothing),
    (ReversesPaddingToo, GRU, laws.rows_do_not_meet),
    (ReversesPaddingToo, LSTM, laws.rows_do_not_meet),
    (RemembersTheLastCall, GRU, laws.nothing_is_kept),
    (RemembersTheLastCall, LSTM, laws.the_first_state_is_zero),
    (ForgetsTheStateGiven, GRU, laws.whole_is_step_by_step),
    (ForgetsTheStateGiven, GRU, laws.any_split_is_the_same),
    (CutsTheGradient, LSTM, laws.any_split_is_the_same),
    (CutsTheGradient, LSTM, laws.whole_is_step_by_step),
    (LooksAhead, GRU, laws.whole_is_step_by_step),
    (LooksAhead, GRU, laws.any_split_is_the_same),
    (MixesRows, GRU, laws.rows_do_not_meet),
    (RoundsToSingle, GRU, laws.implementations_agree),
    (RoundsToSingle, GRU, laws.gradients_are_true),
    (HidesAWeight, GRU, laws.saving_keeps_everything),
    (ChangesItsInput, GRU, laws.nothing_is_kept),
    (TracesPadding, GRU, laws.a_trace_changes_nothing),
    (HidesItsGates, GRU, laws.a_step_can_be_traced),
    (WrongGradient, GRU, laws.gradients_are_true),
    (WrongGradient, GRU, laws.whole_is_step_by_step),
]


@pytest.mark.parametrize(("kind", "cell", "law"), BROKEN_LAYERS, ids=lambda part: getattr(part, "__name__", "relu"))
def test_broken_layers_are_caught(kind: type[Any], cell: Callable[..., cells.Cell], law: Callable[..., None]) -> None:
    with pytest.raises(AssertionError):
        law(lambda: kind(cell(3, 4)))


def test_padding_that_is_not_shut_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    for kernel in (LSTMKernel, ElmanKernel):
        monkeypatch.setattr(kernel, "shut", lambda kernel, cell: ())
    with pytest.raises(AssertionError):
        laws.implementations_agree(lambda: Recurrent(LSTM(3, 4)))
    with pytest.raises(AssertionError):
        laws.padding_may_be_long(lambda: Recurrent(Elman(3, 4, "relu")))


class HalvesTheGate(LSTM):
    """Its gates are not those it used."""

    def forward(self, x: Tensor, state: LSTMState) -> Step:
        step = super().forward(x, state)
        return step._replace(gates={name: gate * 2 for name, gate in step.gates.items()})


class MixesBatch(Elman):
    def forward(self, x: Tensor, state: HiddenState) -> Step:
        return super().forward(x - x.mean(0), state)


class CountsCalls(Elman):
    calls = 0

    def forward(self, x: Tensor, state: HiddenState) -> Step:
        self.calls += 1
        return super().forward(x * self.calls, state)


class CutsTheState(Elman):
    def forward(self, x: Tensor, state: HiddenState) -> Step:
        return super().forward(x, HiddenState(state.hidden.detach()))


BROKEN_CELLS: list[tuple[type[cells.Cell], Callable[..., None]]] = [
    (HalvesTheGate, laws.a_step_is_whole),
    (MixesBatch, laws.cell_rows_do_not_meet),
    (CountsCalls, laws.a_cell_keeps_nothing),
    (CutsTheState, laws.cell_gradients_are_true),
]


@pytest.mark.parametrize(("kind", "law"), BROKEN_CELLS, ids=named)
def test_broken_cells_are_caught(kind: type[cells.Cell], law: Callable[..., None]) -> None:
    with pytest.raises(AssertionError):
        law(lambda: kind(3, 4))


class SeesPadding(Dot):
    """Padding is zero in the memory, so its score is 0: a weight all the same."""

    def forward(self, query: Tensor, memory: Memory) -> Attended:
        weights = torch.softmax(self.score(query, memory.keys), -1)
        return Attended(weights @ memory.values, weights)


class MasksAfterwards(Dot):
    """Weights on padding are 0, but what they took is missing from the others."""

    def forward(self, query: Tensor, memory: Memory) -> Attended:
        weights = torch.softmax(self.score(query, memory.keys), -1) * memory.mask[:, None]
        return Attended(weights @ memory.values, weights)


class MinusInfinity(Dot):
    """A softmax over nothing but minus infinity is NaN."""

    def forward(self, query: Tensor, memory: Memory) -> Attended:
        scores = self.score(query, memory.keys).masked_fill(~memory.mask[:, None], float("-inf"))
        weights = torch.softmax(scores, -1)
        return Attended(weights @ memory.values, weights)


class AddsMinusInfinity(Dot):
    """Zeros in place of NaN: the values are right, the gradients are not."""

    def forward(self, query: Tensor, memory: Memory) -> Attended:
        scores = self.score(query, memory.keys) + memory.mask[:, None].to(query.dtype).log()
        weights = torch.softmax(scores, -1).nan_to_num(0)
        return Attended(weights @ memory.values, weights)


class KeepsPaddingInMemory(Dot):
    def prepare(self, source: Padded) -> Memory:
        return Memory(source.values, source.values, source.mask)


class LikesTheFirst(Dot):
    def score(self, query: Tensor, keys: Tensor) -> Tensor:
        return super().score(query, keys) - torch.arange(keys.shape[1])


class SharesAmongQueries(Dot):
    def score(self, query: Tensor, keys: Tensor) -> Tensor:
        scores = super().score(query, keys)
        return scores - scores.mean(1, keepdim=True)


class SharesAmongRows(Dot):
    def score(self, query: Tensor, keys: Tensor) -> Tensor:
        return super().score(query - query.mean(0), keys)


class ExponentiatesByHand(Dot):
    def forward(self, query: Tensor, memory: Memory) -> Attended:
        powers = self.score(query, memory.keys).exp() * memory.mask[:, None]
        weights = powers / powers.sum(-1, keepdim=True).clamp(min=1e-30)
        return Attended(weights @ memory.values, weights)


BROKEN_ATTENTIONS: list[tuple[type[Dot], Callable[..., None]]] = [
    (SeesPadding, laws.weights_share_the_source),
    (SeesPadding, laws.sources_do_not_meet),
    (MasksAfterwards, laws.weights_share_the_source),
    (MasksAfterwards, laws.sources_do_not_meet),
    (MinusInfinity, laws.nothing_to_look_at_gives_zero),
    (AddsMinusInfinity, laws.nothing_to_look_at_gives_zero),
    (KeepsPaddingInMemory, laws.padding_is_not_looked_at),
    (LikesTheFirst, laws.weights_follow_their_values),
    (SharesAmongQueries, laws.queries_do_not_meet),
    (SharesAmongRows, laws.sources_do_not_meet),
    (ExponentiatesByHand, laws.great_scores_are_no_trouble),
]


@pytest.mark.parametrize(("kind", "law"), BROKEN_ATTENTIONS, ids=named)
def test_broken_attentions_are_caught(kind: type[Dot], law: Callable[..., None]) -> None:
    with pytest.raises(AssertionError):
        law(lambda: kind(5, 5))


class ReadsPaddingInItsWindows(Convolution):
    """Zero where padding is written, but the windows at a row's end have seen it."""

    def forward(self, inputs: Padded, state: Any = None, *, trace: bool = False) -> Unrolled:
        run = super().forward(as_if_full(inputs), state, trace=trace)
        return run._replace(outputs=inputs.with_values(run.outputs.values * inputs.mask[..., None]))


@pytest.mark.parametrize("law", [laws.padding_changes_nothing, laws.rows_do_not_meet], ids=named)
def test_windows_over_padding_are_caught(law: Callable[..., None]) -> None:
    with pytest.raises(AssertionError):
        law(lambda: ReadsPaddingInItsWindows(3, 2, (2, 3)))


class LastOfAll(LastPooling):
    """Its last step is that of the batch, not of the row."""

    def forward(self, sequence: Padded) -> Pooled:
        return super().forward(as_if_full(sequence))


class MeanOfAll(MeanPooling):
    """Padding counts as steps of zero."""

    def forward(self, sequence: Padded) -> Pooled:
        return super().forward(as_if_full(cleaned(sequence)))


class MaxWithPadding(MaxPooling):
    """The zeros on the padding win where all values are negative."""

    def forward(self, sequence: Padded) -> Pooled:
        return super().forward(as_if_full(cleaned(sequence)))


class LooksAtPadding(AttentionPooling):
    def forward(self, sequence: Padded) -> Pooled:
        return super().forward(as_if_full(cleaned(sequence)))


class LeavesEmptyRows(MaxPooling):
    """Rows without steps keep the lowest number."""

    def forward(self, sequence: Padded) -> Pooled:
        values = sequence.values.masked_fill(~sequence.mask[..., None], -1e38)
        return super().forward(sequence)._replace(values=values.amax(1))


class WeighsAllAlike(LastPooling):
    def forward(self, sequence: Padded) -> Pooled:
        return super().forward(sequence)._replace(weights=torch.ones_like(sequence.values[..., 0]))


BROKEN_POOLINGS: list[tuple[type[Pooling], Callable[..., None]]] = [
    (LastOfAll, laws.padding_is_not_pooled),
    (LastOfAll, laws.pooled_rows_do_not_meet),
    (MeanOfAll, laws.pooled_rows_do_not_meet),
    (MeanOfAll, laws.pooled_weights_share_the_steps),
    (MaxWithPadding, laws.pooled_rows_do_not_meet),
    (LooksAtPadding, laws.pooled_rows_do_not_meet),
    (LooksAtPadding, laws.no_steps_give_zero),
    (LeavesEmptyRows, laws.no_steps_give_zero),
    (WeighsAllAlike, laws.pooled_weights_share_the_steps),
]


@pytest.mark.parametrize(("kind", "law"), BROKEN_POOLINGS, ids=named)
def test_broken_poolings_are_caught(kind: type[Pooling], law: Callable[..., None]) -> None:
    with pytest.raises(AssertionError):
        law(lambda: kind(5))


class KnowsItsNeighbours(FeedForward):
    def inside(self, x: Tensor) -> list[Tensor]:
        return super().inside(x - x.mean(0))


def test_a_broken_feed_forward_network_is_caught() -> None:
    with pytest.raises(AssertionError):
        laws.every_step_is_read_by_itself(lambda: KnowsItsNeighbours(3, 4, 2))
