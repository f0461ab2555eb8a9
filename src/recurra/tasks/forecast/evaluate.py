"""How good forecasts are: the origin moves on through each series, and every forecast is compared with what happened.

The first origin is a window after the beginning, or where the validation part or the last steps begin that are asked
for (`decoding.last`). The next one is as many steps later as are forecast, so that each step is forecast once, unless
that would be less than ten forecasts or `decoding.stride` says otherwise. Beside each forecast stands the naive one:
the last known number, or where there is a season the last known one of the same place in it.

N windows, H steps, K columns that are forecast, Q quantiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from recurra.data import Series
from recurra.data.chunks import chunks
from recurra.errors import DataError, UsageError
from recurra.metrics import ExampleScores, Measure, Share, coverage, mae, mase, relative_mae, rmse
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.forecast.build import Values, filled, in_order, missing_number, refused
from recurra.tasks.forecast.network import ForecastNetwork
from recurra.tasks.forecast.recipe import ForecastAnswerOptions

CHUNK = 512  # windows that are forecast together
MIN_WINDOWS = 10  # of a series; with fewer windows its forecasts overlap


class Forecasting(Protocol):
    """What makes the forecasts that are measured."""

    @property
    def first(self) -> ForecastNetwork:
        """A network."""
        ...

    def steps(self, options: ForecastAnswerOptions) -> int:
        """H."""
        ...

    def quantiles(self, windows: Sequence[Values], options: ForecastAnswerOptions) -> Values:
        """The quantiles after each window [T, D]: [N, H, K, Q]."""
        ...


class Window(NamedTuple):
    """One forecast to be made."""

    read: Values  # [T, D]
    truth: Values  # [H, K] what is missing is NaN
    naive: Values  # [H, K]


class Errors(NamedTuple):
    """What came of some forecasts."""

    error: Values  # [N, H, K] absolute, of the median; what is not known is NaN
    naive: Values  # [N, H, K] absolute, of the naive forecast
    inside: NDArray[np.bool_]  # [N, H, K] whether the truth lies in the interval


def evaluate_windows(predictor: Forecasting, examples: Iterable[Series], options: ForecastAnswerOptions) -> Evaluation:
    """All measures over the windows of the examples."""
    network = predictor.first
    parts: list[Errors] = []
    lengths: list[int] = []
    for chunk in chunks(rolling_windows(predictor, examples, options), CHUNK):
        found = predictor.quantiles([window.read for window in chunk], options)
        lengths += [len(window.read) for window in chunk]
        middle = found.shape[-1] // 2
        truth = np.stack([window.truth for window in chunk])
        naive = np.stack([window.naive for window in chunk])
        inside = (found[..., 0] <= truth) & (truth <= found[..., -1])
        parts.append(Errors(np.abs(found[..., middle] - truth), np.abs(naive - truth), inside))
    if not parts:
        raise DataError("there is nothing to forecast", where=getattr(examples, "name", None))
    errors = Errors(*(np.concatenate(every) for every in zip(*parts, strict=True)))
    levels = network.recipe.model.levels()
    season = max(1, network.recipe.data.season)
    scale = network.model.naive.cpu().numpy()
    measures = measured(errors, scale, season, levels[-1] - levels[0])
    notes, more = notes_on(errors, season), details(errors, network.targets)
    return Evaluation(len(errors.error), measures, notes, more, window_scores(errors, lengths, scale))


def measured(errors: Errors, scale: Values, season: int, nominal: float) -> dict[str, Measure]:
    """The measures by name, in the order they are shown in."""
    counts = (~np.isnan(errors.error)).sum(axis=(1, 2))
    absolute, squared = np.nansum(errors.error, axis=(1, 2)), np.nansum(errors.error**2, axis=(1, 2))
    scaled, naive = (np.nansum(part / scale, axis=(1, 2)) for part in (errors.error, errors.naive))
    found = {
        "mae": mae(absolute, counts),
        "rmse": rmse(squared, counts),
        "mase": mase(scaled, counts, season),
    }
    if naive.sum() > 0:
        found["relative_mae"] = relative_mae(scaled, naive, season)
    if nominal > 0:
        found["coverage"] = coverage(errors.inside.sum(axis=(1, 2)), counts, nominal)
    return found


def rolling_windows(
    predictor: Forecasting, examples: Iterable[Series], options: ForecastAnswerOptions
) -> Iterator[Window]:
    """The windows of all series, one after the other.

    Raises:
        DataError: a series is too short for a single one, or a number that is read is missing.
        UsageError: other columns are to be forecast than the model forecasts.
    """
    network = predictor.first
    data, steps = network.recipe.data, predictor.steps(options)
    places = [network.columns.index(name) for name in network.targets]
    name = getattr(examples, "name", "series")
    for series in examples:
        if series.targets and series.targets != network.targets:
            what = f"the model forecasts {', '.join(network.targets)}, not {', '.join(series.targets)}"
            raise UsageError(what, where="--target-column", fix="Leave it out.")
        place = f"{name}:{series.line}"
        if gap := missing_number(series, data.missing):
            raise refused(gap, place)
        values = in_order(series, network.columns)
        if len(values) <= steps:
            what = f"{series.place} has {len(values)} steps; to compare a forecast of {steps}, {steps + 1} are needed"
            raise DataError(what, where=place, fix="Give its past as well, or forecast fewer: --set steps=N.")
        read = filled(values, data.missing)
        first = max(series.start, min(data.window, len(values) - steps), len(values) - (options.last or len(values)))
        ends = len(values) - steps + 1  # of the origins
        for origin in range(first, ends, options.stride or min(steps, max(1, (ends - first) // MIN_WINDOWS))):
            truth = values[origin : origin + steps, places]
            naive = naive_forecast(read[:origin, places], steps, max(1, data.season))
            yield Window(read[max(0, origin - data.window) : origin], truth, naive)


def naive_forecast(past: Values, steps: int, season: int) -> Values:
    """The last known number of the same place in the season [H, K]; the last one where the past has no whole season."""
    season = season if len(past) >= season else 1
    return past[len(past) - season :][np.arange(steps) % season]


def details(errors: Errors, targets: tuple[str, ...]) -> dict[str, object]:
    """The mean absolute error of each step and of each column, and that of the naive forecast."""
    with np.errstate(invalid="ignore"):
        steps = [
            {"step": k + 1, "mae": _mean(errors.error[:, k]), "naive": _mean(errors.naive[:, k])}
            for k in range(errors.error.shape[1])
        ]
        columns = [
            {"column": name, "mae": _mean(errors.error[..., k]), "naive": _mean(errors.naive[..., k])}
            for k, name in enumerate(targets)
        ]
    return {"counted": "windows", "steps": steps, "columns": columns}


def window_scores(errors: Errors, lengths: list[int], scale: Values) -> ExampleScores:
    """What each window adds to the scaled error."""
    scaled, counts = np.nansum(errors.error / scale, axis=(1, 2)), (~np.isnan(errors.error)).sum(axis=(1, 2))
    definition = "mean absolute error in percent of that of the naive forecast on the training data"
    share = Share(scaled.tolist(), counts.tolist(), definition, higher_is_better=False)
    return ExampleScores(lengths, "steps", {"scaled_error": share})


def notes_on(errors: Errors, season: int) -> list[str]:
    """What a reader of the measures should know."""
    if np.isnan(errors.naive).all():
        return []
    naive = "the last number" if season == 1 else f"the number {season} steps before"
    return [f"forecasting {naive} has a mean absolute error of {_mean(errors.naive):.4g}"]


def _mean(values: Values) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0
