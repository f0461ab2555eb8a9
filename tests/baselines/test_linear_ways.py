"""Ways to go on as weights of the past: each gives what it says, and smoothing is that of the baseline."""

from __future__ import annotations

import numpy as np
import pytest

from recurra.baselines import smoothing as room
from recurra.baselines.linear_ways import linear_ways, smoothing_weights
from recurra.baselines.smoothing import smoothing

PAST = np.array([3.0, 1, 4, 1, 5, 9, 2, 6])


def test_each_way_by_hand() -> None:
    found = {name: weights @ PAST for name, weights in linear_ways(8, 5, 2)}
    assert found["last value"].tolist() == [6] * 5
    assert found["seasonal naive"].tolist() == [2, 6, 2, 6, 2]
    assert found["mean"] == pytest.approx([PAST.mean()] * 5)
    slope = ((2 + 6) / 2 - (3 + 1) / 2) / (8 - 2)
    assert found["last value with 1 of the drift"] == pytest.approx(6 + slope * np.arange(1, 6))
    assert found["seasonal naive with 0.5 of the drift"] == pytest.approx(
        np.array([2, 6, 2, 6, 2]) + slope * np.array([1, 1, 2, 2, 3])
    )


@pytest.mark.parametrize("season", [1, 4])
def test_smoothing_is_that_of_the_baseline(season: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LEVEL", (0.3,))
    monkeypatch.setattr(room, "TREND", (0.2,))
    monkeypatch.setattr(room, "SEASON", (0.1,))
    past = np.random.default_rng(1).normal(size=22).cumsum() + np.tile([0, 5, 2, -3], 6)[:22]
    weights = smoothing_weights(22, 6, season, 0.3, 0.2, room.DAMPED, 0.1 if season > 1 else 0.0)
    np.testing.assert_allclose(weights @ past, smoothing(past[None, :, None], 6, season)[0, :, 0])


@pytest.mark.parametrize(("past", "season"), [(1, 1), (1, 4), (7, 4), (8, 4), (30, 12), (5, 1)])
def test_what_never_changes_is_continued(past: int, season: int) -> None:
    """So a forecast of a series that is moved moves with it."""
    names = [name for name, _ in linear_ways(past, 6, season)]
    assert len(set(names)) == len(names)
    for name, weights in linear_ways(past, 6, season):
        assert weights.shape == (6, past), name
        np.testing.assert_allclose(weights.sum(axis=1), 1, err_msg=name)


def test_without_two_seasons_nothing_is_seasonal() -> None:
    assert not any("season" in name for name, _ in linear_ways(7, 3, 4))
    assert sum("season" in name for name, _ in linear_ways(8, 3, 4)) > 50
