"""Ways to go on from the past that are linear functions of it, as matrices: what a network can be counted from.

Those of `smoothing.py` as weights of each step of the past: the last value, that of a season before, the mean, and
exponential smoothing with the additive errors, trend and season of Holt and Winters over a grid of its parameters; and
these with the drift of the whole past (between the means of its first and its last season). The weights are what would
be forecast of pasts that are 1 at one step and 0 at all others.

T steps of the past, H steps ahead, M steps of a season.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]  # [H, T]
LEVEL = (0.05, 0.2, 0.5, 0.9)
TREND = ((0.0, 1.0), (0.1, 0.95), (0.02, 0.99), (0.1, 0.8))  # its smoothing parameter, and what is left after a step
SEASON = (0.05, 0.3, 0.7)
DRIFTS = (0.5, 1.0)  # shares of the drift that are tried


def linear_ways(past: int, steps: int, season: int) -> Iterator[tuple[str, Weights]]:
    """Each way by its name."""
    season = season if season >= 2 and 2 * season <= past else 1
    ahead = np.arange(1, steps + 1)[:, None]
    slope = slope_weights(past, season)
    for name, weights in [*simple_ways(past, steps, season), *smoothing_ways(past, steps, season)]:
        yield name, weights
        if "trend" in name or name == "mean":
            continue
        rise = slope * (season * np.ceil(ahead / season) if name == "seasonal naive" else ahead)
        for share in DRIFTS:
            yield f"{name} with {share:g} of the drift", weights + share * rise


def simple_ways(past: int, steps: int, season: int) -> Iterator[tuple[str, Weights]]:
    """The last value, that of the season before, the mean."""
    ahead = np.arange(steps)
    if season > 1:
        yield "seasonal naive", np.eye(past)[past - season + ahead % season]
    yield "last value", np.repeat(np.eye(past)[-1:], steps, axis=0)
    yield "mean", np.full((steps, past), 1 / past)


def smoothing_ways(past: int, steps: int, season: int) -> Iterator[tuple[str, Weights]]:
    """Exponential smoothing with each of the parameters of the grid."""
    for alpha, (beta, kept), gamma in product(LEVEL, TREND, SEASON if season > 1 else (0.0,)):
        trend = [f"trend {beta:g} damped by {kept:g}"] if beta else []
        parts = [f"level {alpha:g}", *trend, *([f"season {gamma:g}"] if gamma else [])]
        yield f"smoothing ({', '.join(parts)})", smoothing_weights(past, steps, season, alpha, beta, kept, gamma)


def smoothing_weights(
    past: int, steps: int, season: int, alpha: float, beta: float, kept: float, gamma: float
) -> Weights:
    """The equations of `smoothing.smoothing`, over rows of weights in place of numbers."""
    one = np.eye(past)
    level, trend, states = one[: 2 * season].mean(axis=0), np.zeros(past), np.zeros((season, past))
    if season > 1:
        whole = one[past % season :].reshape(-1, season, past).mean(axis=0)
        states = whole - whole.mean(axis=0)
    for t in range(past):
        place = (t - past) % season
        error = one[t] - (level + kept * trend + states[place])
        level = level + kept * trend + alpha * error
        trend = kept * trend + alpha * beta * error
        states[place] += gamma * error
    if season == 1:
        states[:] = 0.0
    damped = np.cumsum(kept ** np.arange(1, steps + 1))[:, None]
    return level + damped * trend + states[np.arange(steps) % season]


def slope_weights(past: int, season: int) -> Weights:
    """The rise from one step to the next [T], between the means of the first and the last season."""
    slope = np.zeros(past)
    if past > season:
        slope[-season:] += 1 / season
        slope[:season] -= 1 / season
        slope /= past - season
    return slope
