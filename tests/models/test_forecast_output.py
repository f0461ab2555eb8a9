"""What a forecast says that rests on the errors of a baseline: an interval that holds as many of them as it should."""

from __future__ import annotations

import math
from statistics import NormalDist

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


QUANTILES = (0.1, 0.5, 0.75)


@pytest.mark.parametrize("raw", [[-1.0, 2.0, 3.0], [3.0, -1.0, 2.0]])  # they may cross: sorted they are the same
def test_between_quantiles_and_beyond_them_it_is_a_straight_line_over_the_scores(raw: list[float]) -> None:
    output = QuantileOutput(QUANTILES)
    scores = [NormalDist().inv_cdf(q) for q in QUANTILES]
    values = [-1.0, 2.0, 3.0]
    assert output.at(torch.tensor(raw), torch.tensor(scores)).tolist() == values
    for z in (-3.0, scores[0] - 0.1, -0.5, 0.3, scores[2] + 0.1, 4.0):
        k = 0 if z < scores[1] else 1
        slope = (values[k + 1] - values[k]) / (scores[k + 1] - scores[k])
        found = float(output.at(torch.tensor(raw), torch.tensor(z)))
        assert found == pytest.approx(values[k] + (z - scores[k]) * slope, abs=1e-5)


def test_a_single_quantile_is_the_same_everywhere() -> None:
    output = QuantileOutput((0.5,))
    assert output.at(torch.tensor([[4.0], [7.0]]), torch.tensor([-1.0, 2.0])).tolist() == [4.0, 7.0]
    assert output.at(torch.tensor([4.0]), torch.tensor([-1.0, 0.0, 2.0])).tolist() == [4.0] * 3


def test_the_loss_of_quantiles_is_that_of_koenker_and_bassett() -> None:
    output = QuantileOutput(QUANTILES)
    raw, truth, unit = (
        torch.tensor([[-1.0, 2.0, 3.0], [0.5, 0.5, 0.5]]),
        torch.tensor([5.0, -2.0]),
        torch.tensor([2.0, 1.0]),
    )
    for row, found in enumerate(output.loss(raw, truth, unit).tolist()):
        each = [float(truth[row] - one * unit[row]) for one in raw[row]]
        costs = [q * above if above > 0 else (q - 1) * above for q, above in zip(QUANTILES, each, strict=True)]
        assert found == pytest.approx(2 * sum(costs) / 3)
    median = QuantileOutput((0.5,))
    assert median.loss(raw[:, :1], truth, unit).tolist() == pytest.approx([7.0, 2.5])  # the absolute error


def test_the_loss_of_a_normal_distribution_is_minus_the_logarithm_of_its_density() -> None:
    output = GaussianOutput()
    raw = torch.tensor([[1.0, 0.3], [1.0, 0.3], [-2.0, -1.0]])
    truth, unit = torch.tensor([1.5, 4.0, 0.5]), torch.tensor([1.0, 2.0, 0.5])
    found = output.loss(raw, truth, unit)
    for row in range(3):
        mean, above = (float(output.at(raw[row], torch.tensor(z))) for z in (0.0, 1.0))
        scale = float(unit[row])
        density = NormalDist(mean * scale, (above - mean) * scale).pdf(float(truth[row]))
        assert float(found[row]) == pytest.approx(-math.log(density), abs=1e-4)


def test_each_step_of_each_column_has_the_mean_of_its_own_pinball_losses() -> None:
    torch.manual_seed(1)
    raw, truth, unit = torch.randn(2, 4, 5, len(QUANTILES)), torch.randn(2, 4, 5), torch.rand(2, 4, 5) + 0.5
    found = QuantileOutput(QUANTILES).loss(raw, truth, unit)
    assert found.shape == (2, 4, 5)
    for place in ((0, 0, 0), (1, 3, 4), (0, 2, 1)):
        above = [float(truth[place] - one * unit[place]) for one in raw[place]]
        each = [q * more if more > 0 else (q - 1) * more for q, more in zip(QUANTILES, above, strict=True)]
        assert float(found[place]) == pytest.approx(2 * sum(each) / len(QUANTILES), rel=1e-5)
