"""The baseline of forecasts: the best of a few ways to go on from the past of a series alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from recurra.baselines import Allowance, SmoothingBaseline, Stored
from recurra.baselines.seasons import second_season
from recurra.baselines.smoothing import Window as Past
from recurra.data import Series, as_examples
from recurra.data.chunks import chunks
from recurra.data.numbers import filled_forward
from recurra.metrics import Measure
from recurra.tasks.baseline import sampled
from recurra.tasks.forecast.build import Values, in_order
from recurra.tasks.forecast.evaluate import (
    CHUNK,
    Errors,
    Forecasting,
    errors_of,
    measured,
    naive_scale,
    rolling_windows,
)
from recurra.tasks.forecast.network import ForecastNetwork
from recurra.tasks.forecast.recipe import ForecastAnswerOptions

WINDOWS = 3  # of each training series, the last ones
STEP = 2.0  # what reading and smoothing a number takes, in characters
MOST_READ = 1500  # steps of a series


class ForecastBaseline:
    """For the columns that a network forecasts."""

    def fit(self, train: Iterable[Series], network: ForecastNetwork, allowance: Allowance) -> SmoothingBaseline | None:
        """Chosen on the last windows of series that are spread over all."""
        series = sampled(train, lambda one: STEP * WINDOWS * one.values[-MOST_READ:].size, allowance)
        windows = [window for one in series for window in last_windows(one, network)]
        second = network.recipe.data.second_season
        if not second:
            second = second_season((targets_of(one, network) for one in series), network.season, MOST_READ)
        return SmoothingBaseline.fit(windows, network.season, second) if windows else None

    def open(self, stored: Stored) -> SmoothingBaseline:
        """The same again."""
        return SmoothingBaseline.from_stored(stored)

    def measures(
        self,
        baseline: SmoothingBaseline,
        predictor: Forecasting,
        examples: Sequence[Series],
        options: ForecastAnswerOptions,
    ) -> Mapping[str, Measure]:
        """All but the coverage of intervals, of which it has none; none at all where no past is known to go on from."""
        steps = predictor.steps(options)
        parts: list[Errors] = []
        for chunk in chunks(rolling_windows(predictor, as_examples(examples), options), CHUNK):
            found = baseline.forecast([window.past for window in chunk], steps)
            parts.append(errors_of(chunk, found[..., None]))
        errors = Errors(*(np.concatenate(every) for every in zip(*parts, strict=True)))
        return {} if np.isnan(errors.error).all() else measured(errors, predictor.first, 0.0)


def last_windows(series: Series, network: ForecastNetwork) -> Iterator[Past]:
    """The last windows of a training series, which do not overlap, as far as there are steps before them."""
    values = targets_of(series, network)
    steps, known = network.recipe.model.horizon, filled_forward(values)
    scale = naive_scale(values, len(values), network.season)
    for origin in range(len(values) - steps, 0, -steps)[:WINDOWS]:
        yield Past(known[max(0, origin - MOST_READ) : origin], values[origin : origin + steps], scale)


def targets_of(series: Series, network: ForecastNetwork) -> Values:
    """The columns of a series that are forecast [T, K]."""
    return in_order(series, network.columns)[:, [network.columns.index(name) for name in network.targets]]
