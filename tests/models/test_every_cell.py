"""Every cell of the table in every network: it is the cell that was named, all of it learns, and a search runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from recurra.cells import CELLS, Cell
from recurra.data import ImageShape
from recurra.decoding import DecodingOptions, decode
from recurra.models import (
    CaptionerOptions,
    ForecasterOptions,
    ManyToOneOptions,
    ModelOptions,
    build_captioner,
    build_forecaster,
    build_many_to_one,
    build_seq2seq,
    token_branch,
)
from recurra.models.language_model import LanguageModel, LanguageModelOptions
from recurra.models.search import step_model
from recurra.models.tagger import Sentences, Tagger, TaggerOptions
from recurra.padded import Padded, pad

IDS = pad([torch.tensor([4, 5, 6, 4]), torch.tensor([7, 4])])
NUMBERS = Padded(torch.linspace(-1, 1, 16).view(2, 4, 2), torch.tensor([4, 4]))
DEEP: dict[str, Any] = {"width": 16, "layers": 2, "residual": True}


def translate(cell: str) -> tuple[nn.Module, Callable[[], Tensor]]:
    model = build_seq2seq(ModelOptions(cell=cell, **DEEP), 9, 9)
    return model, lambda: model(IDS, IDS)


def caption(cell: str) -> tuple[nn.Module, Callable[[], Tensor]]:
    model = build_captioner(CaptionerOptions(cell=cell, **DEEP), 9, ImageShape(4, 4, 1), 0)
    pixels = torch.arange(32).view(2, 16, 1).to(torch.uint8)
    return model, lambda: model(Padded(pixels, torch.tensor([16, 16])), IDS)


def classify(cell: str) -> tuple[nn.Module, Callable[[], Tensor]]:
    options = ManyToOneOptions(kind="rnn", cell=cell, pooling="last", **DEEP)
    model = build_many_to_one(options, [token_branch(options, "rnn", 9)], 3)
    return model, lambda: model([IDS])


def tag(cell: str) -> tuple[nn.Module, Callable[[], Tensor]]:
    model = Tagger(TaggerOptions(cell=cell, embedding=5, characters=6, **DEEP), 9, 9, 3)
    sentences = Sentences(IDS, pad([torch.tensor([4, 5]), torch.tensor([6])]), torch.zeros(2, 4, dtype=torch.int64))
    return model, lambda: model(sentences).values


def language_model(cell: str) -> tuple[nn.Module, Callable[[], Tensor]]:
    model = LanguageModel(LanguageModelOptions(cell=cell, **DEEP), 9, [])
    return model, lambda: model.scores(model(IDS).outputs.values)


def forecast(cell: str) -> tuple[nn.Module, Callable[[], Tensor]]:
    model = build_forecaster(ForecasterOptions(cell=cell, horizon=2, **DEEP), 2, [0, 1])
    nn.init.ones_(model.head.weight)  # which is 0 before the first step, so that forecasts begin at the baseline
    return model, lambda: model.direct(NUMBERS).raw


NETWORKS = [translate, caption, classify, tag, language_model, forecast]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.__name__)
def test_the_cell_that_was_named_learns(network: Callable[..., Any], cell: str) -> None:
    torch.manual_seed(0)
    model, run = network(cell)
    cells = [part for part in model.modules() if isinstance(part, Cell)]
    assert {type(part) for part in cells} == {CELLS[cell]}
    run().cos().sum().backward()
    for part in cells:
        for name, parameter in part.named_parameters():
            assert parameter.grad is not None, name
            assert parameter.grad.isfinite().all(), name
            assert parameter.grad.any(), name


@pytest.mark.parametrize("cell", CELLS)
def test_a_search_runs(cell: str) -> None:
    torch.manual_seed(0)
    model = build_seq2seq(ModelOptions(cell=cell, **DEEP), 9, 9)
    for beam in (1, 3):
        outputs = decode(step_model([model]), IDS, DecodingOptions(beam=beam, max_length=5))
        assert len(outputs) == 2
