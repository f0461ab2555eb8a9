"""How the errors of forecasts of several series become one number, and of which steps and columns they are told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from recurra.tasks.forecast.evaluate import MOST_PARTS, Errors, in_scale, window_parts, window_scores


def errors(error: Any, series: list[int]) -> Errors:
    """Of so many windows [N, H, K], with a naive forecast whose errors are twice as large."""
    found = np.array(error, dtype=np.float64)
    return Errors(found, 2 * found, found < 1, np.array(series), np.ones((len(found), found.shape[2])))


def test_each_series_counts_alike_however_many_windows_it_has() -> None:
    found = errors([[[1.0]], [[1.0]], [[1.0]], [[4.0]]], [0, 0, 0, 1])
    scaled = in_scale(found, np.array([[1.0], [1.0], [1.0], [2.0]]))
    assert scaled.counts.sum() == 4  # as many as there are
    assert scaled.error.sum() / scaled.counts.sum() == pytest.approx(
        (1 + 2) / 2
    )  # of the series: 1, and 4 in units of 2
    assert scaled.naive.sum() == pytest.approx(2 * scaled.error.sum())


def test_what_is_not_known_or_has_no_scale_does_not_count() -> None:
    found = errors([[[1.0, 3.0], [np.nan, 3.0]], [[2.0, 3.0], [2.0, 3.0]]], [0, 1])
    scaled = in_scale(found, np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert scaled.counts.sum() == 3
    assert scaled.error.sum() / scaled.counts.sum() == pytest.approx((1 + 2) / 2)


@pytest.mark.parametrize(
    ("horizon", "names"),
    [
        (3, ["1", "2", "3"]),
        (24, [f"{k} to {k + 1}" for k in range(1, 24, 2)]),
        (MOST_PARTS + 1, [*map(str, range(1, MOST_PARTS)), f"{MOST_PARTS} to {MOST_PARTS + 1}"]),
    ],
)
def test_steps_ahead_are_named_one_by_one_or_in_spans(horizon: int, names: list[str]) -> None:
    network: Any = SimpleNamespace(targets=["a", "b"], season=1)
    parts = window_parts(errors(np.ones((2, horizon, 2)), [0, 0]), network)
    steps, columns = parts.values()
    assert list(steps) == names
    assert list(columns) == ["a", "b"]


def test_errors_without_a_naive_forecast_are_counted_in_deviations() -> None:
    found = errors([[[1.0, 6.0]], [[3.0, np.nan]]], [0, 0])._replace(scale=np.zeros((2, 2)))
    model = SimpleNamespace(deviation=torch.tensor([9.0, 2.0, 3.0]), targets=[1, 2])
    network: Any = SimpleNamespace(targets=["a", "b"], season=1, model=model)
    [(name, share)] = window_scores(found, [4, 4], network).measures.items()
    assert name == "scaled_error"
    assert share.statistics().tolist() == [[pytest.approx((1 / 2 + 6 / 3) / 100), 2], [pytest.approx(1.5 / 100), 1]]
