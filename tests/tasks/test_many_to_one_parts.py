"""What a label or a number is said of, and by what a validation is measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from toy_tasks import network

from recurra.data import Numbers
from recurra.data.content import Fields
from recurra.tasks.many_to_one.build import column_kind, kind_of


def test_what_a_column_holds() -> None:
    assert column_kind("a text") == "text"
    assert column_kind(np.zeros((4, 4, 3), np.uint8)) == "image"
    assert column_kind(Numbers(np.zeros((5, 2), np.float32), ("a", "b"))) == "series"
    assert column_kind(Numbers(np.zeros(2, np.float32), ("a", "b"))) == "vector"
    assert kind_of(Fields(("a", "b"), ("x", "y"))) == "2 columns"
    assert kind_of("x") != "2 columns"


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
