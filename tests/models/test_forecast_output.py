"""What a forecast says that rests on the errors of a baseline: an interval that holds as many of them as it should."""

from __future__ import annotations

import math

import pytest
import torch

from recurra.models.forecast_output import MIN_DEVIATION, GaussianOutput, QuantileOutput


@pytest.mark.parametrize("count", [9, 99])
def test_quantiles_around_nothing_hold_their_share_of_one_more_error(count: int) -> None:
    """Of n errors the level is raised by 1/n, as the one that is to come may be the largest (split conformal)."""
    errors = torch.arange(1.0, count + 1)
    found = QuantileOutput((0.1, 0.25, 0.5, 0.9)).around(errors)
    expected = [torch.quantile(errors, min(1.0, inside * (1 + 1 / count))) for inside in (0.8, 0.5, 0.0, 0.8)]
    signed = [-expected[0], -expected[1], torch.tensor(0.0), expected[3]]
    torch.testing.assert_close(found, torch.stack(signed))
    torch.testing.assert_close(QuantileOutput((0.1, 0.25, 0.5, 0.9)).around(-errors), found)


def test_no_share_is_more_than_all() -> None:
    assert QuantileOutput((0.01, 0.99)).around(torch.tensor([1.0, -3.0])).tolist() == [-3.0, 3.0]


def test_a_normal_distribution_around_nothing_has_the_deviation_of_the_errors() -> None:
    output = GaussianOutput()
    raw = output.around(torch.tensor([3.0, -4.0]))
    assert raw[0] == 0.0
    assert float(output.at(raw, torch.tensor(1.0))) == pytest.approx(math.sqrt(12.5), rel=1e-5)
    none = output.around(torch.zeros(3))  # errors of nothing
    assert float(output.at(none, torch.tensor(1.0))) == pytest.approx(2 * MIN_DEVIATION, rel=1e-3)
