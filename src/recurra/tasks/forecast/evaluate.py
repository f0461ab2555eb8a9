"""How good forecasts are: the origin moves on through each series, and every forecast is compared with what happened.

The first origin is a window after the beginning, or where the validation part or the last steps begin that are asked
for (`decoding.last`). The next one is as many steps later as are forecast, so that each step is forecast once, unless
that would be less than ten forecasts or `decoding.stride` says otherwise. Beside each forecast stands the naive one:
the last known number, or where there is a season the last known one of the same place in it.

Series and columns may be of any size and unit. So each is measured in its own scale, which is what the naive forecast
errs by one season ahead: on the steps before the first origin, where these are set apart, else on all its steps. Errors
are then averaged within each column of each series, and after that over all of them.

N windows, H steps, K columns that are forecast, Q quantiles, S series.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from recurra.data import Series, places_of
from recurra.data.chunks import chunks
from recurra.data.numbers import filled_forward
from recurra.errors import DataError, UsageError
from recurra.metrics import Case, ExampleScores, Measure, Share, coverage, mae, mase, relative_mae, rmse, value_text
from recurra.metrics.mase import mase_definition
from recurra.models.forecast_units import ROUNDING
from recurra.tasks.case_pictures import forecast_chart
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.forecast.answer import notes_on_raised, notes_on_undated
from recurra.tasks.forecast.build import Values, beside_calendar, filled, in_order, missing_number, refused
from recurra.tasks.forecast.network import ForecastNetwork
from recurra.tasks.forecast.recipe import ForecastAnswerOptions
from recurra.text.counted import counted
from recurra.views.records import ColumnRecord, ErrorRecord, EvaluationDetails, StepRecord

CHUNK = 512  # windows that are forecast together
SHOWN = 24  # steps of a window that are written out
MOST_PARTS = 12  # spans of steps, and columns, that are measured one by one
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

    series: int  # its number
    read: Values  # [T, D]
    past: Values  # [S, K] all that is known before, of the columns that are forecast
    truth: Values  # [H, K] what is missing is NaN
    naive: Values  # [H, K]
    scale: Values  # [K] what the naive forecast errs by in this series; 0 where it never errs
    name: str  # of the series
    begins: str  # the time or the number of the first step that is forecast
    line: int


class Errors(NamedTuple):
    """What came of some forecasts."""

    error: Values  # [N, H, K] absolute, of the median; what is not known is NaN
    naive: Values  # [N, H, K] absolute, of the naive forecast
    inside: NDArray[np.bool_]  # [N, H, K] whether the truth lies in the interval
    series: NDArray[np.int64]  # [N]
    scale: Values  # [N, K]

    def of_column(self, k: int) -> Errors:
        """Those of one column."""
        one = slice(k, k + 1)
        return Errors(
            self.error[..., one], self.naive[..., one], self.inside[..., one], self.series, self.scale[:, one]
        )


def evaluate_windows(predictor: Forecasting, examples: Iterable[Series], options: ForecastAnswerOptions) -> Evaluation:
    """All measures over the windows of the examples."""
    network = predictor.first
    parts: list[Errors] = []
    lengths: list[int] = []
    cases: list[Case] = []
    raised: dict[str, float] = {}
    undated = list[str]()
    for chunk in chunks(rolling_windows(predictor, examples, options), CHUNK):
        found = predictor.quantiles([window.read for window in chunk], options)
        for window in chunk:
            raised |= network.raised(window.read)
            undated = undated or network.undated(window.read)
        lengths += [len(window.read) for window in chunk]
        cases += map(partial(case_of_window, targets=network.targets), chunk, found)
        parts.append(errors_of(chunk, found))
    if not parts:
        raise DataError("there is nothing to forecast", where=getattr(examples, "name", None))
    errors = Errors(*(np.concatenate(every) for every in zip(*parts, strict=True)))
    levels = network.recipe.model.levels()
    measures = measured(errors, network, levels[-1] - levels[0])
    notes = [*notes_on_raised(raised), *notes_on_undated(undated), *notes_on(errors, measures, network)]
    scores = window_scores(errors, lengths, network)
    return Evaluation(
        len(errors.error), measures, notes, details(errors, network), scores, cases, window_parts(errors, network)
    )


def case_of_window(window: Window, found: Values, targets: Sequence[str]) -> Case:
    """A forecast beside what happened; found [H, K, Q]."""
    groups: dict[str, str | float] = {"series": window.name} if window.name else {}
    source = f"{window.name}, from {window.begins}" if window.name else f"from {window.begins}"
    medians = found[..., found.shape[-1] // 2]
    right, given = written(window.truth, targets), written(medians, targets)
    picture = partial(forecast_chart, window.truth, medians)
    return Case(window.line, source, (right,), given, groups=groups, picture=picture)


def written(values: Values, targets: Sequence[str]) -> str:
    """Numbers [H, K] in one line, the first of many steps and of many columns."""
    more = f" ... ({len(values) - SHOWN:,} more)" if len(values) > SHOWN else ""
    parts = [" ".join(f"{value:.5g}" for value in column[:SHOWN]) + more for column in values.T[:MOST_PARTS]]
    if len(targets) == 1:
        return parts[0]
    others = [counted(len(targets) - MOST_PARTS, "more column")] * (len(targets) > MOST_PARTS)
    return "; ".join([*(f"{name}: {part}" for name, part in zip(targets, parts, strict=False)), *others])


def window_parts(errors: Errors, network: ForecastNetwork) -> dict[str, dict[str, Share]]:
    """The MASE of the steps ahead, of many in spans of about equally many, and of each column."""
    steps = errors.error.shape[1]
    bounds = sorted({steps * k // MOST_PARTS for k in range(MOST_PARTS + 1)})
    ahead = {
        str(first + 1) if last == first + 1 else f"{first + 1} to {last}": errors._replace(
            error=errors.error[:, first:last], naive=errors.naive[:, first:last]
        )
        for first, last in pairwise(bounds)
    }
    columns = {name: errors.of_column(k) for k, name in enumerate(network.targets[:MOST_PARTS])}
    found: dict[str, dict[str, Share]] = {}
    for by, parts in (("steps ahead", ahead), ("column", columns)):
        shares = {name: share for name, part in parts.items() if (share := mase_share(part, network.season))}
        if len(shares) > 1:
            found[by] = shares
    return found


def mase_share(errors: Errors, season: int) -> Share | None:
    """What each window adds to the MASE; None where there is none."""
    scaled = in_scale(errors, errors.scale)
    if not scaled.counts.any():
        return None
    return Share(scaled.error.tolist(), scaled.counts.tolist(), mase_definition(season), False, scale=1.0)


def errors_of(windows: Sequence[Window], found: Values) -> Errors:
    """What came of the forecasts [N, H, K, Q] of some windows."""
    truth = np.stack([window.truth for window in windows])
    naive = np.stack([window.naive for window in windows])
    return Errors(
        np.abs(found[..., found.shape[-1] // 2] - truth),
        np.abs(naive - truth),
        (found[..., 0] <= truth) & (truth <= found[..., -1]),
        np.array([window.series for window in windows]),
        np.stack([window.scale for window in windows]),
    )


def measured(errors: Errors, network: ForecastNetwork, nominal: float) -> dict[str, Measure]:
    """The measures by name, in the order they are shown in; what cannot be measured is left out.

    Numbers of several columns are of different units, so that no mean of their errors as they are means anything.
    """
    counts = (~np.isnan(errors.error)).sum(axis=(1, 2))
    found: dict[str, Measure] = {}
    if len(network.targets) == 1:
        found["mae"] = mae(np.nansum(errors.error, axis=(1, 2)), counts)
        found["rmse"] = rmse(np.nansum(errors.error**2, axis=(1, 2)), counts)
    scaled = in_scale(errors, errors.scale)
    if scaled.counts.any():
        found["mase"] = mase(scaled.error, scaled.counts, network.season)
    both = errors._replace(error=np.where(np.isnan(errors.naive), np.nan, errors.error))
    compared = in_scale(both, np.where(errors.scale > 0, errors.scale, own_naive(errors)))
    if compared.naive.any():
        found["relative_mae"] = relative_mae(compared.error, compared.naive, network.season)
    if nominal > 0:
        found["coverage"] = coverage(errors.inside.sum(axis=(1, 2)), counts, nominal)
    return found


class Scaled(NamedTuple):
    """What each window adds to means over all columns of all series, in which each of these counts alike."""

    error: Values  # [N]
    naive: Values  # [N]
    counts: Values  # [N]


def in_scale(errors: Errors, scale: Values) -> Scaled:
    """Errors in units of a scale [N, K], those of a column of a series divided by how many these are.

    Where the scale is 0 nothing is counted.
    """
    known = ~np.isnan(errors.error) & (scale > 0)[:, None]
    counts = known.sum(axis=1).astype(np.float64)  # [N, K]
    of_series = np.zeros((int(errors.series.max()) + 1, counts.shape[1]))  # [S, K]
    np.add.at(of_series, errors.series, counts)
    mean = counts.sum() / max(1, np.count_nonzero(of_series))  # so that all counts together stay what they are
    weights = mean / np.maximum(of_series, 1)[errors.series]
    unit = np.where(scale > 0, scale, 1.0)
    error, naive = (np.where(known, part, 0.0).sum(axis=1) / unit for part in (errors.error, errors.naive))
    return Scaled(*((part * weights).sum(axis=1) for part in (error, naive, counts)))


def own_naive(errors: Errors) -> Values:
    """The mean error of the naive forecast on these windows, for each column of the series of each one: [N, K]."""
    sums, counts = (np.zeros((int(errors.series.max()) + 1, errors.scale.shape[1])) for _ in range(2))
    np.add.at(sums, errors.series, np.nansum(errors.naive, axis=1))
    np.add.at(counts, errors.series, (~np.isnan(errors.naive)).sum(axis=1))
    return (sums / np.maximum(counts, 1))[errors.series]


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
    place_of = places_of(examples)
    for number, series in enumerate(examples):
        if series.targets and series.targets != network.targets:
            what = f"the model forecasts {', '.join(network.targets)}, not {', '.join(series.targets)}"
            raise UsageError(what, where="--target-column", fix="Leave it out.")
        place = place_of(series.line)
        if gap := missing_number(series, data.missing):
            raise refused(gap, place)
        values = in_order(series, network.columns)
        if len(values) <= steps:
            needed = f"to compare a forecast of {steps}, {steps + 1} are needed"
            what = f"{series.place} has {counted(len(values), 'step')}; {needed}"
            raise DataError(what, where=place, fix="Give its past as well, or forecast fewer: --set steps=N.")
        read = beside_calendar(filled(values, data.missing), series, data.cycles)
        last_known = filled_forward(values[:, places])
        apart = max(series.start, len(values) - (options.last or len(values)))  # from here on it is measured
        first = max(apart, min(data.window, len(values) - steps))
        scale = naive_scale(values[:, places], apart, network.season)
        ends = len(values) - steps + 1  # of the origins
        for origin in range(first, ends, options.stride or min(steps, max(1, (ends - first) // MIN_WINDOWS))):
            truth = values[origin : origin + steps, places]
            naive = naive_forecast(last_known[:origin], steps, network.season)
            begins = series.times[origin] if series.times else f"step {origin + 1}"
            past = read[max(0, origin - data.window) : origin]
            known = last_known[:origin]
            yield Window(number, past, known, truth, naive, scale, series.name, begins, series.line)


def naive_forecast(past: Values, steps: int, season: int) -> Values:
    """The last known number of the same place in the season [H, K]; the last one where the past has no whole season."""
    season = season if len(past) >= season else 1
    return past[len(past) - season :][np.arange(steps) % season]


def naive_scale(values: Values, apart: int, season: int) -> Values:
    """The mean absolute difference from a season before, before `apart` where that is possible: [T, K] to [K]."""
    past = values[:apart] if apart > season else values
    changes = np.abs(past[season:] - past[:-season])
    mean = np.nansum(changes, axis=0) / np.maximum((~np.isnan(changes)).sum(axis=0), 1)
    rounding = ROUNDING * np.abs(np.nan_to_num(past)).max(axis=0, initial=0.0)
    return np.where(mean > rounding, mean, 0.0)


def details(errors: Errors, network: ForecastNetwork) -> EvaluationDetails:
    """The errors of each step and of each column, and those of the naive forecast."""
    steps: list[StepRecord] = [
        {"step": k + 1, **compared(errors._replace(error=errors.error[:, [k]], naive=errors.naive[:, [k]]))}
        for k in range(errors.error.shape[1])
    ]
    columns: list[ColumnRecord] = [
        {"column": name, **compared(errors.of_column(k))} for k, name in enumerate(network.targets)
    ]
    return {"counted": "windows", "steps": steps, "columns": columns}


def compared(errors: Errors) -> ErrorRecord:
    """Errors of the model and of the naive forecast: of one column in its units, and in the scale of each series."""
    scaled = in_scale(errors, errors.scale)
    total = scaled.counts.sum()
    mase, naive = (float(part.sum() / total) if total else None for part in (scaled.error, scaled.naive))
    found: ErrorRecord = {"mase": mase, "naive_mase": naive}
    if errors.error.shape[2] == 1:
        found["mae"], found["naive"] = _mean(errors.error), _mean(errors.naive)
    return found


def window_scores(errors: Errors, lengths: list[int], network: ForecastNetwork) -> ExampleScores:
    """What each window adds to the MASE; where there is none, to the error in standard deviations of each column."""
    if share := mase_share(errors, network.season):
        return ExampleScores(lengths, "steps", {"mase": share})
    deviation = network.model.deviation[network.model.targets].cpu().numpy()
    counts = (~np.isnan(errors.error)).sum(axis=(1, 2))
    absolute = np.nansum(errors.error / deviation, axis=(1, 2))
    definition = "mean absolute error in standard deviations of the training data"
    return ExampleScores(
        lengths, "steps", {"scaled_error": Share(absolute.tolist(), counts.tolist(), definition, False, scale=1.0)}
    )


def notes_on(errors: Errors, measures: Mapping[str, Measure], network: ForecastNetwork) -> list[str]:
    """What a reader of the measures should know."""
    season = network.season
    naive = "the last number" if season == 1 else f"the number {counted(season, 'step')} before"
    notes: list[str] = []
    if len(network.targets) == 1 and not np.isnan(errors.naive).all():
        notes.append(f"forecasting {naive} has a mean absolute error of {value_text('mae', _mean(errors.naive))}")
    notes += left_out(errors, network.targets)
    relative = measures.get("relative_mae")
    if relative is not None and round(relative.value, 3) >= 1:
        times = f"its error is {value_text('relative_mae', relative.value)} times as large"
        notes.append(f"warning: the model is not better than forecasting {naive}: {times}")
    return notes


def left_out(errors: Errors, targets: tuple[str, ...]) -> list[str]:
    """Which columns of which series have no MASE, in words."""
    _, first = np.unique(errors.series, return_index=True)
    constant = errors.scale[first] == 0  # [S, K]
    if not constant.any():
        return []
    count, total = int(constant.sum()), constant.size
    what = "series" if len(targets) == 1 else "columns" if len(first) == 1 else "columns of series"
    some = "MASE is left out: the series" if total == 1 else f"MASE leaves out {count:,} of {total:,} {what}, which"
    why = "so that the naive forecast makes no errors to compare with"
    return [f"{some} never change{'s' * (count == 1)} (from one season to the next), {why}"]


def _mean(values: Values) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0
