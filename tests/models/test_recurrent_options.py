"""What can be said about recurrent layers is the same for every network, with the same bounds and widths."""

from __future__ import annotations

import pytest

from recurra.cells import CELLS
from recurra.errors import UsageError
from recurra.models import CaptionerOptions, ForecasterOptions, ManyToOneOptions, ModelOptions
from recurra.models.language_model import LanguageModelOptions
from recurra.models.options import WIDTHS, RecurrentOptions
from recurra.models.recurrent_stack import make_cell, recurrent_stack
from recurra.models.tagger import TaggerOptions
from recurra.options import choices_of, from_mapping

ALL: list[type[RecurrentOptions]] = [
    ModelOptions,
    CaptionerOptions,
    ManyToOneOptions,
    ForecasterOptions,
    LanguageModelOptions,
    TaggerOptions,
]


@pytest.mark.parametrize("kind", ALL)
def test_sizes_mean_the_same_widths_everywhere(kind: type[RecurrentOptions]) -> None:
    widths = {"tiny": 64, "small": 128, "medium": 192, "base": 256, "large": 512}
    assert {size: kind(size=size).hidden for size in WIDTHS} == widths
    assert kind(size="small", width=48).hidden == 48


@pytest.mark.parametrize("kind", ALL)
def test_cells_are_those_of_the_table(kind: type[RecurrentOptions]) -> None:
    assert choices_of(kind, "cell") == tuple(CELLS)
    for name in CELLS:
        assert from_mapping(kind, {"cell": name}).cell == name
    with pytest.raises(UsageError, match=r"model\.cell: unknown value 'lsmt'"):
        from_mapping(kind, {"cell": "lsmt"}, "model")


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"layers": 0}, r"model\.layers must be between 1 and 20, got 0"),
        ({"layers": 10**9}, r"model\.layers must be between 1 and 20, got 1000000000"),
        ({"width": -2}, r"model\.width must be between 0 and 16384, got -2"),
        ({"width": 10**9}, r"model\.width must be between 0 and 16384"),
        ({"dropout": 1.0}, r"model\.dropout must be at least 0 and below 1, got 1\.0"),
        ({"size": "huge"}, r"model\.size: unknown value 'huge'"),
    ],
)
def test_bounds_are_the_same_everywhere(kind: type[RecurrentOptions], wrong: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        kind(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ALL)
def test_an_activation_is_for_elman_cells(kind: type[RecurrentOptions]) -> None:
    assert kind(cell="elman", activation="relu").activation == "relu"
    kept = {"kind": "rnn"} if kind is ManyToOneOptions else {}
    with pytest.raises(UsageError, match="for Elman cells; lstm has its own"):
        kind(activation="relu", **kept)


def test_the_activation_reaches_the_cell() -> None:
    made = [make_cell(RecurrentOptions(cell="elman", activation=name), 2, 3) for name in ("auto", "relu")]
    assert [cell.activation for cell in made] == ["tanh", "relu"]  # type: ignore[attr-defined]


def test_a_stack_has_the_layers_that_its_options_name() -> None:
    stack = recurrent_stack(RecurrentOptions(width=6, cell="gru", layers=3, residual=True, dropout=0.1), 4)
    assert [(layer.input_size, layer.output_size) for layer in stack.layers] == [(4, 6), (6, 6), (6, 6)]
    assert (stack.dropout, stack.residual, stack.locked) == (0.1, True, False)
    forward = recurrent_stack(RecurrentOptions(width=5), 4, bidirectional=False, locked=True)
    assert (forward.output_size, forward.locked) == (5, True)
