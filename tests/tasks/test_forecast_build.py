"""What is decided about a forecast from its training series: the window, which columns are counts, units of errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recurra.data import Series
from recurra.tasks import TASKS
from recurra.tasks.forecast.build import series_units, suitable_window, whole_numbers

CHANGE = " (change it with --set data.window)"


def series(*columns: list[float]) -> Series:
    return Series("", np.array(columns).T, tuple("abc"[: len(columns)]), (), 1)


@pytest.mark.parametrize(
    ("steps", "horizon", "season", "window", "why"),
    [
        (1000, 4, 1, 32, "the usual"),
        (1000, 20, 1, 80, "four times the horizon"),
        (1000, 4, 30, 60, "two seasons"),
        (5000, 200, 1, 512, "the usual"),
        (50, 20, 1, 15, "half of what series of 50 steps leave"),
        (5, 4, 1, 1, "half of what series of 5 steps leave"),
    ],
)
def test_the_window(steps: int, horizon: int, season: int, window: int, why: str) -> None:
    settings: dict[str, Any] = {"model.horizon": horizon, "data.season": season}
    recipe: Any = TASKS["forecast"].recipe().with_settings(settings)
    notes: list[Any] = []
    assert suitable_window(recipe, [series([0.0] * steps)], notes.append) == window
    assert notes[0].text == f"window: {window} steps are read before a forecast, {why}{CHANGE}"


def test_counts_are_whole_and_none_is_below_0() -> None:
    first = series([0.0, 2.0, np.nan], [1.0, 2.5, 3.0], [1.0, -2.0, 3.0])
    assert whole_numbers([first], ("a", "b", "c")) == ("a",)
    assert whole_numbers([first, series([0.5], [1.0], [1.0])], ("a", "b", "c")) == ()


@pytest.mark.parametrize(
    ("values", "season", "unit"),
    [
        ([1.0, 2.0, 4.0], 1, (5 / 2) ** 0.5),
        ([1.0, 7.0, 4.0, 8.0], 2, (10 / 2) ** 0.5),
        ([1.0, np.nan, 4.0, 5.0], 1, 1.0),
        ([3.0, 3.0, 3.0], 1, 3.0),  # no change: as large as the numbers are
        ([0.0, 0.0], 1, 1.0),
        ([-2e200, 2e200], 1, 4e200),
    ],
)
def test_the_unit_of_errors_is_how_much_changes_in_a_season(values: list[float], season: int, unit: float) -> None:
    assert series_units(np.array(values)[:, None], season).tolist() == pytest.approx([unit])
