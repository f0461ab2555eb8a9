"""The measures of forecasts against their definitions, worked out by hand."""

from __future__ import annotations

import pytest

from recurra.metrics import coverage, mae, mase, relative_mae, rmse


def test_by_hand() -> None:
    # Two windows: errors 1, 3 and 2.
    assert mae([4, 2], [2, 1]).value == 2
    assert rmse([10, 4], [2, 1]).value == pytest.approx((14 / 3) ** 0.5)
    assert mase([8, 4], [2, 1], 12).value == 4
    assert "the number 12 steps before" in mase([8, 4], [2, 1], 12).definition
    assert relative_mae([4, 2], [10, 2]).value == 0.5
    assert coverage([1, 1], [2, 1], 0.8).value == pytest.approx(200 / 3)
    assert "80%" in coverage([1, 1], [2, 1], 0.8).definition


def test_intervals_hold_the_value_and_narrow_with_more_windows() -> None:
    few, many = (mae([1, 3] * count, [1, 1] * count) for count in (5, 500))
    for measure in (few, many):
        assert measure.low <= measure.value == 2 <= measure.high
    assert many.high - many.low < few.high - few.low


def test_nothing_to_measure() -> None:
    with pytest.raises(ValueError, match="nothing to measure"):
        mae([0.0], [0])
