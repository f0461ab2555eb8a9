"""What is decided about a forecast from its training series: the window, which columns are counts, units of errors."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recurra.data import SERIES, DataSource, Series, open_examples
from recurra.errors import UsageError
from recurra.tasks import TASKS
from recurra.tasks.forecast.answer import ForecastValues
from recurra.tasks.forecast.build import decided, missing_number, series_units, suitable_window, whole_numbers

CHANGE = " (change it with --set data.window)"


def series(*columns: list[float]) -> Series:
    return Series("", np.array(columns).T, tuple("abc"[: len(columns)]), (), 1)


@pytest.mark.parametrize(
    ("steps", "horizon", "season", "window", "why"),
    [
        (1000, 4, 1, 32, "the usual"),
        (1000, 20, 1, 140, "7 times the horizon"),
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


@pytest.mark.parametrize(
    ("window", "season", "strategy", "patch", "why"),
    [
        (24, 12, "direct", 12, "a season"),
        (336, 168, "direct", 56, "an even part of a season"),
        (320, 130, "direct", 44, "an even part of a season"),  # three parts of at most 64
        (32, 1, "direct", 1, ""),
        (33, 1, "direct", 2, "so that a window is at most 32 patches"),
        (512, 2, "direct", 16, "so that a window is at most 32 patches"),
        (23, 12, "direct", 1, ""),  # less than two seasons
        (512, 12, "recursive", 1, ""),
    ],
)
def test_the_patch(window: int, season: int, strategy: str, patch: int, why: str) -> None:
    settings: dict[str, Any] = {"data.window": window, "data.season": season, "model.strategy": strategy}
    notes: list[Any] = []
    found = decided(TASKS["forecast"].recipe().with_settings(settings), [series([0.0] * 1000)], notes.append)
    assert found.model.patch == patch
    begins = f"patch: {patch} steps of a window are read at once"
    assert [note.text for note in notes] == [f"{begins}, {why} (change it with --set model.patch)"] * bool(why)


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


def test_what_is_missing_is_counted() -> None:
    one = series([0.0, np.nan, 1.0], [1.0, 2.0, 3.0])
    more = series([np.nan, 1.0], [np.nan, np.nan])
    assert missing_number(one, "previous") == missing_number(series([1.0]), "refuse") == ""
    assert missing_number(one, "refuse") == "the number of 'a' at step 2 of the series is missing"
    assert missing_number(more, "refuse") == "the number of 'a' at step 1 of the series is missing, and 2 more"
    assert missing_number(one._replace(times=("x", "y", "z")), "refuse").startswith("the number of 'a' at step 2 (y)")


@pytest.mark.parametrize(("season", "window", "right"), [(1, 0, False), (2, 0, True), (4, 4, True), (4, 3, False)])
def test_a_season_before_needs_a_season_and_a_window_that_holds_it(season: int, window: int, right: bool) -> None:
    settings: dict[str, Any] = {"model.baseline": "season", "data.season": season, "data.window": window}
    with nullcontext() if right else pytest.raises(UsageError, match="season"):
        TASKS["forecast"].recipe().with_settings(settings)


def test_columns_that_are_set_to_0_are_named() -> None:
    values = ForecastValues("", [], [])
    assert values.notes() == []
    ends = "counts: forecasts below 0 are set to 0 (--set floor=false keeps them)"
    assert replace(values, floored=["a"]).notes() == [f"a holds {ends}"]
    assert replace(values, floored=["a", "b"]).notes() == [f"a, b hold {ends}"]


def test_a_column_that_never_changes_is_said() -> None:
    notes: list[str] = []
    rows = [{"still": [5.5] * 40, "sea": [float(k % 7) + 0.5 for k in range(40)]}]
    train = open_examples(DataSource(rows=rows), SERIES)
    settings = {"model.width": 4, "data.window": 8, "model.horizon": 2}
    recipe = TASKS["forecast"].recipe().with_settings(settings)
    TASKS["forecast"].make(train, recipe, lambda event: notes.append(str(getattr(event, "text", event))))
    said = [note for note in notes if "at all steps" in note]
    assert len(said) == 1
    assert said[0].startswith("warning: still is 5.5 at all steps of the training data")
