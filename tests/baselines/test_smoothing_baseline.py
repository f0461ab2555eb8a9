"""Forecasts from the past alone: each way is what its equations say, and the best one is chosen."""

from __future__ import annotations

import numpy as np
import pytest

from recurra.baselines import SmoothingBaseline, Stored, from_bytes
from recurra.baselines import smoothing as room
from recurra.baselines.smoothing import Window, drift, last, median_of_three, season_before, smoothing

SMOOTH = "damped exponential smoothing with a season"
PAST = np.array([[[1.0], [4.0], [2.0], [5.0], [3.0]]])


def test_ways_by_hand() -> None:
    assert last(PAST, 2, 1)[0, :, 0].tolist() == [3, 3]
    assert season_before(PAST, 3, 2)[0, :, 0].tolist() == [5, 3, 5]
    assert season_before(PAST, 2, 9)[0, :, 0].tolist() == [3, 3]
    assert drift(PAST, 2, 1)[0, :, 0].tolist() == [3.5, 4.0]


def by_hand(past: np.ndarray, steps: int, season: int, alpha: float, beta: float, gamma: float) -> list[float]:
    """Holt and Winters with a damped trend, step by step, from the same beginning."""
    count = len(past)
    means = [0.0] * season
    if season > 1:
        whole = past[count % season :].reshape(-1, season)
        means = list(whole.mean(0) - whole.mean())
    level, trend = past[: 2 * season].mean(), 0.0
    for t, value in enumerate(past):
        place = (t - count) % season
        error = value - (level + 0.95 * trend + means[place])
        level, trend = level + 0.95 * trend + alpha * error, 0.95 * trend + alpha * beta * error
        means[place] += gamma * error
    return [
        level + trend * sum(0.95**i for i in range(1, h + 1)) + means[(h - 1) % season] for h in range(1, steps + 1)
    ]


@pytest.mark.parametrize("season", [1, 4])
def test_smoothing_is_that_of_holt_and_winters(season: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LEVEL", (0.3,))
    monkeypatch.setattr(room, "TREND", (0.2,))
    monkeypatch.setattr(room, "SEASON", (0.1,))
    dice = np.random.default_rng(1)
    past = dice.normal(size=22).cumsum() + np.tile([0, 5, 2, -3], 6)[:22]
    found = smoothing(past[None, :, None], 6, season)[0, :, 0]
    np.testing.assert_allclose(found, by_hand(past, 6, season, 0.3, 0.2, 0.1 if season > 1 else 0.0))


def test_the_median_of_three_is_the_middle_number_of_each_step() -> None:
    dice = np.random.default_rng(3)
    past = dice.normal(size=(2, 40, 2)).cumsum(axis=1)
    past[1, :20] = np.nan  # a short one
    found = median_of_three(past, 7, 3, 12)
    each = [season_before(past, 7, 3), season_before(past, 7, 12), smoothing(past, 7, 3)]
    middle = 0
    for place in np.ndindex(found.shape):
        low, between, high = sorted(one[place] for one in each)
        assert found[place] == between
        middle += low < between < high
    assert middle > 20


def test_it_is_tried_where_there_is_a_second_season() -> None:
    """Days of four steps, each third of which is another one, of which smoothing knows nothing."""

    def make(dice: np.random.Generator, steps: np.ndarray) -> np.ndarray:
        return np.sin(steps * np.pi / 2) + 9 * (steps // 4 % 3 == 1) + dice.normal(size=60)

    found = SmoothingBaseline.fit(windows(make), 4, 12)
    assert (found.way, found.season, found.second_season) == (room.MEDIAN, 4, 12)
    assert found.name == f"{room.MEDIAN} of 4 and 12 steps"
    past = windows(make)[0].past
    np.testing.assert_array_equal(found.forecast([past], 8), median_of_three(past[None], 8, 4, 12))
    assert SmoothingBaseline.fit(windows(make), 4).way != room.MEDIAN
    assert SmoothingBaseline.fit(windows(lambda dice, steps: np.tile(dice.normal(size=4), 15)), 4, 12).way == (
        "seasonal naive forecast"
    )


def test_a_second_season_is_read_however_long_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "STEPS", 8)
    past = np.random.default_rng(1).normal(size=(60, 1))
    found = SmoothingBaseline(room.MEDIAN, 2, 40).forecast([past], 3)
    np.testing.assert_array_equal(found, median_of_three(past[None, -40:], 3, 2, 40))
    assert SmoothingBaseline("last value", 2, 40).forecast([past, past[:5]], 1).shape == (2, 1, 1)


def windows(make, count: int = 12) -> list[Window]:  # type: ignore[no-untyped-def]
    dice = np.random.default_rng(2)
    found: list[Window] = []
    for _ in range(count):
        values = make(dice, np.arange(60))[:, None]
        found.append(Window(values[:52], values[52:], np.ones(1)))
    return found


@pytest.mark.parametrize(
    ("make", "way"),
    [
        (lambda dice, steps: 3.0 * steps + 0.1 * dice.normal(size=60), "drift"),
        (lambda dice, steps: dice.normal(size=60) + 20, "damped exponential smoothing"),
        (lambda dice, steps: np.sin(steps * np.pi / 2) * 9 + dice.normal(size=60), SMOOTH),
        (lambda dice, steps: np.tile(dice.normal(size=4).cumsum(), 15), "seasonal naive forecast"),
    ],
)
def test_the_best_way_is_chosen(make, way: str) -> None:  # type: ignore[no-untyped-def]
    assert SmoothingBaseline.fit(windows(make), 4).way == way


def test_without_a_season_nothing_seasonal_is_tried() -> None:
    found = SmoothingBaseline.fit(windows(lambda dice, steps: np.tile(dice.normal(size=4), 15)), 1)
    assert "season" not in found.name


def test_missing_numbers_and_short_pasts_have_forecasts() -> None:
    for way in (*room.WAYS, *room.SEASONAL, room.MEDIAN):
        pasts = [np.array([[np.nan], [2.0], [3.0]]), np.array([[7.0]])]
        found = SmoothingBaseline(way, 4, 12).forecast(pasts, 5)
        assert found.shape == (2, 5, 1)
        assert np.isfinite(found).all(), way


def test_it_is_stored_and_damage_is_refused() -> None:
    one = SmoothingBaseline("seasonal naive forecast", 12)
    assert SmoothingBaseline.from_stored(from_bytes(one.stored().to_bytes())) == one
    assert one.name == "seasonal naive forecast of 12 steps"
    with pytest.raises(ValueError, match="not known"):
        SmoothingBaseline.from_stored(Stored("smoothing", {"way": "oracle", "season": 1}, {}))
    two = SmoothingBaseline(room.MEDIAN, 12, 48)
    assert SmoothingBaseline.from_stored(from_bytes(two.stored().to_bytes())) == two
    for damaged in (0, "48", 10**7):
        with pytest.raises(ValueError, match="second_season"):
            SmoothingBaseline.from_stored(
                Stored("smoothing", {"way": room.MEDIAN, "season": 12, "second_season": damaged}, {})
            )


def test_one_from_before_there_was_a_second_season_is_read() -> None:
    stored = Stored("smoothing", {"way": "seasonal naive forecast", "season": 12}, {})
    assert SmoothingBaseline.from_stored(stored) == SmoothingBaseline("seasonal naive forecast", 12)
