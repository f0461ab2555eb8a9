"""A new cell is a class and a row in the table: training, searches, traces and comparing take it from there."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import laws
import pytest
import torch
from torch import Tensor
from torch.nn.functional import linear

import recurra
from recurra.cells import CELLS, DenseCell, HiddenState, Step
from recurra.errors import UsageError
from recurra.layers import KERNELS, Kernel, Recurrent, Unrolled
from recurra.padded import Padded

PAIRS = [(text, text[::-1]) for text in ("ab", "ba", "abc", "cab", "bca", "acb") * 5]
SETTINGS: dict[str, Any] = {"model.width": 8, "model.layers": 2, "training.precision": "float32",
                            "training.validations": 1}  # fmt: skip


class Leaky(DenseCell):
    """h_t = g h_{t-1} + (1 - g) tanh(W x_t + U h_{t-1}), g = sigmoid of the same sums of its own block."""

    blocks: ClassVar[tuple[str, ...]] = ("keep", "candidate")

    def advance(self, x: Tensor, state: HiddenState) -> Step:
        keep, candidate = (x + linear(state.hidden, self.weight_hidden, self.bias_hidden)).chunk(2, dim=-1)
        keep, candidate = torch.sigmoid(keep), torch.tanh(candidate)
        h = keep * state.hidden + (1 - keep) * candidate
        return Step(h, HiddenState(h), {"keep": keep, "candidate": candidate})


@pytest.fixture(autouse=True)
def in_the_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(CELLS, "leaky", Leaky)
    monkeypatch.chdir(tmp_path)
    torch.set_num_threads(1)


@pytest.mark.parametrize("law", [*laws.LAYER_LAWS, *laws.FORWARD_LAWS], ids=lambda law: law.__name__)
def test_it_keeps_the_laws(law: Any) -> None:
    law(lambda: Recurrent(Leaky(3, 4)))


def test_it_is_trained_searched_and_compared() -> None:
    settings = {**SETTINGS, "model.cell": "leaky"}
    model = recurra.train(PAIRS, task="translate", to="m", epochs=1, settings=settings)
    assert model.recipe.to_mapping()["model"]["cell"] == "leaky"
    text = model.predict("abc").text
    assert recurra.load("m").predict("abc").text == text
    gates = {name for layer in model.trace("ab").layers for name in layer.gates}
    assert gates == {"keep", "candidate"}
    found = recurra.compare(PAIRS, task="translate", models=(), cells=["gru", "leaky"], to="c", epochs=1, seeds=1,
                            settings=SETTINGS)  # fmt: skip
    assert {variant["name"] for variant in found.to_mapping()["variants"]} == {"gru", "leaky"}


def test_without_the_row_it_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(CELLS, "leaky")
    with pytest.raises(UsageError, match=r"model\.cell: unknown value 'leaky'"):
        recurra.Recipe().with_settings({"model.cell": "leaky"})


def test_a_row_in_kernels_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the row of its parent does not: a variant is another cell."""
    runs: list[int] = []

    class Counting(Kernel[Leaky]):
        def unroll(self, cell: Leaky, inputs: Padded, state: HiddenState) -> Unrolled:
            runs.append(inputs.values.shape[1])
            return super().unroll(cell, inputs, state)

    class Variant(Leaky):
        pass

    assert not Recurrent(Leaky(3, 4)).fused
    monkeypatch.setitem(KERNELS, Leaky, Counting())
    layer = Recurrent(Leaky(3, 4))
    values = torch.randn(2, 5, 3)
    expected = layer(values, trace=True)
    assert runs == []
    torch.testing.assert_close(layer(values).outputs.values, expected.outputs.values)
    assert runs == [5]
    assert not Recurrent(Variant(3, 4)).fused
