"""What series decide: which columns are forecast, the window, means and deviations; and how they become numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from recurra.data import Findings, Row, Series, name_of, places_of
from recurra.data.calendar import CYCLES, calendar_points, cycles_passed
from recurra.data.columns import several
from recurra.data.numbers import columns_in_order, filled_forward
from recurra.errors import DataError, UsageError
from recurra.models import Forecaster
from recurra.models.forecast_units import ROUNDING
from recurra.options import unknown_name
from recurra.tasks.forecast.recipe import ForecastRecipe, SeriesDataOptions
from recurra.tasks.task import Emit
from recurra.text.counted import counted, is_or_are
from recurra.training import Note

SHORT, LONG = 32, 512  # steps that a derived window has at least, where the series allow it, and at most
HORIZONS, HORIZONS_STEPWISE = 7, 4  # a derived window has as many horizons; where the layers read step by step
MOST_PATCHES, LONGEST_PATCH = 32, 64  # of a derived patch: patches of a window, and steps

Values = NDArray[np.float64]


def check_series(examples: Iterable[Series], recipe: ForecastRecipe) -> None:
    """Refuses series that are too short to have a window, numbers that are missing and not filled, and empty columns.

    Raises:
        DataError: all of them in one message.
    """
    findings, place_of = Findings(name_of(examples)), places_of(examples)
    empty = [without_numbers(series) for series in examples]
    nowhere: set[str] = set[str].intersection(*empty) if empty else set()
    for series, nothing in zip(examples, empty, strict=True):
        place = place_of(series.line)
        useless = sorted(nothing & nowhere.union(target_names(recipe, series)))
        for column in useless:
            findings.add("columns without numbers", empty_column(column, series, place))
        if not useless and (gap := missing_number(series, recipe.data.missing)):
            findings.add("series with missing numbers", refused(gap, place))
        if len(series.values) <= recipe.model.horizon:
            findings.add("series that are too short", too_short(series, recipe.model.horizon, place))
        if unmoved := cycles_at_rest(series, recipe.data):
            findings.add("series that do not go through the calendar", at_rest(unmoved, series, place))
    findings.raise_if_any()


def cycles_at_rest(series: Series, data: SeriesDataOptions) -> list[str]:
    """The cycles to be read that a series does not go through: without times all of them, with days the day."""
    if not data.cycles or len(series.values) < 2:
        return []
    passed = cycles_passed(calendar_points(series.times, series.dates)) if series.times else np.zeros(len(CYCLES))
    return [name for name in data.cycles if not passed[CYCLES.index(name)] > 0]


def at_rest(cycles: Sequence[str], series: Series, place: str) -> DataError:
    """The refusal of a series that does not go through some cycles."""
    times = f"are at {series.times[0]}, {series.times[1]}, ..." if series.times else "have no dates"
    named = f"the cycles that data.calendar names ({', '.join(cycles)})"
    what = f"the steps of {series.place} do not go through {named}: they "
    fix = "Give dates in a column of times, or name other cycles: --set data.calendar=none."
    return DataError(what + times, where=place, fix=fix)


def dated(series: Series) -> bool:
    """Whether the last step of a series has a date."""
    return bool(series.times) and bool(calendar_points(series.times, series.dates, 1).any())


def point_places(cycles: Sequence[str]) -> tuple[int, ...]:
    """Where the points of some cycles stand among those of all."""
    return tuple(2 * CYCLES.index(name) + k for name in cycles for k in (0, 1))


def beside_calendar(values: Values, series: Series, cycles: Sequence[str]) -> Values:
    """The last steps of a series [T, D], and beside them the points of the calendar that are read; 0 without times."""
    if not cycles:
        return values
    points = np.zeros((len(values), len(CYCLES), 2))
    if series.times:
        points[:] = calendar_points(series.times, series.dates, len(values))
    return np.concatenate([values, points.reshape(len(values), -1)[:, point_places(cycles)]], axis=1)


def without_numbers(series: Series) -> set[str]:
    """The columns in which all numbers are missing."""
    return {name for k, name in enumerate(series.columns) if np.isnan(series.values[:, k]).all()}


def empty_column(column: str, series: Series, place: str) -> DataError:
    """The refusal of a column in which nothing stands."""
    what = f"there is no number in the column {column!r} of {series.place}"
    return DataError(what, where=place, fix="Remove it, or fill it.")


def missing_number(series: Series, missing: str) -> str:
    """Which of the numbers are missing, in words; empty if none is, or if it is said what becomes of them."""
    gaps = np.isnan(series.values)
    if missing != "refuse" or not gaps.any():
        return ""
    step, column = np.argwhere(gaps)[0]
    count = int(gaps.sum())
    when = f" ({series.times[step]})" if series.times else ""
    return f"the number of {series.columns[column]!r} at step {step + 1}{when} of {series.place} is missing" + (
        f", and {count - 1:,} more" if count > 1 else ""
    )


def refused(gap: str, place: str) -> DataError:
    """The refusal of numbers that are missing."""
    fix = "Fill it, or train with --set data.missing=previous (or =mean), which says what is read in its place."
    return DataError(gap, where=place, fix=fix)


def too_short(series: Series, horizon: int, place: str) -> DataError:
    """The refusal of a series without a single window."""
    steps = len(series.values)
    what = f"{series.place} has {steps} step{'s' * (steps != 1)}; a forecast of {horizon} needs {horizon + 1} at least"
    return DataError(what, where=place, fix="Remove it, or forecast fewer steps: --set model.horizon=N.")


def target_names(recipe: ForecastRecipe, first: Series) -> tuple[str, ...]:
    """The columns that are forecast.

    Raises:
        UsageError: recipe and command line say different things, or a recursive network would have to be fed with
            columns that it does not forecast.
    """
    asked = tuple(str(name) for name in several(recipe.data.targets)) if recipe.data.targets else ()
    for name in asked:
        if name not in first.columns:
            raise unknown_name("column", name, first.columns, where="data.targets")
    if asked and first.targets and asked != first.targets:
        what = f"the columns to be forecast are {', '.join(asked)} by data.targets, {', '.join(first.targets)} by "
        raise UsageError(f"{what}--target-column", fix="Leave one of them out.")
    targets = asked or first.targets or first.columns
    only_read = [name for name in first.columns if name not in targets]
    if only_read and recipe.model.strategy == "recursive" and recipe.model.horizon > 1:
        raise UsageError(
            f"a recursive forecast reads its own numbers, and {', '.join(only_read)} would not be among them",
            where="model.strategy",
            fix="Use --set model.strategy=direct, or forecast all columns.",
        )
    return targets


def decided(recipe: ForecastRecipe, train: Iterable[Series], emit: Emit) -> ForecastRecipe:
    """The recipe with a window and a patch in place of 0, and with a calibration; says what was decided.

    Without dates no calendar is read; where there are any, trials tell.
    """
    if recipe.model.calibration == "auto":
        way = "none" if recipe.model.strategy == "recursive" else "validation"
        recipe = recipe.with_settings({"model.calibration": way})
    if not recipe.data.window:
        recipe = recipe.with_settings({"data.window": suitable_window(recipe, train, emit)})
    if recipe.data.calendar == "auto" and (recipe.model.strategy == "recursive" or not any(map(dated, train))):
        recipe = recipe.with_settings({"data.calendar": "none"})
    if recipe.model.patch:
        return recipe
    patch = 1 if recipe.model.strategy == "recursive" else suitable_patch(recipe.data.window, recipe.data.season)
    if patch > 1:
        most = f"so that a window is at most {MOST_PATCHES} patches"
        even = most if patch == least_patch(recipe.data.window) else "an even part of a season"
        why = "a season" if patch == recipe.data.season else even
        emit(Note(f"patch: {patch:,} steps of a window are read at once, {why} (change it with --set model.patch)"))
    return recipe.with_settings({"model.patch": patch})


def suitable_patch(window: int, season: int) -> int:
    """How many steps of a window are read at once: a season where a window has two, of a long one an even part."""
    least = least_patch(window)
    if 2 <= season <= window // 2:
        return max(least, -(-season // -(-season // LONGEST_PATCH)))
    return least


def least_patch(window: int) -> int:
    """With which a window is as many patches as it may be."""
    return -(-window // MOST_PATCHES)


def suitable_window(recipe: ForecastRecipe, train: Iterable[Series], emit: Emit) -> int:
    """The steps that are read before a forecast."""
    steps = median(len(series.values) for series in train)
    horizon, season = recipe.model.horizon, recipe.data.season
    times = HORIZONS_STEPWISE if recipe.model.strategy == "recursive" else HORIZONS
    second = recipe.data.second_season
    longest = max(SHORT, times * horizon, 2 * season, second)
    wanted = min(longest, LONG)
    # At least half of a series should be left to begin forecasts in.
    window = max(1, min(wanted, int(steps - horizon) // 2))
    whys = {second: "a second season", SHORT: "the usual", 2 * season: "two seasons"}
    why = {**whys, times * horizon: f"{times} times the horizon"}[longest]
    if longest > LONG:
        why = f"the most that are read unless more are asked for, where {why} would be {longest:,}"
    short = f"half of what series of {steps:,.0f} steps leave" if window < wanted else why
    read = f"{counted(window, 'step')} {is_or_are(window)} read before a forecast"
    emit(Note(f"window: {read}, {short} (change it with --set data.window)"))
    return window


@torch.no_grad()
def standardise(model: Forecaster, train: Iterable[Series]) -> None:
    """Puts the means and deviations of the training numbers into the network."""
    first, largest = known_range(train, len(model.mean))
    total, squares, count = np.zeros_like(first), np.zeros_like(first), np.zeros_like(first)
    size = np.where(largest > 0, largest, 1.0)
    # In shares of the largest difference from the first number: the mean of what never changes is exact, no digits are
    # lost in a difference of large squares, and no square is too large or too small for a number.
    for series in train:
        shares = (series.values - first) / size
        count += (~np.isnan(shares)).sum(axis=0)
        total += np.nansum(shares, axis=0)
    mean = total / np.maximum(count, 1)
    for series in train:
        squares += np.nansum(((series.values - first) / size - mean) ** 2, axis=0)
    deviation = size * np.sqrt(squares / np.maximum(count, 1))
    centre = first + size * mean
    # What never changes says nothing, and is left as it is.
    deviation = np.where(deviation > ROUNDING * (np.abs(first) + largest), deviation, 1.0)
    model.mean.copy_(torch.from_numpy(centre))
    model.deviation.copy_(torch.from_numpy(deviation))


class Known(NamedTuple):
    """What is known of each column [D]."""

    first: Values  # its first number; 0 where there is none
    largest: Values  # the largest difference of another one from it


def known_range(train: Iterable[Series], columns: int) -> Known:
    """The first number of each column and how far the others are from it."""
    first, largest = np.full(columns, np.nan), np.zeros(columns)
    for series in train:
        known = ~np.isnan(series.values)
        start = series.values[known.argmax(axis=0), np.arange(columns)]
        first = np.where(np.isnan(first), start, first)
        largest = np.fmax(largest, np.abs(np.nan_to_num(series.values - first)).max(axis=0, initial=0.0))
    return Known(np.nan_to_num(first), largest)


def whole_numbers(train: Iterable[Series], names: Sequence[str]) -> tuple[str, ...]:
    """Those of the columns that hold counts: whole numbers, none below 0."""
    counts = set(names)
    for series in train:
        with np.errstate(invalid="ignore"):
            fits = (np.isnan(series.values) | ((series.values >= 0) & (series.values % 1 == 0))).all(axis=0)
        counts -= {name for name, one in zip(series.columns, fits, strict=True) if not one}
    return tuple(name for name in names if name in counts)


def constants(train: Iterable[Series], names: Sequence[str]) -> dict[str, float]:
    """Those of the columns that hold one number at all steps of all series, and that number."""
    lowest, highest = dict.fromkeys(names, math.inf), dict.fromkeys(names, -math.inf)
    for series in train:
        for name, column in zip(series.columns, series.values.T, strict=True):
            if name in lowest and not np.isnan(column).all():
                lowest[name] = min(lowest[name], float(np.nanmin(column)))
                highest[name] = max(highest[name], float(np.nanmax(column)))
    return {name: value for name, value in lowest.items() if value == highest[name]}


def filled(values: Values, missing: str) -> Values:
    """Numbers [T, D] as they are read: what is missing is the number before it, or stays so and is read as the mean."""
    return filled_forward(values) if missing == "previous" else values


def encoded_rows(
    examples: Iterable[Series], columns: tuple[str, ...], targets: list[int], data: SeriesDataOptions
) -> Iterator[Row]:
    """Each series as values of the columns `inputs`, `targets`, `units`, `log_units`, `calendar` and `start`."""
    for series in examples:
        values = in_order(series, columns)
        wanted = values[:, targets]
        points = None if data.calendar == "none" else beside_calendar(values[:, :0], series, CYCLES)
        yield Row(
            {
                "inputs": filled(values, data.missing).ravel(),
                "targets": wanted.ravel(),
                "units": series_units(wanted[: series.start or None], max(data.season, 1)),
                "log_units": series_units(of_logarithms(wanted)[: series.start or None], max(data.season, 1)),
                "start": [series.start],
                **({} if points is None else {"calendar": points.ravel()}),
            },
            series.line,
        )


def of_logarithms(values: Values) -> Values:
    """The logarithms of numbers [T, K] above 0; 0 in a column that has others."""
    above = ~(values <= 0).any(axis=0)
    return np.log(np.where(above, values, 1.0))


def series_units(values: Values, season: int) -> Values:
    """What the errors of each column [T, K] are counted in: how much it changes in a season, as a mean of squares [K].

    Where there is no change, as large as the numbers are.
    """
    largest = np.abs(np.nan_to_num(values)).max(axis=0, initial=0.0)
    size = np.where(largest > 0, largest, 1.0)
    shares = values / size  # whose squares are numbers, however large or small the values are
    changes = shares[season:] - shares[:-season]
    known = ~np.isnan(changes)
    mean = np.sqrt(np.nansum(changes**2, axis=0) / np.maximum(known.sum(axis=0), 1))
    return size * np.where(mean > ROUNDING, mean, 1.0)


def in_order(series: Series, columns: tuple[str, ...], place: str = "") -> Values:
    """The columns that the network knows, as `columns_in_order` finds them: [T, D].

    Args:
        place: where the series stands, if it has no name.

    Raises:
        DataError: they are not there.
    """
    where = series.place if series.name else place or series.place
    return series.values[:, columns_in_order(series.columns, columns, "columns of numbers", where)]
