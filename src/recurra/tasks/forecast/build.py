"""What series decide: which columns are forecast, the window, means and deviations; and how they become numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import median

import numpy as np
import torch
from numpy.typing import NDArray

from recurra.data import Findings, Row, Series, name_of
from recurra.data.columns import several
from recurra.data.numbers import columns_in_order, filled_forward
from recurra.errors import DataError, UsageError
from recurra.models import Forecaster
from recurra.options import unknown_name
from recurra.tasks.forecast.recipe import ForecastRecipe
from recurra.tasks.task import Emit
from recurra.training import Note

SHORT, LONG = 32, 512  # steps that a derived window has at least, where the series allow it, and at most

Values = NDArray[np.float64]


def check_series(examples: Iterable[Series], recipe: ForecastRecipe) -> None:
    """Refuses series that are too short to have a window, and numbers that are missing and not filled.

    Raises:
        DataError: all of them in one message.
    """
    name = name_of(examples)
    findings = Findings(name)
    for series in examples:
        place = f"{name}:{series.line}"
        if gap := missing_number(series, recipe.data.missing):
            findings.add("series with missing numbers", refused(gap, place))
        if len(series.values) <= recipe.model.horizon:
            findings.add("series that are too short", too_short(series, recipe.model.horizon, place))
    findings.raise_if_any()


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


def decided(recipe: ForecastRecipe, train: Iterable[Series], targets: list[int], emit: Emit) -> ForecastRecipe:
    """The recipe with a window in place of 0 and a baseline in place of auto; says what was decided.

    Args:
        targets: where the columns that are forecast stand.
    """
    if not recipe.data.window:
        recipe = recipe.with_settings({"data.window": suitable_window(recipe, train, emit)})
    if recipe.model.baseline == "auto":
        recipe = recipe.with_settings({"model.baseline": suitable_baseline(recipe, train, targets, emit)})
    return recipe


def suitable_window(recipe: ForecastRecipe, train: Iterable[Series], emit: Emit) -> int:
    """The steps that are read before a forecast."""
    steps = median(len(series.values) for series in train)
    horizon, season = recipe.model.horizon, recipe.data.season
    wanted = min(max(SHORT, 4 * horizon, 2 * season), LONG)
    # At least half of a series should be left to begin forecasts in.
    window = max(1, min(wanted, int(steps - horizon) // 2))
    why = "four times the horizon" if wanted == 4 * horizon else "two seasons" if wanted == 2 * season else "the usual"
    short = f"half of what series of {steps:,.0f} steps leave" if window < wanted else why
    emit(Note(f"window: {window} steps are read before a forecast, {short} (change it with --set data.window)"))
    return window


def suitable_baseline(recipe: ForecastRecipe, train: Iterable[Series], targets: list[int], emit: Emit) -> str:
    """`season` where the value a season before forecasts the training data better than the last value does."""
    season, steps = recipe.data.season, np.arange(1, recipe.model.horizon + 1)
    if season < 2 or recipe.data.window < season:
        return "last"
    lags, places = np.unique([steps, -(-steps // season) * season], return_inverse=True)  # a season serves many steps
    errors = naive_errors(train, lags.tolist())[places.ravel()][:, targets].reshape(2, len(steps), -1).mean(axis=1)
    share = float((errors[1] / np.maximum(errors[0], 1e-300)).mean())
    baseline = "season" if share < 1 else "last"
    said = f"the number {season} steps before has {share:.0%} of the error of the last one"
    emit(Note(f"baseline: {baseline}, because on the training data {said} (change it with --set model.baseline)"))
    return baseline


@torch.no_grad()
def standardise(model: Forecaster, train: Iterable[Series], season: int) -> None:
    """Puts the means and deviations of the training numbers into the network, and what naive forecasts err by."""
    size = len(model.mean)
    count, total, squares = np.zeros(size), np.zeros(size), np.zeros(size)
    for series in train:
        count += (~np.isnan(series.values)).sum(axis=0)
        total += np.nansum(series.values, axis=0)
    mean = total / np.maximum(count, 1)
    for series in train:  # a second time, since a difference of large squares would lose its digits
        squares += np.nansum((series.values - mean) ** 2, axis=0)
    deviation = np.sqrt(squares / np.maximum(count, 1))
    # What never changes says nothing, and is left as it is.
    deviation = np.where(deviation > 1e-9 * np.abs(mean), deviation, 1.0)
    model.mean.copy_(torch.from_numpy(mean))
    model.deviation.copy_(torch.from_numpy(deviation))
    naive = naive_errors(train, [max(season, 1)])[0, model.targets.numpy()]
    model.naive.copy_(torch.from_numpy(np.where(naive > 0, naive, deviation[model.targets.numpy()])))


def naive_errors(train: Iterable[Series], lags: Sequence[int]) -> Values:
    """The mean absolute difference of each column from so many steps before [L, D]; 0 where there is none."""
    totals: Values = np.zeros((len(lags), 1))
    counts: Values = np.zeros((len(lags), 1))
    for series in train:
        changes = [np.abs(series.values[lag:] - series.values[:-lag]) for lag in lags]
        totals = totals + np.stack([np.nansum(change, axis=0) for change in changes])
        counts = counts + np.stack([(~np.isnan(change)).sum(axis=0) for change in changes])
    return totals / np.maximum(counts, 1)


def filled(values: Values, missing: str) -> Values:
    """Numbers [T, D] as they are read: what is missing is the number before it, or stays so and is read as the mean."""
    return filled_forward(values) if missing == "previous" else values


def encoded_rows(
    examples: Iterable[Series], columns: tuple[str, ...], targets: list[int], missing: str
) -> Iterator[Row]:
    """Each series as values of the columns `inputs`, `targets` and `start`."""
    for series in examples:
        values = in_order(series, columns)
        yield Row(
            {"inputs": filled(values, missing).ravel(), "targets": values[:, targets].ravel(), "start": [series.start]},
            series.line,
        )


def in_order(series: Series, columns: tuple[str, ...]) -> Values:
    """The columns that the network knows, as `columns_in_order` finds them: [T, D].

    Raises:
        DataError: they are not there.
    """
    return series.values[:, columns_in_order(series.columns, columns, "columns of numbers", series.place)]
