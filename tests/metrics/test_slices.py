"""A measure on parts of the examples: which parts there are, and which are worse than elsewhere, and not by chance."""

from __future__ import annotations

import numpy as np
import pytest

from recurra.metrics import Case, ExampleScores, Share, groupings, parted, sliced, telling
from recurra.metrics.paired import MIN_EXAMPLES
from recurra.metrics.slices import MOST_PARTS, NONE, bins


def right(values: np.ndarray) -> Share:
    return Share.right(values.astype(bool).tolist(), "share right")


def by(name: str, values: list[str]) -> list[Case]:
    return [Case(k, "", groups={name: value}) for k, value in enumerate(values, 1)]


def test_bins_hold_all_examples_and_about_equally_many() -> None:
    numbers = np.random.default_rng(1).integers(0, 1000, 400).tolist()
    found = bins(numbers, 4)
    assert sorted(k for one in found for k in one.examples) == list(range(400))
    assert all(90 <= len(one.examples) <= 110 for one in found)
    assert all(one.least <= numbers[k] <= one.most for one in found for k in one.examples)
    assert bins([3] * 100, 4) == []
    assert bins(numbers[: 2 * MIN_EXAMPLES - 1], 4) == []


def test_parts_are_spans_of_lengths_and_the_common_names() -> None:
    lengths = [k % 50 for k in range(1000)]
    names = [["north", "south", f"place {k}", ""][k % 4] for k in range(1000)]
    length, place = groupings(ExampleScores(lengths, "steps"), by("place", names))
    assert (length.by, length.names) == ("length in steps", ("0 to 9", "10 to 19", "20 to 29", "30 to 39", "40 to 49"))
    assert place.names == ("north", "south", "all others (250)")
    assert [len(place.examples(k)) for k in range(3)] == [250, 250, 250]
    assert len(place.examples(NONE)) == 250  # those without a name
    assert place.rest == 2


def test_one_rare_name_is_called_by_it_and_a_single_part_is_none() -> None:
    (one,) = groupings(ExampleScores(), by("kind", ["a"] * 500 + ["b"]))[:1]
    assert (one.names, one.rest) == (("a", "b"), NONE)
    assert groupings(ExampleScores(), by("kind", ["a"] * 500)) == []
    assert groupings(ExampleScores([7] * 100), by("kind", [f"{k}" for k in range(100)])) == []


def test_of_few_examples_the_frequent_names_are_parts_too() -> None:
    (one,) = groupings(ExampleScores(), by("kind", ["a", "b", "b", "c"] * 5))
    assert one.names == ("b", "a", "c")


def test_a_slice_is_the_measure_of_its_examples() -> None:
    dice = np.random.default_rng(2)
    share = Share(dice.integers(0, 5, 300).tolist(), dice.integers(5, 9, 300).tolist(), "errors", False)
    groups = groupings(ExampleScores(dice.integers(1, 60, 300).tolist(), "words"), [])
    for one in sliced(share, groups):
        some = groups[one.place[0]].examples(one.place[1])
        value = 100 * np.take(share.counted, some).sum() / np.take(share.total, some).sum()
        others = np.setdiff1d(np.arange(300), some)
        assert one.count == len(some)
        assert one.value == pytest.approx(value)
        assert one.elsewhere == pytest.approx(
            100 * np.take(share.counted, others).sum() / np.take(share.total, others).sum()
        )
        assert one.interval is not None
        assert one.interval.low < one.value < one.interval.high


def test_where_a_model_is_worse_is_found() -> None:
    dice = np.random.default_rng(3)
    names = ["easy", "usual", "hard"] * 200
    chance = np.array([{"easy": 0.95, "usual": 0.9, "hard": 0.6}[name] for name in names])
    groups = groupings(ExampleScores(dice.integers(1, 90, 600).tolist()), by("kind", names))
    found = sliced(right(dice.random(600) < chance), groups)
    assert [(one.by, one.name) for one in telling(found)] == [("kind", "hard")]
    wrong = Share((dice.random(600) > chance).astype(float).tolist(), [1.0] * 600, "share wrong", False)
    assert [one.name for one in telling(sliced(wrong, groups))] == ["hard"]


def test_what_is_left_over_is_nowhere_to_look() -> None:
    names = ["a"] * 300 + ["b"] * 300 + [f"{k}" for k in range(300)]
    found = sliced(right(np.arange(900) < 600), groupings(ExampleScores(), by("kind", names)))
    assert found[-1].name == "all others (300)"
    assert found[-1].p < 1e-6
    assert telling(found) == []


def test_of_a_few_examples_nothing_is_said() -> None:
    names = ["a"] * (MIN_EXAMPLES - 1) + ["b"] * 200
    found = sliced(right(np.arange(len(names)) >= MIN_EXAMPLES - 1), groupings(ExampleScores(), by("kind", names)))
    assert [(one.name, one.interval is None, one.verdict) for one in found] == [("b", False, ""), ("a", True, "")]


@pytest.mark.slow
@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_luck_is_rarely_taken_for_a_weakness(level: float) -> None:
    alarms = 0
    for seed in range(20):
        dice = np.random.default_rng(seed)
        names = [f"{k}" for k in dice.integers(0, MOST_PARTS, 800)]
        groups = groupings(ExampleScores(dice.integers(1, 90, 800).tolist()), by("kind", names))
        alarms += any(one.verdict for one in sliced(right(dice.random(800) < level), groups))
    assert alarms <= 3  # 5 % of 20 are 1, of which half are of parts that are better


def test_parts_of_examples_count_those_that_have_them() -> None:
    found = parted({"tag": {"X": Share([1, 0, 2], [2, 0, 2], "X"), "Y": Share([0, 1, 0], [0, 1, 0], "Y")}})
    assert [(one.by, one.name, one.count, one.value) for one in found] == [
        ("tag", "X", 2, 75.0),
        ("tag", "Y", 1, 100.0),
    ]
