"""MAE, RMSE and R2 against numpy and scikit-learn, with the cases in which nothing can be explained."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from recurra.metrics import measure_numbers
from recurra.views.measures import measure_rows


@pytest.mark.parametrize("shift", [0.0, 1e6])
def test_the_values_are_those_of_scikit_learn(shift: float) -> None:
    dice = np.random.default_rng(1)
    right = shift + dice.normal(size=200)
    given = right + 0.3 * dice.normal(size=200)
    measures = measure_numbers(given, right)
    assert measures["mae"].value == pytest.approx(mean_absolute_error(right, given))
    assert measures["rmse"].value == pytest.approx(root_mean_squared_error(right, given))
    assert measures["r2"].value == pytest.approx(r2_score(right, given))
    for measure in measures.values():
        assert measure.low < measure.value < measure.high


def test_the_mean_explains_nothing_and_worse_is_below_nought() -> None:
    right = np.array([1.0, 2.0, 3.0, 6.0])
    assert measure_numbers(np.full(4, 3.0), right)["r2"].value == pytest.approx(0)
    assert measure_numbers(np.full(4, 9.0), right)["r2"].value < 0
    assert measure_numbers([2.0, 2.0], [2.0, 2.0])["r2"].value == 1
    assert measure_numbers([2.0, 3.0], [2.0, 2.0])["r2"].value == 0


def test_r2_is_shown_in_three_decimals() -> None:
    rows = measure_rows({"count": 1, "measures": {"r2": {"value": 0.9962, "low": 0.991, "high": 0.998}}})
    assert rows[0][:3] == ("R2", "0.996", "0.991 to 0.998")
