"""A second season is found where a series is more like itself so long before than a season less or more before."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from recurra.baselines import seasons
from recurra.baselines.seasons import second_season, shares

DAY = 4


def days(count: int, special: int = 0, noise: float = 0.3, seed: int = 1) -> np.ndarray:
    """Days of four steps; each so many-th one is another day. [T, 1]"""
    t, dice = np.arange(DAY * count), np.random.default_rng(seed)
    values = 10 + 3 * np.sin(2 * np.pi * t / DAY) + dice.normal(0, noise, len(t))
    if special:
        values += 4 * (t // DAY % special == special - 1)
    return values[:, None]


def drifting(values: np.ndarray) -> np.ndarray:
    """With a level that wanders further than a day is high."""
    return values + np.random.default_rng(5).normal(0, 0.4, len(values)).cumsum()[:, None]


def slowly(values: np.ndarray, season: int) -> dict[int, float]:
    """What `shares` computes, number by number."""
    steps, columns = values.shape
    mean: dict[tuple[int, int], float] = {}
    for times in range(1, seasons.MOST + 2):
        for k in range(columns):
            lag = times * season
            found = [abs(values[t, k] - values[t - lag, k]) for t in range(lag, steps)]
            known = [one for one in found if not np.isnan(one)]
            mean[times, k] = sum(known) / len(known) if known else 0.0
    result: dict[int, float] = {}
    for times in range(2, seasons.MOST + 1):
        if seasons.TIMES * times * season > steps:
            break
        each = [
            mean[times, k] / ((mean[times - 1, k] + mean[times + 1, k]) / 2)
            for k in range(columns)
            if mean[times - 1, k] + mean[times + 1, k] > 0
        ]
        if each:
            result[times] = sum(each) / len(each)
    return result


@pytest.mark.parametrize("steps", [19, 20, 21, 50, 141])
def test_shares_are_those_of_a_slow_computation(steps: int) -> None:
    values = np.concatenate([days(40, 7), days(40, 3, seed=2), np.full((160, 1), 5.0)], axis=1)[:steps]
    values[7, 0] = values[10:12, 1] = np.nan
    assert shares(values, DAY) == pytest.approx(slowly(values, DAY))


@pytest.mark.parametrize("special", [3, 5, 7, 13])
@pytest.mark.parametrize(
    "change", [lambda values: values, drifting, lambda values: np.exp(values / 8)], ids=["plain", "drifting", "growing"]
)
def test_it_is_found(special: int, change: Callable[[np.ndarray], np.ndarray]) -> None:
    assert second_season([change(days(120, special))], DAY, 1000) == special * DAY


@pytest.mark.parametrize(
    "series",
    [
        [days(120)],
        [drifting(days(120, noise=0.1))],
        [days(120, noise=0.0)],
        [np.full((400, 1), 3.0)],
        [np.arange(400.0)[:, None]],
        [np.full((400, 1), np.nan)],
        [],
    ],
    ids=["one season", "drifting", "exactly", "constant", "line", "nothing known", "no series"],
)
def test_there_is_none(series: list[np.ndarray]) -> None:
    assert second_season(series, DAY, 1000) == 1


@pytest.mark.parametrize("season", [0, 1])
def test_without_a_season_there_is_no_second_one(season: int) -> None:
    assert second_season([days(120, 7)], season, 1000) == 1


def test_a_week_and_not_two() -> None:
    """Two weeks before it is as like itself, and here by chance a little more."""
    both = shares(days(60, 7, seed=3), DAY)
    assert both[7] - seasons.NEARLY < both[14] < both[7]
    assert second_season([days(60, 7, seed=3)], DAY, 1000) == 7 * DAY


@pytest.mark.parametrize(
    ("count", "longest", "found"),
    [(18, 1000, 28), (17, 1000, 1), (40, 28, 28), (40, 27, 1), (40, 0, 1)],
    ids=["two and a half times", "less", "as long as it may be", "longer", "nothing may be"],
)
def test_how_long_series_and_season_are(count: int, longest: int, found: int) -> None:
    assert second_season([days(count, 7)], DAY, longest) == found


def found_in_noise(steps: int) -> int:
    """In how many of 40 series of noise around one season one is found."""
    series = (days(steps // DAY, noise=1.0, seed=seed) for seed in range(40))
    return sum(second_season([one], DAY, 1000) > 1 for one in series)


def test_in_few_steps_less_is_found_by_chance_and_in_many_hardly_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    few = found_in_noise(60)
    assert found_in_noise(2000) < 4
    monkeypatch.setattr(seasons, "CHANCE", 0.0)
    assert few < 0.7 * found_in_noise(60)


def test_of_several_series_half_have_to_be_long_enough_and_their_mean_counts() -> None:
    long, short = days(60, 7), days(4, 7)
    assert second_season([long, short], DAY, 1000) == 28
    assert second_season([long, short, short], DAY, 1000) == 1
    plain = [days(60, seed=seed) for seed in range(2, 60)]
    assert second_season([long, *plain], DAY, 1000) == 1
    missing = days(60, 7)
    missing[40:60] = np.nan
    assert second_season([missing], DAY, 1000) == 28
