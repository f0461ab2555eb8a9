"""Which networks are trained."""

from __future__ import annotations

import pytest

from recurra.comparing import Axis, variants
from recurra.errors import UsageError
from recurra.tasks.classify.recipe import ClassifyRecipe
from recurra.tasks.translate.recipe import Recipe

CELLS = Axis("model.cell", ("gru", "lstm"))
KINDS = Axis("model.kind", ("rnn", "cnn", "feedforward"))


def names(*axes: Axis, recipe: object = None) -> list[str]:
    return [variant.name for variant in variants(axes, recipe or Recipe())]  # type: ignore[arg-type]


def test_every_combination_in_order() -> None:
    assert names(CELLS, Axis("model.attention", ("none", "dot"))) == [
        "gru, no attention", "gru, dot", "lstm, no attention", "lstm, dot",
    ]  # fmt: skip


def test_numbers_and_switches_are_called_by_their_key() -> None:
    assert names(Axis("model.layers", (1, 2))) == ["layers 1", "layers 2"]
    assert names(Axis("model.input_feeding", (True, False))) == ["input feeding true", "input feeding false"]


def test_what_does_not_vary_is_set_and_not_named() -> None:
    found = variants([CELLS, Axis("model.attention", ("none",))], Recipe())
    assert [variant.name for variant in found] == ["gru", "lstm"]
    assert found[0].settings == {"model.cell": "gru", "model.attention": "none"}


def test_a_network_without_cells_stands_there_once() -> None:
    assert names(KINDS, CELLS, recipe=ClassifyRecipe()) == ["rnn, gru", "rnn, lstm", "cnn", "feedforward"]


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ([Axis("model.cell", ("gru",))], "only one network"),
        ([], "only one network"),
        ([Axis("model.cell", ("gru", "gru"))], "the value gru twice"),
        ([CELLS, CELLS], "model.cell is varied twice"),
        ([Axis("model.cell", ())], "has no value"),
        ([Axis("model.cell", ("gru", "lsmt"))], "unknown value 'lsmt'"),
        ([Axis("model.layers", (1, 0))], "model.layers must be between 1 and 20, got 0"),
        ([KINDS], "unknown key 'kind'"),
        ([Axis("cell", ("gru", "lstm"))], "has no section"),
    ],
)
def test_refusals(axes: list[Axis], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        variants(axes, Recipe())


def test_a_value_that_fits_nowhere_is_not_left_out_in_silence() -> None:
    recipe = Recipe().with_settings({"model.copy": True})
    with pytest.raises(UsageError, match=r"model\.copy needs attention"):
        variants([Axis("model.attention", ("none", "dot"))], recipe)


def test_a_combination_that_cannot_be_is_left_out() -> None:
    axes = Axis("model.copy", (True, False)), Axis("model.attention", ("none", "dot"))
    assert names(*axes) == ["copy true, dot", "copy false, no attention", "copy false, dot"]


def test_windows_are_of_convolutional_networks_alone() -> None:
    windows = Axis("model.windows", ("3 4 5", "2"))
    assert names(Axis("model.kind", ("rnn", "cnn")), windows, recipe=ClassifyRecipe()) == [
        "rnn", "cnn, windows 3 4 5", "cnn, windows 2",
    ]  # fmt: skip
