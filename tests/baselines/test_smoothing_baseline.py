"""Forecasts from the past alone: each way is what its equations say, and the best one is chosen."""

from __future__ import annotations

import numpy as np
import pytest

from recurra.baselines import SmoothingBaseline, Stored, from_bytes
from recurra.baselines import smoothing as room
from recurra.baselines.smoothing import Window, drift, last, season_before, smoothing

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
    for way in (*room.WAYS, *room.SEASONAL):
        pasts = [np.array([[np.nan], [2.0], [3.0]]), np.array([[7.0]])]
        found = SmoothingBaseline(way, 4).forecast(pasts, 5)
        assert found.shape == (2, 5, 1)
        assert np.isfinite(found).all(), way


def test_it_is_stored_and_damage_is_refused() -> None:
    one = SmoothingBaseline("seasonal naive forecast", 12)
    assert SmoothingBaseline.from_stored(from_bytes(one.stored().to_bytes())) == one
    assert one.name == "seasonal naive forecast of 12 steps"
    with pytest.raises(ValueError, match="not known"):
        SmoothingBaseline.from_stored(Stored("smoothing", {"way": "oracle", "season": 1}, {}))
