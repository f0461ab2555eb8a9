"""How many digits a forecast shows: enough to tell the numbers of its series apart."""

from __future__ import annotations

import pytest

from recurra.tasks.forecast.predictor import shown_difference


@pytest.mark.parametrize(
    ("own", "by_window", "expected"),
    [
        (0.0, False, 3.0),  # nothing is known of the series
        (0.0, True, 3.0),
        (0.1, False, 1.0),  # a small series beside large ones
        (1.0, False, 3.0),  # no more than the others need
        (1.0, True, 1.0),  # series of all sizes: its own
    ],
)
def test_the_difference_that_must_be_seen(own: float, by_window: bool, expected: float) -> None:
    assert shown_difference(own, 3.0, by_window=by_window) == pytest.approx(expected)
