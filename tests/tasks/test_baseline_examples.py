"""Which examples a baseline is fitted on where there are more than there is time for."""

from __future__ import annotations

import pytest

from recurra.baselines.allowance import Allowance
from recurra.tasks.baseline import sampled


@pytest.mark.parametrize(("most", "found"), [(10, list(range(10))), (5, [1, 3, 5, 7, 9]), (3, [3, 6, 9]), (1, [9])])
def test_as_many_as_may_be_spread_over_all(most: int, found: list[int]) -> None:
    allowance = Allowance()
    assert sampled(range(10), lambda one: 1.0, allowance, most) == found
    assert (allowance.examples, allowance.of) == (len(found), 10)


def test_as_many_as_there_is_time_for() -> None:
    allowance = Allowance(seconds=0.0)  # time for 2,000 characters
    assert len(sampled(range(100), lambda one: 100.0, allowance)) == 20
