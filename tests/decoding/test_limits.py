"""How long outputs may become is learned from the lengths of the training pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recurra.decoding import DecodingOptions
from recurra.decoding.limits import Limit, _lowest_line, fitting, learned_length, learned_limit

LENGTHS = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 300)), min_size=1, max_size=80)


def learned(sources: list[int], targets: list[int]) -> Limit:
    """Of pairs of these lengths."""
    return learned_limit(np.array(sources), np.array(targets))


def fits(limit: Limit, sources: Any, targets: Any) -> Any:
    """Which targets fit."""
    options = DecodingOptions(max_ratio=limit.ratio, max_extra=limit.extra)
    return fitting(np.array(sources), np.array(targets), options)


def most(limit: Limit, source: int) -> int:
    """The longest output for a source of so many units, <EOS> not counted."""
    return int((source + 1) * limit.ratio) + limit.extra


@given(LENGTHS)
def test_every_training_target_fits_at_twice_its_length(pairs: list[tuple[int, int]]) -> None:
    sources, targets = (np.array(side) for side in zip(*pairs, strict=True))
    limit = learned_limit(sources, targets)
    assert fits(limit, sources, 2 * targets).all()
    assert (2 * targets <= learned_length(targets)).all()


def test_targets_that_are_long_whatever_their_source_get_their_length() -> None:
    limit = learned([4] * 100, [40, 43] * 50)
    assert 86 <= most(limit, 4) <= 110
    assert most(limit, 12) >= 120  # a number of twelve digits has three times as many words


def test_answers_that_do_not_depend_on_their_source_do_not_become_as_long_as_it() -> None:
    limit = learned([60, 80, 100, 120] * 25, [1, 2] * 50)
    assert 4 <= most(limit, 100) <= 16


def test_targets_that_grow_with_their_source_do_not_give_short_ones_the_length_of_long_ones() -> None:
    sources = list(range(2, 102))
    limit = learned(sources, [one + 3 for one in sources])
    assert most(limit, 2) <= 30
    assert 2 * 103 <= most(limit, 100) <= 240


def test_one_pair_in_a_thousand_that_is_far_away_does_not_make_all_outputs_long() -> None:
    sources, targets = [10] * 2000, [12] * 2000
    targets[7] = 900
    limit = learned(sources, targets)
    assert most(limit, 10) < 40
    assert np.flatnonzero(~fits(limit, sources, targets)).tolist() == [7]
    assert learned_length(np.array(targets)) < 40
    assert fits(learned([10] * 200, [12] * 199 + [900]), [10], [900]).all()


@pytest.mark.parametrize("sources", [[1], [0, 0], [5, 5, 5]])
def test_empty_targets_leave_room(sources: list[int]) -> None:
    assert most(learned(sources, [0] * len(sources)), 1) >= 10


@pytest.mark.parametrize(("least", "longest"), [(0, 1), (1, 1), (3, 3)])
def test_there_is_always_room_for_one_token_or_as_many_as_are_asked_for(least: int, longest: int) -> None:
    options = DecodingOptions(max_ratio=0.1, max_extra=0, min_length=least)
    found = fitting(np.array([2, 2]), np.array([longest, longest + 1]), options)
    assert found.tolist() == [True, False]


def test_the_slope_is_that_of_the_upper_hull_over_the_middle() -> None:
    """Twice as steep as targets grow with their sources, which leaves as much room again."""
    sources = np.array([*range(1, 41)] * 10)
    assert learned_limit(sources, 5 * sources) == Limit(pytest.approx(10.0), 10)  # type: ignore[arg-type]


def test_a_target_fits_with_its_end() -> None:
    options = DecodingOptions(max_ratio=1.0, max_extra=0)  # a source of 5 units has 6 with its <EOS>
    assert fitting(np.array([5, 5]), np.array([6, 7]), options).tolist() == [True, False]


def test_the_pairs_that_are_far_away_are_those_above_the_line_of_the_mean_ratio() -> None:
    """One of a short source, though longer sources have longer targets; it is left out of a thousand and a few."""
    sources = [*range(2, 1003), 3]
    assert learned(sources, [*range(2, 1003), 120]) == learned(sources[:-1], [*range(2, 1003)])
    assert most(learned(sources, [*range(2, 1003), 120]), 3) < 30


@given(LENGTHS)
def test_no_line_above_all_pairs_is_lower_at_the_mean_source(pairs: list[tuple[int, int]]) -> None:
    """Of those that are at least as steep; where it would begin below 0, it is raised so far at its end."""
    x, y = np.array(pairs, np.float64).T
    least, middle = float(y.sum() / x.sum()), float(x.mean())
    ratio, extra = _lowest_line(x, y, least)
    slopes = [least, *(float((y[i] - y[j]) / (x[i] - x[j])) for i in range(len(x)) for j in range(i) if x[i] != x[j])]
    heights = {slope: float((y - slope * x).max()) for slope in [ratio, *slopes] if slope >= least}
    assert extra == max(0.0, heights[ratio])
    lowest = min(slope * middle + height for slope, height in heights.items())
    assert ratio * middle + heights[ratio] == pytest.approx(lowest)
