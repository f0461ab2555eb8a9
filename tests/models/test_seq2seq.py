"""Laws of the encoder-decoder: its two doors give the same, and neither padding nor neighbours matter."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
import torch

from recurra.decoding import StepModel
from recurra.layers import Recorded, placed
from recurra.models import ModelOptions, Seq2Seq, build_seq2seq, copy_table
from recurra.models.decoder import Decoded
from recurra.models.encoder import Marks
from recurra.models.search import search_model
from recurra.padded import Padded, pad, select_rows
from recurra.text.columns import SEPARATOR_ID
from recurra.text.special import EOS, GO

SOURCE, TARGET = 11, 9
VARIANTS = {
    "default": {},
    "elman": {"cell": "elman"},
    "gru": {"cell": "gru", "layers": 3},
    "one layer": {"layers": 1},
    "unidirectional": {"bidirectional": False},
    "dot": {"attention": "dot"},
    "scaled-dot": {"attention": "scaled-dot"},
    "additive": {"attention": "additive"},
    "none": {"attention": "none"},
    "mean bridge": {"bridge": "mean"},
    "zero bridge": {"bridge": "zero"},
    "learned bridge": {"bridge": "learned"},
    "residual": {"residual": True, "layers": 3},
    "input feeding": {"input_feeding": True},
    "copy": {"copy": True},
    "copy, one layer, fed": {"copy": True, "layers": 1, "input_feeding": True},
    "untied": {"tie_embeddings": False},
    "match": {"match": True},
    "match, copy": {"match": True, "copy": True},
}


def network(**options: object) -> Seq2Seq:
    torch.manual_seed(0)
    chosen = ModelOptions(width=8, **{"match": False, **options})  # pyright: ignore
    copies = None
    if chosen.copy:
        copies = copy_table([f"s{i}" for i in range(SOURCE)], {f"s{i}": i for i in range(4, TARGET)})
    model = build_seq2seq(chosen, SOURCE, TARGET, copies, SEPARATOR_ID).double().eval()
    if model.encoder.marks is not None:
        torch.nn.init.normal_(model.encoder.marks.vector)  # it begins as zero, and would show nothing
    return model


def batch() -> tuple[Padded, Padded]:
    generator = torch.Generator().manual_seed(1)
    source = [torch.randint(4, SOURCE, (n,), generator=generator) for n in (5, 2, 7)]
    target = [torch.randint(4, TARGET, (n,), generator=generator) for n in (3, 6, 1)]
    return (
        pad([torch.cat([row, torch.tensor([EOS])]) for row in source]),
        pad([torch.cat([torch.tensor([GO]), row]) for row in target]),
    )


def rows_of(scores: torch.Tensor, target: Padded) -> list[torch.Tensor]:
    """The log-probabilities of each row's real positions."""
    return list(torch.log_softmax(scores, -1).split(target.lengths.tolist()))


@pytest.fixture(params=VARIANTS, name="model")
def each_variant(request: pytest.FixtureRequest) -> Seq2Seq:
    return network(**VARIANTS[request.param])


@pytest.mark.parametrize("steps", [lambda model: model, search_model], ids=["plain", "prepared"])
def test_all_steps_at_once_equal_one_step_at_a_time(model: Seq2Seq, steps: Callable[[Seq2Seq], StepModel]) -> None:
    source, target = batch()
    whole = rows_of(model(source, target), target)
    stepping = steps(model)
    start = stepping.start(source)
    state = start.state
    for t in range(target.values.shape[1]):
        scored = stepping.step(target.values[:, t], state, start.memory)
        state = scored.state
        for b, row in enumerate(whole):
            if t < len(row):
                torch.testing.assert_close(scored.log_probs[b], row[t])


def test_a_row_alone_equals_the_row_in_a_batch(model: Seq2Seq) -> None:
    source, target = batch()
    together = rows_of(model(source, target), target)
    for b, (s, t) in enumerate(zip(source.lengths.tolist(), target.lengths.tolist(), strict=True)):
        alone_source = Padded(source.values[b : b + 1, :s], source.lengths[b : b + 1])
        alone_target = Padded(target.values[b : b + 1, :t], target.lengths[b : b + 1])
        torch.testing.assert_close(rows_of(model(alone_source, alone_target), alone_target)[0], together[b])


def test_what_stands_in_padding_changes_nothing(model: Seq2Seq) -> None:
    source, target = batch()
    other = Padded(source.values.masked_fill(~source.mask, 7), source.lengths)
    torch.testing.assert_close(model(other, target), model(source, target))


def test_hypotheses_of_a_beam_share_the_memory(model: Seq2Seq) -> None:
    """K rows per source against one memory row equal K copies of the source."""
    source, _ = batch()
    repeat = torch.arange(3).repeat_interleave(2)
    previous = torch.tensor([4, 5, 6, 7, 8, 4])
    shared = model.start(source)
    shared_state = select_rows(shared.state, repeat)
    copied = model.start(Padded(source.values[repeat], source.lengths[repeat]))
    torch.testing.assert_close(
        model.step(previous, shared_state, shared.memory).log_probs,
        model.step(previous, copied.state, copied.memory).log_probs,
    )


def test_log_probabilities_sum_to_one(model: Seq2Seq) -> None:
    source, target = batch()
    start = model.start(source)
    probabilities = model.step(target.values[:, 0], start.state, start.memory).log_probs.exp()
    torch.testing.assert_close(probabilities.sum(-1), torch.ones(3, dtype=torch.float64))


def test_every_weight_gets_a_gradient(model: Seq2Seq) -> None:
    source, target = batch()
    rows = rows_of(model(source, target), target)
    torch.cat(rows)[:, 5].sum().backward()
    without = [name for name, weight in model.named_parameters() if weight.grad is None]
    assert without == []


def traced_run(model: Seq2Seq, source: Padded, target: Padded) -> tuple[Decoded, dict[str, Recorded]]:
    """A known target with all that happens on the way."""
    encoded = model.encoder(source, trace=True)
    start = model.start_from(source, encoded)
    decoded = model.decoder(target, start.state, start.memory.encoded, trace=True)
    return decoded, placed("encoder", encoded.trace) | placed("decoder", decoded.trace)


@pytest.mark.parametrize("name", ["default", "gru", "elman", "one layer", "input feeding", "copy, one layer, fed"])
def test_tracing_takes_the_reference_implementation_and_gives_the_same(name: str) -> None:
    model = network(**VARIANTS[name])
    source, target = batch()
    start = model.start(source)
    fast = model.decoder(target, start.state, start.memory.encoded)
    traced, inside = traced_run(model, source, target)
    torch.testing.assert_close(traced.features[target.mask], fast.features[target.mask])
    torch.testing.assert_close(traced.weights[target.mask], fast.weights[target.mask])
    places = {key.split(".")[0] for key in inside}
    assert places == {"encoder", "decoder"}
    decoders = [record.before for place, record in inside.items() if place.startswith("decoder")]
    for before, state in zip(decoders, start.state.layers, strict=True):
        torch.testing.assert_close(before["hidden"], state.hidden)
    for place, record in inside.items():
        read = source if place.startswith("encoder") else target
        assert record.lengths.equal(read.lengths)
        assert all(len(steps) == read.values.shape[1] for steps in (*record.gates.values(), *record.states.values()))


def test_tokens_that_two_columns_have_are_marked() -> None:
    a, b, c, d = 5, 6, 7, 8
    rows = [[a, b, 4, c, a, b, b, EOS], [a, a, EOS], [a, 4, a, 4, d, EOS], [4, 4, EOS]]
    source = pad([torch.tensor(row) for row in rows])
    marked = Marks(2, separator=4).matches(source.with_values(source.values.masked_fill(~source.mask, a)))
    expected = [[1, 1, 0, 0, 1, 1, 1, 0], [0, 0, 0], [1, 0, 1, 0, 0, 0], [0, 0, 0]]
    for row, wanted in zip(marked.tolist(), expected, strict=True):
        assert row == [bool(one) for one in wanted] + [False] * (8 - len(wanted))


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_fed_decoder_shows_the_gates_that_an_unfed_one_shows(layers: int) -> None:
    source, target = batch()
    fed, unfed = (
        traced_run(network(input_feeding=feeding, layers=layers), source, target)[1] for feeding in (True, False)
    )
    assert fed.keys() == unfed.keys()
    assert sum(place.startswith("decoder") for place in fed) == layers
    for place, record in fed.items():
        assert (list(record.gates), list(record.states)) == (list(unfed[place].gates), list(unfed[place].states))
        assert record.cell is not None


def test_copying_puts_the_attention_on_the_copied_tokens() -> None:
    """With the gate shut to the vocabulary, p(w) is the weight on the source positions that are w."""
    model = network(copy=True)
    model.decoder.output.gate.bias.data.fill_(-60.0)  # pyright: ignore
    source, target = batch()
    start = model.start(source)
    scored = model.step(target.values[:, 0], start.state, start.memory)
    assert scored.attention is not None
    assert model.copy_ids is not None
    for b, w in itertools.product(range(3), range(TARGET)):
        ids = model.copy_ids[source.values[b]]
        expected = scored.attention[b][(ids == w) & source.mask[b]].sum()
        torch.testing.assert_close(scored.log_probs[b, w].exp(), expected, atol=1e-12, rtol=1e-6)


def test_shared_weights_are_counted_once() -> None:
    tied, untied = network(), network(tie_embeddings=False)
    assert untied.parameter_count() - tied.parameter_count() == TARGET * 8
    assert untied.parameter_count() == sum(one.numel() for one in untied.state_dict().values())
