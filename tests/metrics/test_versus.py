"""Two models on the same examples: the difference of a measure, its interval, and on which parts."""

from __future__ import annotations

import numpy as np
import pytest

from recurra.metrics import Case, ExampleScores, Share, groupings
from recurra.metrics.versus import share_difference, sliced_differences


def right(values: np.ndarray) -> Share:
    return Share.right(values.astype(bool).tolist(), "share right")


def test_a_difference_is_that_of_the_measures_and_lies_in_its_interval() -> None:
    dice = np.random.default_rng(1)
    one, other = dice.random(500) < 0.9, dice.random(500) < 0.8
    found = share_difference(right(one), right(other))
    assert (found.one, found.other) == (pytest.approx(100 * one.mean()), pytest.approx(100 * other.mean()))
    assert found.value == pytest.approx(100 * (one.mean() - other.mean()))
    assert found.interval is not None
    assert found.interval.low < found.value < found.interval.high
    assert found.interval.low > 0
    assert found.verdict(higher_is_better=True) == "better"
    assert found.verdict(higher_is_better=False) == "worse"
    assert found.verdict(higher_is_better=True, p=0.2) == ""


def test_the_same_twice_is_no_difference_and_a_few_examples_never_differ() -> None:
    one = right(np.arange(100) % 3 == 0)
    same = share_difference(one, one)
    assert (same.value, same.p, same.interval) == (0.0, 1.0, (0.0, 0.0))
    few = share_difference(right(np.ones(19)), right(np.zeros(19)))
    assert (few.value, few.p, few.interval) == (100.0, 1.0, None)


def test_the_interval_holds_the_true_difference() -> None:
    inside = 0
    for seed in range(100):
        dice = np.random.default_rng(seed)
        found = share_difference(right(dice.random(300) < 0.85), right(dice.random(300) < 0.8))
        assert found.interval is not None
        inside += found.interval.low <= 5.0 <= found.interval.high
    assert inside >= 88  # 95 of 100 are expected


def test_the_part_that_changed_is_found() -> None:
    dice = np.random.default_rng(2)
    names = ["a", "b", "c"] * 150
    cases = [Case(k, "", groups={"kind": name}) for k, name in enumerate(names)]
    before = dice.random(450) < 0.9
    after = before & ~((np.array(names) == "b") & (dice.random(450) < 0.5))
    found = sliced_differences(right(after), right(before), groupings(ExampleScores(), cases))
    assert {one.name: one.verdict for one in found} == {"a": "", "b": "worse", "c": ""}
    assert [one.value for one in found if one.name != "b"] == [0.0, 0.0]
