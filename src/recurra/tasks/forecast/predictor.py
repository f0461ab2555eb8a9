"""From series to their next values, in the order of the input; and all that happens on the way.

B batch, T steps of a window, D columns, K of them forecast, H steps that are forecast, Q quantiles, S sample paths.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recurra.data import Series
from recurra.data.chunks import chunks
from recurra.data.series import checked_series
from recurra.data.steps import next_times, step_named
from recurra.errors import DataError, UsageError
from recurra.inside.probes import ForecastProbe
from recurra.models import Forecaster, device_of
from recurra.models.forecast_units import ROUNDING, Units
from recurra.models.patches import patch_bounds
from recurra.padded import Padded, last_of, pad
from recurra.tasks.answer import Alternative, Answer
from recurra.tasks.at_once import at_once
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.forecast.answer import PAST_SHOWN, ColumnForecast, ForecastValues
from recurra.tasks.forecast.build import beside_calendar, filled, in_order, missing_number, refused
from recurra.tasks.forecast.evaluate import evaluate_windows
from recurra.tasks.forecast.network import ForecastNetwork
from recurra.tasks.forecast.recipe import ForecastAnswerOptions
from recurra.tasks.one_input import is_one_series
from recurra.tasks.tracing import Asked, ReadInput, Scale
from recurra.tasks.vectors import Vector, one_by_one
from recurra.text.counted import counted
from recurra.text.decimals import decimals_for
from recurra.tracing import SeriesTrace

CHUNK = 512  # series that are read ahead
BATCH = 64  # windows that are answered together
LOGARITHMS = (
    "the network counts logarithms: scores are in units of the numbers as if these changed in proportion to them"
)
PATHS = 16384  # sample paths that are followed together

Values = NDArray[np.float64]


@dataclass(frozen=True)
class ForecastPredictor:
    """One network, or several for the same columns: they answer by the mean of their quantiles."""

    networks: Sequence[ForecastNetwork]

    @property
    def first(self) -> ForecastNetwork:
        """The first: what it reads and forecasts, the others do too."""
        return self.networks[0]

    @property
    def reads(self) -> None:
        """Series; which of their columns, is the network's matter."""

    def is_one(self, given: object) -> bool:
        """The numbers of a series, [T] or [T, D], or its columns by name."""
        return is_one_series(given, len(self.first.columns))

    def predict(self, inputs: Iterable[object], options: ForecastAnswerOptions) -> Iterator[Answer[ForecastValues]]:
        """The next values of each series."""
        first = 1
        for chunk in chunks(inputs, CHUNK):
            places = [f"input {number}" for number in range(first, first + len(chunk))]
            every = [checked_series(one, place) for one, place in zip(chunk, places, strict=True)]
            windows = [self.window(one, place) for one, place in zip(every, places, strict=True)]
            found = self._computed(windows, options)
            shown = self._floored(found, options)
            for series, window, computed, one in zip(every, windows, found, shown, strict=True):
                yield self._answer(series, window, one, (computed != one).any(axis=(0, 2)))
            first += len(chunk)

    def evaluate(self, examples: Iterable[Series], options: ForecastAnswerOptions) -> Evaluation:
        """All measures, over forecasts from origins that move on through each series."""
        return evaluate_windows(self, examples, options)

    def ask(self, given: Iterable[object], options: ForecastAnswerOptions, target: object = None) -> Asked:
        """The question about the medians of the next steps, column by column of each step.

        Raises:
            UsageError: a target.
        """
        if target is not None:
            what = "a forecast can only be traced as the model makes it, not along given values"
            raise UsageError(what, where="target", fix="Leave it out.")
        several = [given] if self.is_one(given) else list(given)
        if len(several) != 1:
            raise DataError(f"expected one series, got {len(several)}", where="the input", fix="Trace them one by one.")
        series = checked_series(several[0], "the input")
        window = self.window(series, "the input")
        answer = next(self.predict([series], options))
        steps = self.steps(options)
        with torch.no_grad():
            models = [network.model.eval() for network in self.networks]
            read = [standard(model, [window]) for model in models]
            probes = [ForecastProbe(model, one.rows, steps) for model, one in zip(models, read, strict=True)]
        last = len(series.values)
        tokens = [*series.times[-len(window) :]] or [str(k + 1) for k in range(last - len(window), last)]
        ahead = answer.details.times or [f"+{k + 1}" for k in range(steps)]
        targets = self.first.targets
        outputs = ahead if len(targets) == 1 else [f"{step} {name}" for step in ahead for name in targets]
        pieces = [spanned(tokens, *bounds) for bounds in patch_bounds(len(tokens), models[0].patch)]
        inputs, shown = [ReadInput("window", tokens, pieces=pieces)], self._shown(window, answer.details)
        medians = [one.median for one in answer.details.columns]
        numbers = [median[step] for step in range(steps) for median in medians]
        scales = scales_of(read[0].units, answer.details)
        notes = [LOGARITHMS] if models[0].log else []
        return Asked(
            str(series), answer.text, tokens, outputs, probes, inputs, outputs, numbers=numbers, scales=scales,
            notes=notes, series=shown,
        )  # fmt: skip

    @property
    def represented(self) -> str:
        """What `vectors` are."""
        return "what the top layer puts out after the last step of the window"

    def vectors(self, inputs: Iterable[object]) -> Iterator[Vector | None]:
        """What the first network knows at the end of the window of each series."""
        model = self.first.model.eval()
        device, first = device_of(model), 1
        for chunk in chunks(inputs, CHUNK):
            places = [f"input {number}" for number in range(first, first + len(chunk))]
            every = [checked_series(one, place) for one, place in zip(chunk, places, strict=True)]
            windows = [self.window(one, place) for one, place in zip(every, places, strict=True)]

            def computed(numbers: list[int], windows: list[Values] = windows) -> Tensor:
                return last_of(model.over(standard(model, [windows[k] for k in numbers]).rows).outputs)

            yield from one_by_one(
                computed, list(chunks(range(len(windows)), BATCH)), [len(one) for one in windows], device
            )
            first += len(chunk)

    def unknown_in(self, given: object) -> list[str]:
        """Numbers are never unknown."""
        return []

    def _shown(self, window: Values, forecast: ForecastValues) -> list[SeriesTrace]:
        """The window and its forecast, column by column: those that are forecast first."""
        past = {
            name: [None if np.isnan(value) else value for value in column]
            for name, column in zip(self.first.columns, window.T[: len(self.first.columns)].tolist(), strict=True)
        }
        ahead = [one.series(past[one.name]) for one in forecast.columns]
        only_read = [name for name in self.first.columns if name not in self.first.targets]
        return [*ahead, *(SeriesTrace(name, past[name]) for name in only_read)]

    def window(self, series: Series, place: str) -> Values:
        """The last steps of a series, as they are read: [T, D], with points of the calendar [T, E].

        Raises:
            DataError: there are none, or a number is missing and it was not said what becomes of it.
        """
        data = self.first.recipe.data
        if not len(series.values):
            raise DataError("the series has no steps", where=place, fix="Give its past.")
        values = in_order(series, self.first.columns, place)
        first = max(0, len(values) - data.window)
        recent = series._replace(values=series.values[first:], times=series.times[first:])
        if gap := missing_number(recent, data.missing):
            raise refused(gap, place)
        read = beside_calendar(filled(values, data.missing)[first:], series, data.cycles)
        model = self.first.recipe.model
        if model.baseline != "none" or model.scale == "window":
            refuse_unknown(read, self.first, series, place)
        return read

    def quantiles(self, windows: Sequence[Values], options: ForecastAnswerOptions) -> Values:
        """The quantiles of the next values after each window [T, D]: [B, H, K, Q]."""
        return self._floored(self._computed(windows, options), options)

    def _computed(self, windows: Sequence[Values], options: ForecastAnswerOptions) -> Values:
        """The quantiles as the networks have them."""
        steps = self.steps(options)
        models = [network.model.eval() for network in self.networks]

        def computed(batch: Sequence[Values]) -> Values:
            total: Values = np.zeros(1)
            for model in models:
                answer = self._sampled if model.recursive else self._direct
                total = total + answer(model, batch, steps, options) / len(models)
            return total

        return np.concatenate(at_once(computed, list(chunks(windows, BATCH)), device_of(models[0])))

    def _floored(self, quantiles: Values, options: ForecastAnswerOptions) -> Values:
        """Those of counts at least 0 [B, H, K, Q]."""
        counts = [name in self.first.counts for name in self.first.targets]
        return np.maximum(quantiles, np.where(counts, 0.0, -np.inf)[:, None]) if options.floor else quantiles

    def steps(self, options: ForecastAnswerOptions) -> int:
        """H.

        Raises:
            UsageError: more steps than a network forecasts at once, or sampling options for one that does not sample.
        """
        recipe, plain = self.first.recipe, ForecastAnswerOptions()
        horizon = recipe.model.horizon
        if recipe.model.strategy == "recursive":
            return options.steps or horizon
        for name in ("samples", "seed"):
            if getattr(options, name) != getattr(plain, name):
                fix = "Leave it out, or train with --set model.strategy=recursive."
                raise UsageError(f"decoding.{name} has no effect on a direct forecast", fix=fix)
        if options.steps > horizon:
            raise UsageError(
                f"the model forecasts {horizon} step{'s' * (horizon > 1)}, and {options.steps} are asked for",
                where="decoding.steps",
                fix=f"Train with --set model.horizon={options.steps}, or with model.strategy=recursive.",
            )
        return options.steps or horizon

    def _direct(
        self, model: Forecaster, windows: Sequence[Values], steps: int, options: ForecastAnswerOptions
    ) -> Values:
        rows, units = standard(model, windows)
        levels = model.quantiles(model.direct(rows)).unbind(-1)
        return np.stack([units.own(values)[:, :steps].cpu().numpy() for values in levels], axis=-1)

    def _sampled(
        self, model: Forecaster, windows: Sequence[Values], steps: int, options: ForecastAnswerOptions
    ) -> Values:
        scores = normal_scores(options, steps, len(self.first.targets)).to(device_of(model))
        levels = torch.tensor(self.first.recipe.model.levels(), device=scores.device)
        found: list[Values] = []
        for part in _parts(windows, max(1, PATHS // options.samples)):
            rows, units = standard(model, part)
            paths = model.paths(rows, scores)  # [B, S, H, K]
            quantiles = torch.quantile(paths, levels, dim=1)  # [Q, B, H, K]
            found.append(torch.stack([units.own(values) for values in quantiles], -1).cpu().numpy())
        return np.concatenate(found)

    def _answer(
        self, series: Series, read: Values, quantiles: Values, floored: NDArray[np.bool_]
    ) -> Answer[ForecastValues]:
        model = self.first.model
        values = in_order(series, self.first.columns)
        window = values[-self.first.recipe.data.window :]
        names = [f"{q:g}" for q in self.first.recipe.model.levels()]
        columns: list[ColumnForecast] = []
        for k, name in enumerate(self.first.targets):
            column = self.first.columns.index(name)
            found = {level: quantiles[:, k, n].tolist() for n, level in enumerate(names)}
            past: list[float] = values[-PAST_SHOWN:, column].tolist()
            own = spread(window[:, column])
            difference = shown_difference(own, float(model.deviation[column]), by_window=model.by_window)
            columns.append(ColumnForecast(name, found["0.5"], found, past, decimals_for(difference)))
        times = _following(series, len(quantiles))
        raised = [name for name, one in zip(self.first.targets, floored.tolist(), strict=True) if one]
        limits, undated = self.first.raised(window), self.first.undated(read)
        forecast = ForecastValues(series.name, times, columns, raised, limits, undated)
        return Answer(str(series), [Alternative(forecast.text)], forecast)


def scales_of(units: Units, forecast: ForecastValues) -> list[Scale]:
    """In what a network counts each number that it forecasts: column by column of each step.

    Where it counts logarithms, a straight line stands for them that is right at the forecast.
    """
    centres, deviations = (cast("list[float]", part[0].tolist()) for part in (units.centre, units.scale))
    if units.lowest is None:
        return list(map(Scale, centres, deviations)) * len(forecast.columns[0].median)
    found: list[Scale] = []
    for medians in zip(*(column.median for column in forecast.columns), strict=True):
        for median, centre, deviation in zip(medians, centres, deviations, strict=True):
            slope = median * deviation
            found.append(Scale(median - (math.log(median) - centre) * median if median > 0 else 0.0, slope))
    return found


def spanned(tokens: Sequence[str], first: int, last: int) -> str:
    """Some tokens that are read as one."""
    return tokens[first] if last - first == 1 else f"{tokens[first]} to {tokens[last - 1]}"


def _following(series: Series, count: int) -> list[str]:
    """The times of the next steps; none where the series has none."""
    if not series.times:
        return []
    return next_times(series.times, count, step_named(series.step), series.dates or None)


class Standard(NamedTuple):
    """Windows as a network reads them."""

    rows: Padded  # [B, T, D] what is missing is the centre
    units: Units  # of the K columns that are forecast


def standard(model: Forecaster, windows: Sequence[Values]) -> Standard:
    """Windows in deviations."""
    rows = pad([torch.from_numpy(np.ascontiguousarray(window)) for window in windows]).to(device_of(model))
    units = model.units(rows)
    return Standard(rows.with_values(units.read(rows.values)), units.only(model.targets))


def normal_scores(options: ForecastAnswerOptions, steps: int, targets: int) -> Tensor:
    """The scores of the sample paths [S, H, K], each with its mirror image. More steps change none of the first."""
    drawn = np.random.default_rng(options.seed).standard_normal((steps, options.samples // 2, targets))
    return torch.from_numpy(np.concatenate([drawn, -drawn], axis=1).swapaxes(0, 1).astype(np.float32).copy())


def refuse_unknown(read: Values, network: ForecastNetwork, series: Series, place: str) -> None:
    """Refuses a window [T, D] in which nothing of a column that is forecast is known.

    Raises:
        DataError: there is such a column.
    """
    for name in network.targets:
        if np.isnan(read[:, network.columns.index(name)]).all():
            steps = f"the last {counted(len(read), 'step')} of {series.place}"
            what = f"there is no number in the column {name!r} in {steps}"
            raise DataError(what, where=place, fix="Give a longer past, or fill the column.")


def shown_difference(own: float, deviation: float, *, by_window: bool) -> float:
    """The difference between numbers that a forecast must show, so that a small series beside large ones has digits.

    Args:
        own: how far the numbers of the series are apart; 0 if that is not known.
        deviation: of all training series.
    """
    if not own:
        return deviation
    return own if by_window else min(deviation, 10 * own)


def spread(past: Values) -> float:
    """How far the numbers of a column [T] are apart; of one that never changes its size, 0 if that is not known."""
    known = past[~np.isnan(past)]
    largest = float(np.abs(known).max(initial=0.0))
    deviation = largest * float((known / largest).std()) if largest else 0.0
    return deviation if deviation > ROUNDING * largest else largest


def _parts(windows: Sequence[Values], size: int) -> Iterator[Sequence[Values]]:
    return (windows[k : k + size] for k in range(0, len(windows), size))
