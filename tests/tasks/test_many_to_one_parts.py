"""What a label or a number is said of, and by what a validation is measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from toy_tasks import network, options_of, predictor

import recurra
from recurra.columns.choose import choose_kinds
from recurra.data import Numbers
from recurra.data.content import Fields
from recurra.errors import DataError
from recurra.models import NumberReader
from recurra.padded import Padded
from recurra.tasks.classify.answer import LabelProbabilities
from recurra.tasks.many_to_one import predictor as module
from recurra.tasks.many_to_one.build import column_kind, kind_of


def test_what_a_column_holds() -> None:
    assert column_kind("a text") == "text"
    assert column_kind(np.zeros((4, 4, 3), np.uint8)) == "image"
    assert column_kind(Numbers(np.zeros((5, 2), np.float32), ("a", "b"))) == "series"
    assert column_kind(Numbers(np.zeros(2, np.float32), ("a", "b"))) == "vector"
    assert kind_of(Fields(("a", "b"), ("x", "y"))) == "2 columns"
    assert kind_of("x") != "2 columns"


def test_empty_cells_of_texts_and_categories_are_counted() -> None:
    rows = [(f"text {k}" if k else "", "ab"[k % 2] if k % 4 else "") for k in range(40)]
    kinds = choose_kinds(rows, ("text", "place"), {})
    assert [one.kind for one in kinds] == ["text", "category"]
    assert [one.reason.split(" in ")[1] for one in kinds] == ["40 (1 of them empty)", "40 (10 of them empty)"]


def test_the_score_of_labels_is_their_error_rate_and_between_equal_ones_how_improbable_the_right_ones_are() -> None:
    head: Any = network("classify").head  # type: ignore[attr-defined]
    outputs = torch.tensor([[2.0, 0.0], [0.0, 2.0], [2.0, 0.0]])
    right = torch.tensor([0, 0, -100 if head.labels is None else 0])
    chance = outputs.softmax(-1)[:, 0]
    nats, wrong, improbable, known, count = sums = head.sums(outputs, right)
    assert (wrong, known, count) == (1, 3, 3)
    assert nats == pytest.approx(float(-chance.log().sum()), rel=1e-5)
    assert improbable == pytest.approx(float((1 - chance).sum()), rel=1e-5)
    score = head.score(sums)
    assert score.loss == pytest.approx(nats / 3)
    assert score.value == pytest.approx(100 / 3)
    assert score.order == (score.value, pytest.approx(improbable / 3))
    assert head.score((9.0, 1, 0.4, 3, 3)).order < head.score((1.0, 1, 0.5, 3, 3)).order
    assert head.score((1.5, 0, 0.0, 1, 1)).loss == 1.5
    assert head.score((0.0, 0, 0.0, 0, 0)).value == 0.0


def numbers(k: int) -> list[float]:
    return [100.0 + k, -3.0 * k]


def test_numbers_are_read_in_the_units_of_the_training_numbers(tmp_path: Path) -> None:
    rows = [(numbers(k), "even" if k % 2 == 0 else "odd") for k in range(40)]
    model = recurra.train(rows, valid=rows[:8], task="classify", to=tmp_path / "m", epochs=1, progress=False)
    [reader] = [one for one in model.networks[0].model.modules() if isinstance(one, NumberReader)]
    read = np.array([values for values, _ in rows])
    assert reader.mean.numpy() == pytest.approx(read.mean(axis=0), rel=1e-5)
    assert reader.deviation.numpy() == pytest.approx(read.std(axis=0), rel=0.05)


def test_what_is_too_long_is_refused_by_every_way_to_look_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Any = predictor("classify")
    options = options_of("classify", network("classify"))
    units = int(asked.first.inputs.lengths_of(asked.first.inputs.encode(["red blue"], [""]))[0])
    monkeypatch.setattr(module, "LONGEST", replace(module.LONGEST, most=units))
    for look in (lambda text: list(asked.predict([text], options)), lambda text: asked.ask(text, options)):
        look("red blue")
        with pytest.raises(DataError, match=f"the input has .* units or steps, more than the {units} that are read"):
            look("red blue red")


@pytest.mark.parametrize("task", ["classify", "regress"])
def test_the_slope_of_the_losses_is_their_derivative(task: str) -> None:
    head: Any = network(task).head  # type: ignore[attr-defined]
    outputs = torch.tensor([[2.0, -1.0], [0.5, 0.25], [-3.0, 1.0]])[:, : 2 if task == "classify" else 1]
    targets = torch.tensor([0, 1, 1]) if task == "classify" else torch.tensor([1.5, -0.5, 2.0])
    changed = outputs.clone().requires_grad_()
    head.losses(changed, targets).sum().backward()
    torch.testing.assert_close(changed.grad, head.slope(outputs, targets))


@pytest.mark.parametrize(
    ("probabilities", "label"),
    [
        ({"yes": 0.2, "no": 0.8}, "no"),
        ({"True": 0.2, "False": 0.8}, False),
        ({"True": 0.7, "False": 0.3}, True),
        ({"True": 0.7, "False": 0.2, "perhaps": 0.1}, "True"),
        ({"1": 0.1, "-2": 0.9}, -2),
        ({"1": 0.1, "2.0": 0.9}, "2.0"),
        ({"1": 0.1, "02": 0.9}, "02"),  # as it is written
        ({"1": 0.9, "a": 0.1}, "1"),
        ({}, ""),
    ],
)
def test_labels_that_are_all_numbers_or_truth_values_are_given_as_such(probabilities: Any, label: object) -> None:
    found = LabelProbabilities(probabilities).label
    assert (found, type(found)) == (label, type(label))


def test_numbers_without_an_order_are_read_one_a_step() -> None:
    values = Padded(torch.randn(3, 1, 5), torch.ones(3, dtype=torch.int64))
    plain, steps = (NumberReader(5, transposed=transposed) for transposed in (False, True))
    read = steps(values)
    assert read.values.shape == (3, 5, 1)
    assert read.lengths.tolist() == [5, 5, 5]
    torch.testing.assert_close(read.values[:, :, 0], plain(values).values[:, 0])


def test_where_images_stand() -> None:
    assert predictor("classify").image_columns is None  # type: ignore[attr-defined]
    image = np.zeros((4, 4), np.uint8)
    rows: list[Any] = [(image + k, "ab"[k % 2]) for k in range(24)]
    assert predictor("classify", network("classify", rows=rows)).image_columns == []  # type: ignore[attr-defined]
    rows = [((image + k, f"word {k}", image + 2 * k), "ab"[k % 2]) for k in range(24)]
    several: Any = predictor("classify", network("classify", rows=rows))
    assert several.image_columns == [0, 2, "1", "3"]
    texts = [((f"some word {k}", f"other {k}"), "ab"[k % 2]) for k in range(24)]
    assert predictor("classify", network("classify", rows=texts)).image_columns is None  # type: ignore[attr-defined]
