"""Measures of labels against counting by hand, and against the definitions of the field."""

from __future__ import annotations

import random

import pytest

from recurra.metrics import accuracy, confusion, macro_f1, measure_labels

RIGHT = ["a", "a", "a", "b", "b", "c"]
GIVEN = ["a", "a", "b", "b", "a", "b"]


def test_accuracy_and_macro_f1_by_hand() -> None:
    assert accuracy(GIVEN, RIGHT).value == 50.0
    # a: precision 2/3, recall 2/3; b: precision 1/3, recall 1/2; c: never predicted
    assert macro_f1(GIVEN, RIGHT).value == pytest.approx(100 * (2 / 3 + 2 * (1 / 3 * 1 / 2) / (1 / 3 + 1 / 2) + 0) / 3)
    assert list(measure_labels(GIVEN, RIGHT)) == ["accuracy", "macro_f1"]


def test_a_label_that_is_only_predicted_counts_too() -> None:
    assert macro_f1(["a", "x"], ["a", "a"]).value == pytest.approx(100 * (2 / 3 + 0) / 2)


def test_the_confusion_table_and_the_report_of_each_label() -> None:
    table = confusion(GIVEN, RIGHT)
    assert (table.labels, table.counts) == (["a", "b", "c"], [[2, 1, 0], [1, 1, 0], [0, 1, 0]])
    a, b, c = table.reports()
    assert (a.count, a.predicted, a.precision, a.recall) == (3, 3, pytest.approx(200 / 3), pytest.approx(200 / 3))
    assert (b.precision, b.recall, b.f1) == (pytest.approx(100 / 3), pytest.approx(50.0), pytest.approx(40.0))
    assert (c.count, c.predicted, c.precision, c.recall, c.f1) == (1, 0, None, 0.0, 0.0)
    assert table.to_mapping() == {"labels": table.labels, "counts": table.counts}


def test_intervals_hold_the_value_and_are_wider_for_few_examples() -> None:
    source = random.Random(1)
    right = [source.choice("abc") for _ in range(2000)]
    given = [label if source.random() < 0.8 else source.choice("abc") for label in right]
    widths: list[float] = []
    for count in (100, 2000):
        for measure in measure_labels(given[:count], right[:count]).values():
            assert measure.low <= measure.value <= measure.high
        widths.append(measure.high - measure.low)
    assert widths[0] > 2 * widths[1]


def test_perfect_and_hopeless() -> None:
    assert macro_f1(RIGHT, RIGHT).value == accuracy(RIGHT, RIGHT).value == 100.0
    assert macro_f1(["z"] * 6, RIGHT).value == accuracy(["z"] * 6, RIGHT).value == 0.0
    with pytest.raises(ValueError, match="nothing to measure"):
        accuracy([], [])
