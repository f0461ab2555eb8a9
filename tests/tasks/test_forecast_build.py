"""What is decided about a forecast from its training series: the window, which columns are counts, units of errors."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from recurra.data import SERIES, DataSource, Series, open_examples
from recurra.data.calendar import calendar_points
from recurra.errors import DataError, UsageError
from recurra.tasks import TASKS
from recurra.tasks.forecast.answer import ForecastValues
from recurra.tasks.forecast.build import (
    beside_calendar,
    check_series,
    constants,
    cycles_at_rest,
    dated,
    decided,
    encoded_rows,
    filled,
    in_order,
    known_range,
    missing_number,
    of_logarithms,
    point_places,
    series_units,
    standardise,
    suitable_window,
    target_names,
    whole_numbers,
    without_numbers,
)

MOST = "the most that are read unless more are asked for, where "
CHANGE = " (change it with --set data.window)"


def series(*columns: list[float]) -> Series:
    return Series("", np.array(columns).T, tuple("abc"[: len(columns)]), (), 1)


@pytest.mark.parametrize(
    ("steps", "horizon", "season", "window", "why"),
    [
        (1000, 4, 1, 32, "the usual"),
        (1000, 20, 1, 140, "7 times the horizon"),
        (1000, 4, 30, 60, "two seasons"),
        (5000, 200, 1, 512, f"{MOST}7 times the horizon would be 1,400"),
        (50, 20, 1, 15, "half of what series of 50 steps leave"),
        (5, 4, 1, 1, "half of what series of 5 steps leave"),
    ],
)
def test_the_window(steps: int, horizon: int, season: int, window: int, why: str) -> None:
    settings: dict[str, Any] = {"model.horizon": horizon, "data.season": season}
    recipe: Any = TASKS["forecast"].recipe().with_settings(settings)
    notes: list[Any] = []
    assert suitable_window(recipe, [series([0.0] * steps)], notes.append) == window
    read = "1 step is" if window == 1 else f"{window} steps are"
    assert notes[0].text == f"window: {read} read before a forecast, {why}{CHANGE}"


def test_a_window_holds_a_second_season_that_is_given() -> None:
    settings: dict[str, Any] = {"model.horizon": 4, "data.season": 24, "data.second_season": 168}
    given, notes = TASKS["forecast"].recipe().with_settings(settings), list[Any]()
    assert suitable_window(given, [series([0.0] * 1000)], notes.append) == 168
    assert notes[0].text == f"window: 168 steps are read before a forecast, a second season{CHANGE}"
    with pytest.raises(UsageError, match="a window of 98 steps has no whole second season of 168"):
        decided(given, [series([0.0] * 200)], notes.append)


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


NAN = np.nan


def days(count: int, apart: timedelta = timedelta(days=1)) -> tuple[str, ...]:
    """Times of so many steps, from a Monday on."""
    return tuple(f"{datetime(2024, 1, 1) + k * apart:%Y-%m-%d %H:%M}" for k in range(count))


def recipe(**settings: object) -> Any:
    return TASKS["forecast"].recipe().with_settings({name.replace("__", "."): one for name, one in settings.items()})


FILL = "Fill it, or train with --set data.missing=previous (or =mean), which says what is read in its place."
NO_DATES = "the steps of the series do not go through the cycles that data.calendar names ({}): they {}"


@pytest.mark.parametrize(
    ("one", "settings", "what", "fix"),
    [
        (
            series([NAN, NAN, NAN], [1.0, 2.0, 3.0]),
            {"model__horizon": 1},
            "there is no number in the column 'a' of the series",
            "Remove it, or fill it.",
        ),
        (
            series([1.0, NAN, 3.0]),
            {"model__horizon": 1},
            "the number of 'a' at step 2 of the series is missing",
            FILL,
        ),
        (
            series([1.0, 2.0]),
            {"model__horizon": 2},
            "the series has 2 steps; a forecast of 2 needs 3 at least",
            "Remove it, or forecast fewer steps: --set model.horizon=N.",
        ),
        (
            series([1.0])._replace(name="sea"),
            {"model__horizon": 4},
            "series 'sea' has 1 step; a forecast of 4 needs 5 at least",
            "Remove it, or forecast fewer steps: --set model.horizon=N.",
        ),
        (
            series([1.0, 2.0, 3.0]),
            {"model__horizon": 1, "data__calendar": "day week"},
            NO_DATES.format("day, week", "have no dates"),
            "Give dates in a column of times, or name other cycles: --set data.calendar=none.",
        ),
        (
            series([1.0, 2.0, 3.0])._replace(times=days(3)),
            {"model__horizon": 1, "data__calendar": "day week"},
            NO_DATES.format("day", "are at 2024-01-01 00:00, 2024-01-02 00:00, ..."),
            "Give dates in a column of times, or name other cycles: --set data.calendar=none.",
        ),
        (series([1.0, 2.0, 3.0]), {"model__horizon": 2}, "", ""),
        (series([1.0, NAN, 3.0]), {"model__horizon": 2, "data__missing": "previous"}, "", ""),
        (series([1.0, 2.0, 3.0])._replace(times=days(3)), {"model__horizon": 2, "data__calendar": "week"}, "", ""),
        (series([1.0, 2.0], [NAN, 1.0]), {"model__horizon": 1, "data__missing": "mean"}, "", ""),
    ],
)
def test_series_that_cannot_be_learned_are_refused(
    one: Series, settings: dict[str, object], what: str, fix: str
) -> None:
    if not what:
        check_series([one], recipe(**settings))
        return
    with pytest.raises(DataError) as refusal:
        check_series([one], recipe(**settings))
    assert (refusal.value.what, refusal.value.where, refusal.value.fix) == (what, "examples:1", fix)


def test_a_column_that_is_only_read_may_be_empty_in_some_series() -> None:
    """One that is forecast may not; nor one that is empty in all of them. A gap of another column is still told."""
    first, second = series([1.0, 2.0], [NAN, NAN]), series([1.0, 2.0], [3.0, 4.0])._replace(line=5)
    reads = recipe(model__horizon=1, data__targets="a", data__missing="mean")
    check_series([first, second], reads)
    with pytest.raises(DataError, match="there is no number in the column 'b' of the series"):
        check_series([first, first], reads)
    with pytest.raises(DataError, match="there is no number in the column 'b' of the series"):
        check_series([first, second], recipe(model__horizon=1, data__missing="mean"))
    with pytest.raises(DataError) as refusal:
        check_series([first, second._replace(values=np.full((2, 2), NAN))], recipe(model__horizon=1))
    assert refusal.value.what.startswith("3 problems (columns without numbers: 3)\n")
    with pytest.raises(DataError) as refusal:
        check_series([series([1.0, NAN]), series([1.0])], recipe(model__horizon=1))
    counts = "series with missing numbers: 1, series that are too short: 1"
    assert refusal.value.what.startswith(f"2 problems ({counts})\n")
    assert refusal.value.where == "examples"


def test_which_cycles_a_series_goes_through() -> None:
    every = recipe(data__calendar="day week month year").data
    daily = series([0.0] * 3)._replace(times=days(3))
    assert cycles_at_rest(daily, every) == ["day"]
    assert cycles_at_rest(series([0.0] * 3)._replace(times=days(3, timedelta(hours=1))), every) == []
    assert cycles_at_rest(series([0.0] * 3), every) == ["day", "week", "month", "year"]
    assert cycles_at_rest(daily._replace(values=daily.values[:1], times=daily.times[:1]), every) == []  # of one step
    assert cycles_at_rest(series([0.0] * 2), every) == ["day", "week", "month", "year"]
    assert cycles_at_rest(series([0.0] * 3), recipe(data__calendar="none").data) == []
    assert [dated(one) for one in (daily, series([0.0]), series([0.0] * 2)._replace(times=("1", "2")))] == [
        True,
        False,
        False,
    ]


def test_points_of_the_calendar_stand_beside_the_numbers() -> None:
    assert point_places(("day", "year")) == (0, 1, 6, 7)
    assert point_places(("week", "month")) == (2, 3, 4, 5)
    one = series([1.0, 2.0, 3.0])._replace(times=days(3))
    assert beside_calendar(one.values, one, ()) is one.values
    found = beside_calendar(one.values[1:], one, ("week", "year"))
    points = calendar_points(one.times)[1:]
    np.testing.assert_array_equal(found, np.concatenate([one.values[1:], points[:, 1], points[:, 3]], axis=1))
    without = beside_calendar(one.values, one._replace(times=()), ("week",))
    assert without.tolist() == [[1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [3.0, 0.0, 0.0]]


def test_which_columns_hold_no_numbers() -> None:
    assert without_numbers(series([NAN, NAN], [NAN, 1.0], [NAN, NAN])) == {"a", "c"}


@pytest.mark.parametrize(
    ("settings", "named", "targets"),
    [
        ({}, (), ("a", "b", "c")),
        ({}, ("b",), ("b",)),
        ({"data__targets": "c, a"}, (), ("c", "a")),
        ({"data__targets": "b"}, ("b",), ("b",)),
        ({"data__targets": "b", "model__strategy": "recursive", "model__horizon": 1}, (), ("b",)),
        ({"model__strategy": "recursive", "model__horizon": 2}, (), ("a", "b", "c")),
    ],
)
def test_the_columns_that_are_forecast(
    settings: dict[str, object], named: tuple[str, ...], targets: tuple[str, ...]
) -> None:
    assert target_names(recipe(**settings), series([1.0], [2.0], [3.0])._replace(targets=named)) == targets


@pytest.mark.parametrize(
    ("settings", "named", "what", "where", "fix"),
    [
        (
            {"data__targets": "a,d"},
            (),
            "unknown column 'd'",
            "data.targets",
            "Known: a, b, c.",
        ),
        (
            {"data__targets": "a,b"},
            ("b", "c"),
            "the columns to be forecast are a, b by data.targets, b, c by --target-column",
            None,
            "Leave one of them out.",
        ),
        (
            {"data__targets": "a", "model__strategy": "recursive", "model__horizon": 2},
            (),
            "a recursive forecast reads its own numbers, and b, c would not be among them",
            "model.strategy",
            "Use --set model.strategy=direct, or forecast all columns.",
        ),
    ],
)
def test_columns_that_cannot_be_forecast_are_refused(
    settings: dict[str, object], named: tuple[str, ...], what: str, where: str | None, fix: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        target_names(recipe(**settings), series([1.0], [2.0], [3.0])._replace(targets=named))
    assert (refusal.value.what, refusal.value.where, refusal.value.fix) == (what, where, fix)


@pytest.mark.parametrize(
    ("strategy", "steps", "horizon", "season", "window", "why"),
    [
        ("recursive", 1000, 20, 1, 80, "4 times the horizon"),
        ("recursive", 1000, 8, 1, 32, "4 times the horizon"),
        ("direct", 1000, 4, 16, 32, "two seasons"),
        ("direct", 2000, 4, 400, 512, f"{MOST}two seasons would be 800"),
        ("direct", 1001, 1, 256, 500, "half of what series of 1,001 steps leave"),
        ("direct", 1025, 1, 256, 512, "two seasons"),
        ("direct", 2, 4, 1, 1, "half of what series of 2 steps leave"),
    ],
)
def test_a_window_has_so_many_horizons_or_seasons(
    strategy: str, steps: int, horizon: int, season: int, window: int, why: str
) -> None:
    notes: list[Any] = []
    asked = recipe(model__horizon=horizon, data__season=season, model__strategy=strategy)
    assert suitable_window(asked, [series([0.0] * n) for n in (1, steps, 10**4)], notes.append) == window
    read = "1 step is" if window == 1 else f"{window} steps are"
    assert [note.text for note in notes] == [f"window: {read} read before a forecast, {why}{CHANGE}"]


@pytest.mark.parametrize(
    ("settings", "times", "found"),
    [
        ({}, (), {"window": 32, "calendar": "none", "calibration": "validation", "patch": 1}),
        ({}, days(200), {"window": 32, "calendar": "auto", "calibration": "validation", "patch": 1}),
        ({"model__strategy": "recursive"}, days(200), {"window": 32, "calendar": "none", "calibration": "none"}),
        ({"data__calendar": "week"}, days(200), {"calendar": "week"}),
        ({"data__calendar": "week", "data__window": 9}, (), {"calendar": "week", "window": 9}),
        ({"model__calibration": "none", "model__patch": 3}, (), {"calibration": "none", "patch": 3}),
        ({"data__window": 64}, (), {"window": 64, "patch": 2}),
        ({"data__window": 20, "data__season": 10}, (), {"patch": 10}),
        ({"data__window": 20, "data__season": 11}, (), {"patch": 1}),
        ({"data__window": 200, "data__season": 2}, (), {"patch": 7}),
        ({"data__window": 200, "data__season": 65}, (), {"patch": 33}),
    ],
)
def test_what_a_recipe_leaves_open_is_decided(settings: dict[str, object], times: Any, found: dict[str, Any]) -> None:
    made = decided(recipe(model__horizon=1, **settings), [series([0.0] * 200)._replace(times=times)], lambda note: None)
    seen = {
        "window": made.data.window, "calendar": made.data.calendar,
        "calibration": made.model.calibration, "patch": made.model.patch,
    }  # fmt: skip
    assert {name: seen[name] for name in found} == found


def network_of(columns: int) -> Any:
    return SimpleNamespace(
        mean=torch.zeros(columns, dtype=torch.float64), deviation=torch.ones(columns, dtype=torch.float64)
    )


@pytest.mark.parametrize("size", [1.0, 1e-200, 1e200])
def test_the_means_and_deviations_are_those_of_all_known_numbers(size: float) -> None:
    """However large they are; what never changes is left as it is, and what is missing everywhere is 0."""
    first = np.array([[NAN, 5.5, 3.0, NAN], [2.0, 5.5, 4.0, NAN], [5.0, 5.5, NAN, NAN]]) * size
    second = np.array([[1.0, 5.5, 7.0, NAN], [4.0, NAN, 8.5, NAN]]) * size
    train = [series(*columns.T.tolist()) for columns in (first[:, :3], second[:, :3])]
    train = [one._replace(values=values) for one, values in zip(train, (first, second), strict=True)]
    model, every = network_of(4), np.concatenate([first, second])
    standardise(model, train)
    known = [column[~np.isnan(column)] / size for column in every.T[:3]]
    assert (model.mean[:3] / size).tolist() == pytest.approx([one.mean() for one in known])
    assert (model.deviation[[0, 2]] / size).tolist() == pytest.approx([known[0].std(), known[2].std()])
    assert model.mean[1] == 5.5 * size
    assert model.deviation[[1, 3]].tolist() == [1.0, 1.0]
    assert model.mean[3] == 0


def test_the_range_of_what_is_known() -> None:
    first = series([NAN, NAN], [NAN, 2.0], [1.0, -4.0])
    second = series([3.0, NAN], [7.0, 1.0], [NAN, 2.0])
    found = known_range([first, second], 3)
    assert found.first.tolist() == [3.0, 2.0, 1.0]
    assert found.largest.tolist() == [0.0, 5.0, 5.0]
    nothing = known_range([first], 3)
    assert nothing.first.tolist() == [0.0, 2.0, 1.0]
    assert nothing.largest.tolist() == [0.0, 0.0, 5.0]


def test_columns_that_hold_one_number_everywhere() -> None:
    train = [series([1.0, NAN], [2.0, 2.0], [3.0, 3.0]), series([1.0, 1.0], [NAN, NAN], [3.0, 4.0])]
    assert constants(train, ("a", "b", "c")) == {"a": 1.0, "b": 2.0}
    assert constants(train, ("c", "b")) == {"b": 2.0}
    assert constants([series([NAN], [0.0])], ("a", "b")) == {"b": 0.0}


def test_what_is_missing_is_the_number_before_or_stays_so() -> None:
    values = np.array([[NAN], [2.0], [NAN], [4.0]])
    for missing in ("refuse", "mean"):
        assert filled(values, missing) is values
    assert filled(values, "previous")[1:, 0].tolist() == [2.0, 2.0, 4.0]


def test_logarithms_of_columns_that_have_them() -> None:
    found = of_logarithms(np.array([[1.0, 0.0, NAN], [np.e, 2.0, 1.0], [NAN, -1.0, 1.0]]))
    assert found[:2, 0].tolist() == [0.0, 1.0]
    assert np.isnan(found[2, 0])
    assert found[:, 1].tolist() == [0.0, 0.0, 0.0]
    assert found[1:, 2].tolist() == [0.0, 0.0]


def test_columns_are_found_by_their_names() -> None:
    one = series([1.0], [2.0], [3.0])
    assert in_order(one, ("c", "a")).tolist() == [[3.0, 1.0]]
    for named, place, where in (("", "", "the series"), ("", "input 3", "input 3"), ("sea", "input 3", "series 'sea'")):
        with pytest.raises(DataError) as refusal:
            in_order(one._replace(name=named), ("c", "d"), place)
        assert refusal.value.where == where


@pytest.mark.parametrize("calendar", ["none", "week"])
@pytest.mark.parametrize("missing", ["previous", "mean"])
def test_series_become_numbers(calendar: str, missing: str) -> None:
    """What is read is filled, what is forecast keeps its gaps, and errors are counted in what is before the start."""
    first = series([1.0, NAN, 4.0, 5.0], [0.5, 2.0, 2.0, 8.0])._replace(times=days(4), line=3)
    second = series([1.0, 2.0], [3.0, 4.0])._replace(line=8, start=1)
    data = recipe(data__missing=missing, data__calendar=calendar, data__season=2).data
    rows = list(
        encoded_rows([first, second._replace(columns=("b", "a")), first._replace(start=3)], ("b", "a"), [1], data)
    )
    assert [row.line for row in rows] == [3, 8, 3]
    one, other, late = (row.values for row in rows)
    gap = 1.0 if missing == "previous" else NAN
    np.testing.assert_array_equal(one["inputs"], [0.5, 1.0, 2.0, gap, 2.0, 4.0, 8.0, 5.0])
    np.testing.assert_array_equal(one["targets"], [1.0, NAN, 4.0, 5.0])
    np.testing.assert_array_equal(other["inputs"], [1.0, 3.0, 2.0, 4.0])
    np.testing.assert_array_equal(other["targets"], [3.0, 4.0])
    assert [row["start"] for row in (one, other, late)] == [[0], [1], [3]]
    assert one["units"].tolist() == pytest.approx([3.0])
    assert late["units"].tolist() == pytest.approx([3.0])  # of the first three steps
    assert one["log_units"].tolist() == pytest.approx([np.log(4.0)])
    assert other["units"].tolist() == [3.0]  # no step is a season after another: as large as the number is
    assert other["log_units"].tolist() == pytest.approx([np.log(3.0)])
    for row, times in ((one, first), (other, second)):
        if calendar == "none":
            assert "calendar" not in row
        else:
            points = calendar_points(times.times) if times.times else np.zeros((2, 4, 2))
            np.testing.assert_array_equal(row["calendar"], points.ravel())


def said_of(rows: list[Any], **settings: object) -> list[str]:
    notes: list[str] = []
    train = open_examples(DataSource(rows=rows), SERIES)
    made = recipe(model__width=4, data__window=8, model__horizon=2, **settings)
    TASKS["forecast"].make(train, made, lambda event: notes.append(str(getattr(event, "text", event))))
    return notes


NOISE = np.random.default_rng(1).normal(size=40).tolist()


@pytest.mark.parametrize(
    ("columns", "settings", "said"),
    [
        ({"a": NOISE}, {}, []),
        ({"a": NOISE, "b": NOISE}, {}, ["forecast: a, b"]),
        ({"a": NOISE, "b": NOISE, "c": NOISE}, {"data__targets": "b"}, ["forecast: b; covariates: a, c"]),
        (
            {"a": [float(k % 3) for k in range(40)]},
            {},
            [
                "a holds counts (whole numbers, none below 0), so no forecast of them is below 0 "
                "(change it with --set decoding.floor=false)"
            ],
        ),
        (
            {"a": [float(k % 3) for k in range(40)], "b": [7.0] * 40},
            {},
            [
                "forecast: a, b",
                "a, b hold counts (whole numbers, none below 0), so no forecast of them is below 0 "
                "(change it with --set decoding.floor=false)",
                "warning: b is 7 at all steps of the training data, and is forecast as that where it goes on so; "
                "is it the right column? (--target-column)",
            ],
        ),
    ],
)
def test_what_is_said_of_the_columns(columns: dict[str, list[float]], settings: Any, said: list[str]) -> None:
    assert said_of([columns], **settings) == said
