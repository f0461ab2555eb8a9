"""Forecasts from the past of a series alone: its last number, that of a season before, a drift, exponential smoothing.

Smoothing is that of Holt and Winters with additive errors, trend and season, the trend damped (Hyndman et al. 2008:
ETS with A, Ad, A), with the parameters of a small grid that predict the next step best in the past of each series.
Where the series have a second, longer season, the median of three of these forecasts is one more way. Which of the
ways is taken is chosen once for all series, on the last windows of the training series.

N windows, T steps of the past, H steps ahead, K columns, P parameters of the grid, M steps of a season.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.baselines.stored import Stored
from recurra.text.counted import counted

Values = NDArray[np.float64]
LEVEL, TREND, SEASON = (0.05, 0.2, 0.5, 0.9), (0.0, 0.1), (0.05, 0.3)  # smoothing parameters that are tried
DAMPED = 0.95  # what is left of a trend after a step
SEASONS, STEPS, MOST_STEPS = 6, 200, 1500  # of the past that is read: so many seasons, or steps
MOST_SEASON = 1_000_000


class Window(NamedTuple):
    """A forecast that was to be made, and what happened."""

    past: Values  # [T, K] what is not known is NaN
    truth: Values  # [H, K] likewise
    scale: Values  # [K] what an error is divided by; 0 where it does not count


def last(past: Values, steps: int, season: int) -> Values:
    """The last number [N, T, K] for all steps ahead [N, H, K]."""
    return np.repeat(past[:, -1:], steps, axis=1)


def season_before(past: Values, steps: int, season: int) -> Values:
    """The number of the same place in the last season; where there is none, the last number."""
    places = past.shape[1] - season + np.arange(steps) % season
    found = past[:, places.clip(min=0)]
    return np.where(np.isnan(found) | (places < 0)[:, None], past[:, -1:], found)


def drift(past: Values, steps: int, season: int) -> Values:
    """On from the last number with the mean step of the past."""
    known = ~np.isnan(past)
    first = np.take_along_axis(past, known.argmax(axis=1)[:, None], axis=1)
    slope = (past[:, -1:] - first) / np.maximum(known.sum(axis=1) - 1, 1)[:, None]
    return past[:, -1:] + slope * np.arange(1, steps + 1)[:, None]


def smoothing(past: Values, steps: int, season: int) -> Values:
    """Damped exponential smoothing, with a season of more than one step."""
    seasonal = season > 1
    grid = np.array([*product(LEVEL, TREND, SEASON if seasonal else (0.0,))])  # [P, 3]
    alpha, beta, gamma = grid.T
    season = season if seasonal else 1
    states = seasonal_means(past, season)[..., None] * np.ones(len(grid))  # [N, M, K, P]
    first = past[:, : 2 * season]
    begin = np.where(np.isnan(first).all(axis=1), mean_of(past, (1,)), mean_of(first, (1,)))
    level = begin[..., None] * np.ones(len(grid))
    trend, squared = np.zeros_like(level), np.zeros_like(level)
    for t in range(past.shape[1]):
        place = (t - past.shape[1]) % season  # the first step that is forecast has place 0
        error = np.nan_to_num(past[:, t, :, None] - (level + DAMPED * trend + states[:, place]))
        squared += error**2
        level = level + DAMPED * trend + alpha * error
        trend = DAMPED * trend + alpha * beta * error
        states[:, place] += gamma * error
    best = squared.argmin(axis=-1)[..., None]
    level, trend = (np.take_along_axis(one, best, axis=-1)[..., 0][:, None] for one in (level, trend))
    states = np.take_along_axis(states, best[:, None], axis=-1)[..., 0]
    damped = np.cumsum(DAMPED ** np.arange(1, steps + 1))[:, None]
    return level + damped * trend + states[:, np.arange(steps) % season]


def seasonal_means(past: Values, season: int) -> Values:
    """How far the steps of each place in a season are above the mean [N, M, K], the first that is forecast first."""
    shape = (past.shape[0], season, past.shape[2])
    if season == 1 or past.shape[1] < 2 * season:
        return np.zeros(shape)
    whole = past[:, past.shape[1] % season :].reshape(shape[0], -1, *shape[1:])
    known = ~np.isnan(whole)
    centred = np.where(known, whole, 0) - mean_of(whole, (1, 2))[:, None, None] * known
    return centred.sum(axis=1) / np.maximum(known.sum(axis=1), 1)


def mean_of(values: Values, axes: tuple[int, ...]) -> Values:
    """The mean of what is known; 0 where nothing is."""
    known = ~np.isnan(values)
    return np.where(known, values, 0).sum(axis=axes) / np.maximum(known.sum(axis=axes), 1)


def median_of_three(past: Values, steps: int, season: int, second_season: int) -> Values:
    """Step by step the middle one of the numbers a season and a second season before, and of smoothing."""
    naive = [season_before(past, steps, each) for each in (season, second_season)]
    return np.median([*naive, smoothing(past, steps, season)], axis=0)


Way = Callable[[Values, int, int], Values]
# Name -> how it forecasts; those with a season only where there is one.
WAYS: dict[str, Way] = {
    "last value": last,
    "drift": drift,
    "damped exponential smoothing": lambda past, steps, season: smoothing(past, steps, 1),
}
SEASONAL: dict[str, Way] = {
    "seasonal naive forecast": season_before,
    "damped exponential smoothing with a season": smoothing,
}
MEDIAN = "median of two seasonal naive forecasts and damped exponential smoothing with seasons"


@dataclass(frozen=True)
class SmoothingBaseline:
    """The way that was chosen."""

    way: str
    season: int  # M; 1: none
    second_season: int = 1  # a longer one, likewise
    quotes: bool = False

    @property
    def name(self) -> str:
        """The way."""
        if self.way == MEDIAN:
            return f"{self.way} of {self.season} and {counted(self.second_season, 'step')}"
        return f"{self.way} of {counted(self.season, 'step')}" if self.way in SEASONAL else self.way

    @classmethod
    def fit(cls, windows: Sequence[Window], season: int, second_season: int = 1) -> SmoothingBaseline:
        """The way with the smallest error, each in the scale of its series."""
        steps = len(windows[0].truth)
        truth, scale = (np.stack([getattr(one, name) for one in windows]) for name in ("truth", "scale"))
        scale = np.where(scale > 0, scale, np.nan)[:, None]
        found: dict[str, float] = {}
        for way in [*WAYS, *(SEASONAL if season > 1 else ()), *([MEDIAN] if second_season > 1 else ())]:
            made = cls(way, season, second_season)
            errors = np.abs(made.forecast([one.past for one in windows], steps) - truth) / scale
            found[way] = float(mean_of(errors, (0, 1, 2)))
        return cls(min(found, key=lambda way: found[way]), season, second_season)

    @classmethod
    def from_stored(cls, stored: Stored) -> SmoothingBaseline:
        """The same again.

        Raises:
            ValueError, KeyError: it is damaged.
        """
        way = str(stored.facts["way"])
        if way not in WAYS and way not in SEASONAL and way != MEDIAN:
            raise ValueError("a way that is not known")
        has_second = "second_season" in stored.facts  # older ones have none
        second_season = stored.number("second_season", 1, MOST_SEASON) if has_second else 1
        return cls(way, stored.number("season", 1, MOST_SEASON), second_season)

    def stored(self) -> Stored:
        """All of it."""
        facts = {"way": self.way, "season": self.season, "second_season": self.second_season}
        return Stored("smoothing", facts, {})

    def forecast(self, pasts: Sequence[Values], steps: int) -> Values:
        """The steps after each past [T, K]: [N, H, K]."""
        wanted = min(max(STEPS, SEASONS * self.season), MOST_STEPS)
        longest = min(max(map(len, pasts)), max(wanted, self.second_season))
        past = np.full((len(pasts), longest, pasts[0].shape[1]), np.nan)
        for k, one in enumerate(pasts):
            some = one[-longest:]
            past[k, longest - len(some) :] = some
        if self.way == MEDIAN:
            return median_of_three(past, steps, self.season, self.second_season)
        return (WAYS | SEASONAL)[self.way](past, steps, self.season)
