"""A forecaster of series."""

# scikit-learn has no types:
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Tags

from recurra.api.given import series_rows
from recurra.sklearn.base import SHORT, RecurraEstimator
from recurra.tasks.forecast.answer import ForecastValues


class RecurraForecaster(RecurraEstimator):
    """Says how series go on.

    Args:
        horizon: how many steps are forecast; the task's default if None.
        season: steps after which a series repeats itself; the task's default if None.

    All other parameters are those of `RecurraEstimator`.
    """

    task = "forecast"
    short: ClassVar[Mapping[str, str]] = {**SHORT, "horizon": "model.horizon", "season": "data.season"}

    def __init__(
        self,
        *,
        horizon: int | None = None,
        season: int | None = None,
        epochs: float = 30,
        time: str | None = None,
        width: int | None = None,
        cell: str | None = None,
        layers: int | None = None,
        learning_rate: float | None = None,
        settings: Mapping[str, object] | None = None,
        validation_fraction: float = 0.1,
        random_state: int | np.random.RandomState | None = None,
        progress: bool | None = False,
    ) -> None:
        super().__init__(
            epochs=epochs, time=time, width=width, cell=cell, layers=layers, learning_rate=learning_rate,
            settings=settings, validation_fraction=validation_fraction, random_state=random_state, progress=progress,
        )  # fmt: skip
        self.horizon = horizon
        self.season = season

    def fit(self, X: object, y: None = None) -> Self:
        """Trains.

        Args:
            X: one series [T] or [T, D], its columns by name, or a list of series; or a table whose rows are steps, with
                times and names of series, such as a data frame.
            y: not used: what is to be forecast is the series.
        """
        self.series_ = series_of(X)
        self.model_ = self._train(self.series_.every)
        return self

    def predict(self, X: object = None) -> NDArray[np.float64]:
        """The medians of the next steps: [H] of one column, [H, K] of K; of a list of series [N, H] or [N, H, K].

        Args:
            X: the past, as in `fit`; the training series if None.
        """
        model = self._fitted()
        given = self.series_ if X is None else series_of(X)
        answers = (answer.details for answer in model.predict_iter(given.every))
        forecasts = [details for details in answers if isinstance(details, ForecastValues)]
        medians = [[one.median for one in forecast.columns] for forecast in forecasts]
        values = np.array(medians).swapaxes(1, 2)
        values = values[:, :, 0] if values.shape[2] == 1 else values
        alone = given.alone if given.alone is not None else len(values) == 1 and not forecasts[0].series
        return values[0] if alone else values

    def score(self, X: object, y: None = None) -> float:
        """1 - error / error of the naive forecast, over windows of the series: 1 is perfect, 0 as good as naive."""
        return self._fitted().score(series_of(X).every)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        return tags


class Given(NamedTuple):
    """Series as they are given."""

    every: list[object]
    alone: bool | None  # whether it is one, and no list; None of a table, whose rows these are


def series_of(X: object) -> Given:
    """One series, given as numbers, an array, a mapping or a table of steps with times; or a list of them."""
    if (rows := series_rows(X)) is not None:
        return Given(list(rows), None)
    if isinstance(X, Mapping) or not isinstance(X, list | tuple):
        return Given([X], True)
    every: list[object] = list(X)
    plain = bool(every) and isinstance(every[0], Real)
    return Given([every], True) if plain else Given(every, False)
