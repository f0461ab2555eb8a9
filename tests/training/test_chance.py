"""What is better by more than chance on a few examples."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from recurra.training.chance import clearly_lower, errors_lower, sure_part

OTHERS = np.array([1.0, 2.0, 3.0, 4.0])


@pytest.mark.parametrize(
    ("change", "apart", "by", "clear"),
    [
        ([-1.0, -1.0, -1.0, -1.0], 4, 1.0, True),  # each a little
        ([-3.0, 1.0, -3.0, 1.0], 4, 0.7, True),  # 1 lower, deviation 2 / sqrt(3): t is 0.87, as rare as a score of 0.76
        ([-3.0, 1.0, -3.0, 1.0], 4, 0.8, False),
        ([-3.0, 1.0, -3.0, 1.0], 2, 0.7, False),  # windows that overlap tell the same
        ([-3.0, 1.0, -3.0, 1.0], 400, 0.7, True),  # there are no more than there are
        ([-3.0, 1.0, -3.0, 1.0], 1, 0.0, False),  # one alone has no standard error
        ([1.0, 1.0, 1.0, 1.0], 4, 1.0, False),
        ([0.0, 0.0, 0.0, 0.0], 4, 1.0, False),
        ([np.nan, -1.0, np.nan, -1.0], 4, 1.0, True),  # of some windows nothing is known
        ([np.nan] * 4, 4, 1.0, False),
        ([-1.0, -1.0, -1.0, -1.0], 0, 1.0, False),
    ],
)
def test_lower_by_more_than_chance(change: list[float], apart: int, by: float, clear: bool) -> None:
    assert clearly_lower(OTHERS + change, OTHERS, apart, by) == clear


@pytest.mark.parametrize("count", [2, 3, 5, 20, 1000])
@pytest.mark.parametrize("by", [1.0, 1.5, 2.0])
def test_few_examples_are_lower_by_chance_no_more_often_than_many(count: int, by: float) -> None:
    """Of noise alone about as many draws are lower by so many standard errors as the normal distribution says."""
    draws = np.random.default_rng(1).normal(size=(4_000, count))
    found = np.mean([clearly_lower(draw, np.zeros(count), count, by) for draw in draws])
    expected = 1 - NormalDist().cdf(by)
    assert 0.6 * expected < found < 1.1 * expected + 3 * (expected / len(draws)) ** 0.5


def test_errors_have_the_sign_of_the_difference() -> None:
    change = np.array([-3.0, 1.0, -3.0, 1.0])
    assert errors_lower(OTHERS + change, OTHERS, 4) == -errors_lower(OTHERS, OTHERS + change, 4) > 0


def test_losses_above_0_are_compared_in_proportion() -> None:
    """One large loss among small ones does not hide that all are halved; below 0 there are no proportions."""
    others = np.array([1.0, 1.1, 0.9, 100.0])
    assert errors_lower(others / 2, others, 4) == math.inf
    assert errors_lower(others / 2 - 60, others - 60, 4) < 1


@pytest.mark.parametrize(("errors", "kept"), [(-1.0, 0.0), (2.0, 0.0), (4.0, 0.75), (40.0, 0.9975), (math.inf, 1.0)])
def test_the_less_sure_an_improvement_is_the_less_of_it_is_kept(errors: float, kept: float) -> None:
    assert sure_part(errors) == pytest.approx(kept)
