"""A prepared network gives the numbers of the network itself: its encoder, and every step of a search."""

from __future__ import annotations

import itertools

import pytest
import torch
from test_seq2seq import SOURCE, VARIANTS, batch, network

import recurra.models.reading
from recurra import cells
from recurra.attention import ATTENTIONS
from recurra.decoding import StepModel
from recurra.layers import Bidirectional, HeldRecurrent, HeldUnit, Recurrent, Stack
from recurra.models import Seq2Seq
from recurra.models.search import search_model
from recurra.padded import Padded, pad, select_rows
from recurra.text.special import EOS

CELLS: list[dict[str, object]] = [
    *({"cell": name} for name in cells.CELLS if name != "elman"),
    *({"cell": "elman", "activation": activation} for activation in cells.ACTIVATIONS),
]
PRODUCT = [
    {**cell, "attention": attention, "layers": layers, "input_feeding": feeding}
    for cell, attention, layers, feeding in itertools.product(CELLS, ATTENTIONS, (1, 2, 3), (False, True))
]


def stepped(model: StepModel, source: Padded) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Log-probabilities and weights of a third step by two hypotheses per source that have changed places."""
    start = model.start(source)
    state = model.step(torch.tensor([2, 2, 2]), start.state, start.memory).state
    state = select_rows(state, torch.arange(3).repeat_interleave(2))
    state = model.step(torch.tensor([4, 5, 6, 7, 8, 4]), state, start.memory).state
    scored = model.step(
        torch.tensor([8, 7, 6, 5, 4, 4]), select_rows(state, torch.tensor([1, 0, 2, 2, 5, 4])), start.memory
    )
    return scored.log_probs, scored.attention


def assert_alike(model: Seq2Seq) -> None:
    source, _ = batch()
    expected, prepared = stepped(model, source), search_model(model)
    torch.testing.assert_close(stepped(prepared, source), expected)
    prepared.first.table = None
    torch.testing.assert_close(stepped(prepared, source), expected)


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_every_cell_attention_and_depth_fed_or_not(attention: str) -> None:
    for options in PRODUCT:
        if options["attention"] == attention:
            assert_alike(network(**options))


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant(name: str) -> None:
    assert_alike(network(**VARIANTS[name]))


def test_what_is_folded_wrongly_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    doubled = "recurra.layers.kernels.prepared.doubled"
    monkeypatch.setattr(doubled, lambda cell, block: torch.ones_like(cell.bias_input))
    for cell in ("lstm", "gru"):
        with pytest.raises(AssertionError):
            assert_alike(network(cell=cell))


def sources() -> Padded:
    generator = torch.Generator().manual_seed(2)
    lengths = (5, 2, 7, 0, 7, 1)
    rows = [torch.randint(4, SOURCE, (n,), generator=generator) for n in lengths]
    padded = pad([torch.cat([row, torch.tensor([EOS])]) for row in rows])
    return Padded(padded.values.masked_fill(~padded.mask, 7), padded.lengths)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: "-".join(cell.values()))
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("bidirectional", [True, False])
def test_a_source_is_read_alike(
    cell: dict[str, object], layers: int, bidirectional: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outputs, padding included, and the states that the decoder starts from."""
    model = network(**cell, layers=layers, bidirectional=bidirectional, residual=True, match=True)
    reader = search_model(model).reader
    expected = model.encoder(sources())
    monkeypatch.setattr(recurra.models.reading, "MIN_ROWS", 1)
    monkeypatch.setattr(model, "encoder", None)  # it has to do without
    seen = reader.read(sources())
    torch.testing.assert_close(seen.outputs.values, expected.outputs.values)
    torch.testing.assert_close(seen.state, expected.state)


def test_a_large_vocabulary_and_few_rows_are_read_by_the_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    model = network()
    expected = model.encoder(sources())
    assert torch.equal(search_model(model).reader.read(sources()).outputs.values, expected.outputs.values)
    monkeypatch.setattr(recurra.models.reading, "MIN_ROWS", 1)
    monkeypatch.setattr(recurra.models.reading, "MAX_TABLE", 5)
    reader = search_model(model).reader
    assert reader.first is None
    assert torch.equal(reader.read(sources()).outputs.values, expected.outputs.values)


@pytest.mark.parametrize("cell", cells.CELLS)
def test_what_a_first_layer_makes_of_a_token_is_looked_up_where_the_table_is_small(
    cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And where each step reads its token alone."""
    reading = recurra.models.reading
    layer = Recurrent(cells.CELLS[cell](3, 4))
    embedding, numbers = torch.randn(9, 3), 9 * len(layer.cell.bias_input)
    both = Bidirectional(layer, Recurrent(cells.CELLS[cell](3, 2)))
    held = HeldRecurrent(layer, [HeldUnit(0, 0.5, None)])
    monkeypatch.setattr(reading, "MAX_TABLE", numbers)
    assert type(reading.first_layer(layer, embedding)) is reading.OneWay
    assert type(reading.first_layer(both, embedding)) is reading.BothWays
    assert reading.first_layer(held, embedding) is None
    assert reading.first_layer(Stack([layer]), embedding) is None
    monkeypatch.setattr(reading, "MAX_TABLE", numbers - 1)
    assert reading.first_layer(layer, embedding) is None
    assert reading.first_layer(both, embedding) is None
