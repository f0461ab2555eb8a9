"""The network that continues series: its laws, and its distributions against what they stand for."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
import torch
from torch import Tensor

from recurra.errors import UsageError
from recurra.models import ForecasterOptions, build_forecaster
from recurra.models.forecast_output import GaussianOutput, QuantileOutput
from recurra.models.forecaster import Forecaster
from recurra.models.linear_base import LinearBase
from recurra.models.patches import in_patches, patch_bounds
from recurra.padded import Padded, pad

SEASON, WINDOW = 2, 6


def build(**options: object) -> Forecaster:
    torch.manual_seed(1)
    second = int(options.pop("second_season", 1))  # type: ignore[call-overload]
    chosen = {"width": 5, "horizon": 3, "dropout": 0.0, **options}
    made = ForecasterOptions(**chosen)  # type: ignore[arg-type]
    model = build_forecaster(made, 2, [0, 1], SEASON, WINDOW, second_season=second).eval()
    torch.nn.init.normal_(model.head.weight, std=0.3)  # as if it had learned; it begins with its baseline
    if model.linear is not None:
        torch.nn.init.normal_(model.linear.change, std=3.0)
    return model


KINDS = [
    {"strategy": strategy, "output": output, "baseline": baseline, "cell": cell}
    for strategy in ("direct", "recursive")
    for output, baseline, cell in (
        ("quantile", "last", "lstm"),
        ("gaussian", "none", "gru"),
        ("quantile", "none", "elman"),
        ("gaussian", "season", "lstm"),
    )
]
KINDS += [{"baseline": "linear", "patch": patch, "scale": "window"} for patch in (1, 3)]
KINDS += [{"baseline": "linear", "patch": 2, "scale": "window", "second_season": 4}]
KINDS += [{"baseline": "linear", "patch": 2, "output": "gaussian"}, {"baseline": "last", "patch": 4}]


def answer(model: Forecaster, window: Padded) -> Tensor:
    """Whatever the network says of the next steps [B, ...]."""
    if not model.recursive:
        forecasts = model.direct(window)
        return forecasts.raw + forecasts.base[..., None]
    return model.paths(window, torch.linspace(-1, 1, 24).view(4, 3, 2))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(map(str, kind.values())))
def test_padding_and_neighbours_change_nothing(kind: dict[str, object]) -> None:
    model = build(**kind)
    rows = [torch.randn(length, 2) for length in (4, 7, 1)]
    together = pad(rows)
    expected = [answer(model, pad([row]))[0] for row in rows]
    torch.testing.assert_close(answer(model, together), torch.stack(expected), rtol=1e-5, atol=1e-6)
    spoilt = together.with_values(together.values.masked_fill(~together.mask[..., None], math.nan))
    torch.testing.assert_close(answer(model, spoilt), answer(model, together))


@pytest.mark.parametrize("baseline", ["last", "season", "none"])
@pytest.mark.parametrize("read", [1, 6])
def test_a_path_is_what_each_next_step_would_say(baseline: str, read: int) -> None:
    """Fed back or given from the beginning, the same numbers give the same next ones."""
    model = build(strategy="recursive", baseline=baseline, output="gaussian")
    window = pad([torch.randn(read, 2), torch.randn(read, 2)])
    scores = torch.randn(1, 3, 2)
    path = model.paths(window, scores)[:, 0]  # [B, H, K]
    whole = Padded(torch.cat([window.values, path], 1), window.lengths + 3)
    forecasts = model.each_next(whole)
    last = slice(read - 1, read + 2)
    again = forecasts.base[:, last] + model.output.at(forecasts.raw[:, last], scores.expand(2, 3, 2))
    torch.testing.assert_close(path, again, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("strategy", ["direct", "recursive"])
def test_before_it_has_learned_it_forecasts_the_season_before(strategy: str) -> None:
    options = ForecasterOptions(width=5, horizon=3, strategy=strategy, baseline="season", quantiles="0.5")  # type: ignore[arg-type]
    model = build_forecaster(options, 2, [0, 1], SEASON).eval()
    window = pad([torch.tensor([[1.0, 9], [2, 8], [3, 7], [4, 6]]), torch.tensor([[5.0, 5]])])
    seasonal, short = [[3.0, 7], [4, 6], [3, 7]], [[5.0, 5]] * 3  # a window without a whole season: its last value
    found = answer(model, window)
    found = found.squeeze(-1) if strategy == "direct" else found[:, 0]
    assert found.tolist() == [seasonal, short]


def test_before_it_has_learned_it_forecasts_what_is_smoothed() -> None:
    options = ForecasterOptions(width=5, horizon=3, baseline="smoothed", quantiles="0.5")
    window = pad(
        [torch.tensor([[0.0], [1], [3], [5], [7], [6]]), torch.tensor([[5.0], [8], [9]]), torch.tensor([[5.0]])]
    )
    found = answer(build_forecaster(options, 1, [0], SEASON).eval(), window).squeeze(-1)
    even, odd = ((first + 0.7 * second + 0.49 * third) / 2.19 for first, second, third in ((7, 3, 0), (6, 5, 1)))
    torch.testing.assert_close(found[0, :, 0], torch.tensor([even, odd, even]))
    torch.testing.assert_close(found[1, :, 0], torch.tensor([8.0, 12.5 / 1.7, 8.0]))
    assert found[2, :, 0].tolist() == [5.0, 5.0, 5.0]  # no whole season: the last value
    columns = window.with_values(torch.cat([window.values, 2 * window.values, 1 - window.values], 2))
    several = answer(build_forecaster(options, 3, [0, 1, 2], SEASON).eval(), columns).squeeze(-1)
    torch.testing.assert_close(several, torch.stack([found[..., 0], 2 * found[..., 0], 1 - found[..., 0]], 2))
    found = answer(build_forecaster(options, 1, [0]).eval(), window).squeeze(-1)
    torch.testing.assert_close(found[1, :, 0], torch.full((3,), (9 + 0.7 * 8 + 0.49 * 5) / 2.19))


@pytest.mark.parametrize(
    ("options", "season", "words"),
    [
        ({"baseline": "none"}, 2, "the mean of the training data"),
        ({"baseline": "none", "scale": "window"}, 2, "the mean of the window"),
        ({"baseline": "linear"}, 2, "its linear baseline"),
        ({"baseline": "smoothed"}, 2, "the smoothed values of seasons of 2"),
        ({"baseline": "smoothed"}, 1, "the smoothed last values"),
        ({"baseline": "season"}, 2, "the value 2 steps before"),
        ({"baseline": "last"}, 1, "the last known value"),
    ],
)
def test_what_it_answers_before_it_has_learned_is_said(options: dict[str, object], season: int, words: str) -> None:
    chosen = ForecasterOptions(width=5, horizon=3, **options)  # type: ignore[arg-type]
    assert build_forecaster(chosen, 2, [0, 1], season, WINDOW).naive_words() == words


def test_it_reads_what_has_changed_since_the_season_before() -> None:
    model = build(baseline="season")
    values = torch.tensor([[[1.0, 9], [2, 8], [4, 7], [7, 6]]])
    read = model._read(values, values[:, -1])
    assert read.shape == (1, 4, 4)
    assert read[0, :, 2:].tolist() == [[0, 0], [0, 0], [3, -2], [5, -2]]


@pytest.mark.parametrize("strategy", ["direct", "recursive"])
def test_a_window_means_the_same_at_every_height(strategy: str) -> None:
    model = build(strategy=strategy)
    window = pad([torch.randn(6, 2)])
    higher = window.with_values(window.values + 3)
    plain, moved = (answer(model, one) for one in (window, higher))
    torch.testing.assert_close(moved, plain + 3, rtol=1e-5, atol=1e-5)
    without = build(strategy=strategy, baseline="none")
    assert (answer(without, higher) - answer(without, window) - 3).abs().max() > 0.1


def test_columns_that_are_only_read_are_not_forecast() -> None:
    torch.manual_seed(1)
    model = build_forecaster(ForecasterOptions(width=5, horizon=3), 4, [2, 0]).eval()
    forecasts = model.direct(pad([torch.randn(6, 4)]))
    assert forecasts.raw.shape == (1, 3, 2, 3)
    model.mean.copy_(torch.tensor([1.0, 2, 3, 4]))
    model.deviation.copy_(torch.tensor([10.0, 20, 30, 40]))
    units = model.units(pad([torch.randn(6, 4)]))
    assert units.only(model.targets).own(torch.ones(1, 1, 2)).tolist() == [[[33, 11]]]
    assert units.counted(torch.tensor([[[11, 22, 33, 44]]]).double()).tolist() == [[[1, 1, 1, 1]]]


def test_a_window_is_counted_in_what_it_is_itself() -> None:
    model = build(scale="window")
    rows = [[1e12 + 1, 5], [1e12 + 3, 5], [math.nan, 5]], [[1e-9, 0.1 + 0.2], [3e-9, 0.3], [2e-9, 0.3]]
    window = pad([torch.tensor(row, dtype=torch.float64) for row in rows])
    centre, scale, _ = model.units(window)
    torch.testing.assert_close(
        centre, torch.tensor([[1e12 + 2, 5], [2e-9, 0.3]], dtype=torch.float64), rtol=1e-15, atol=0
    )
    torch.testing.assert_close(scale, torch.tensor([[1, 0], [(2 / 3) ** 0.5 * 1e-9, 0]], dtype=torch.float64))
    assert model.units(window).counted(window.values)[0, :2].tolist() == [[-1, 0], [1, 0]]
    back = model.units(window).own(torch.tensor([[[7.0, 7.0]], [[0.0, 7.0]]]))
    assert back[0].tolist() == [[1e12 + 9, 5]]  # what never changes is forecast as it is


def test_no_number_is_too_small_or_too_large_to_be_counted() -> None:
    model = build(scale="window")
    for size in (1e-200, 1e100):
        window = pad([size * torch.tensor([[1.0, 2], [3, 4]], dtype=torch.float64)])
        torch.testing.assert_close(model.units(window).counted(window.values)[0], torch.tensor([[-1.0, -1], [1, 1]]))


def test_quantiles_are_those_of_the_truth() -> None:
    """What costs least over many numbers is their quantiles."""
    output = QuantileOutput((0.1, 0.5, 0.9))
    truth = torch.rand(2000)
    raw = torch.zeros(3, requires_grad=True)
    optimizer = torch.optim.SGD([raw], 0.05)
    for _ in range(1500):
        optimizer.zero_grad()
        output.loss(raw.expand(2000, 3), truth, torch.ones(2000)).mean().backward()
        optimizer.step()
    torch.testing.assert_close(raw.detach(), torch.tensor([0.1, 0.5, 0.9]), atol=0.03, rtol=0)


def test_values_at_normal_scores() -> None:
    output = QuantileOutput((0.1, 0.5, 0.9))
    raw = torch.tensor([[3.0, 1.0, 2.0]])  # crossed, as they may be
    for q, value in ((0.1, 1.0), (0.5, 2.0), (0.9, 3.0)):
        assert float(output.at(raw, torch.tensor([NormalDist().inv_cdf(q)]))) == value
    far = NormalDist().inv_cdf(0.9) * 2
    assert float(output.at(raw, torch.tensor([far]))) == pytest.approx(4.0)  # straight on
    assert float(output.at(raw, torch.tensor([far / 4]))) == pytest.approx(2.5)
    assert QuantileOutput((0.5,)).at(torch.tensor([[7.0]]), torch.tensor([3.0])).tolist() == [7.0]
    normal = GaussianOutput()
    raw = torch.tensor([[1.0, 0.5]])
    mean, deviation = 1.0, math.log1p(math.exp(0.5)) + 1e-3
    assert float(normal.at(raw, torch.tensor([2.0]))) == pytest.approx(mean + 2 * deviation)
    expected = -math.log(NormalDist(mean, deviation).pdf(0.3))
    one = torch.ones(1)
    assert float(normal.loss(raw, torch.tensor([0.3]), one)) == pytest.approx(expected, rel=1e-5)
    # In units ten times as large an output is ten times as much, and so is what it costs, or the density a tenth.
    ten = torch.tensor([3.0]), 10 * one
    assert float(normal.loss(raw, *ten)) == pytest.approx(expected + math.log(10), rel=1e-5)
    assert float(output.loss(torch.tensor([[1.0, 2, 3]]), *ten)) == pytest.approx(
        10 * float(output.loss(torch.tensor([[1.0, 2, 3]]), torch.tensor([0.3]), one)), rel=1e-5
    )


@pytest.mark.parametrize("output", ["quantile", "gaussian"])
def test_a_spread_is_counted_from_the_median(output: str) -> None:
    model = build(output=output, quantiles="0.1,0.5,0.9")
    raw = torch.randn(4, 3, 2, model.output.size)
    spread = model.spread_out(raw, torch.tensor([0.0, 1.0]))
    torch.testing.assert_close(spread[..., 0], torch.zeros(4, 3, 2))
    assert (spread[..., 1] >= 0).all()
    assert spread[..., 1].any()


def logs(**options: object) -> Forecaster:
    """A network of logarithms of its first column that begins as it is built."""
    torch.manual_seed(1)
    chosen = ForecasterOptions(width=5, horizon=3, transform="log", quantiles="0.5", **options)  # type: ignore[arg-type]
    model = build_forecaster(chosen, 2, [0], SEASON, WINDOW).eval()
    model.lowest[0] = 0.1
    return model


def test_a_linear_baseline_begins_as_the_season_before_also_before_a_short_window() -> None:
    options = ForecasterOptions(width=5, horizon=5, baseline="linear", quantiles="0.5", patch=2)
    model = build_forecaster(options, 1, [0], SEASON, WINDOW).eval()
    for rows in ([1.0, 2, 3, 4, 5, 6, 7, 8], [7.0, 8], [3.0, 7, 8]):
        found = answer(model, pad([torch.tensor(rows)[:, None]]))
        torch.testing.assert_close(found.flatten(), torch.tensor([7.0, 8, 7, 8, 7]))
    found = answer(model, pad([torch.tensor([[8.0]])]))
    assert found.flatten().tolist() == [8.0] * 5


def test_what_a_linear_baseline_weighs() -> None:
    base = LinearBase(4, 1, 2)
    with torch.no_grad():
        base.fitted.copy_(torch.tensor([[1.0, 10, 100, 1000]]))
    window = pad([torch.tensor([[9.0], [2], [3], [4], [6]]), torch.tensor([[4.0], [5], [6]]), torch.tensor([[7.0]])])
    found = base(window)[:, 0, 0].tolist()
    assert found[0] == 5 + (2 - 5) + 10 * (3 - 5) + 100 * (4 - 5) + 1000 * (6 - 5)
    assert found[1] == 5.5 + (5 - 5.5) + 10 * (4 - 5.5) + 100 * (5 - 5.5) + 1000 * (
        6 - 5.5
    )  # its season goes on before
    assert found[2] == 7


def test_with_a_second_season_the_middle_of_three_is_what_a_forecast_is_counted_from() -> None:
    base = LinearBase(6, 4, 2, second_season=4)
    with torch.no_grad():
        base.fitted[:] = torch.tensor([[0.0, 0, 0, 0, 0, 4]] * 4)
    window = pad([torch.tensor([[1.0, 5], [2, 5], [3, 5], [4, 5], [5, 5], [7, 5]])])
    # A season before 5 7 5 7, a second one before 3 4 5 7; linear is 6 + 4 (7 - 6); the other column never changes.
    assert base(window)[0].tolist() == [[5, 5], [7, 5], [5, 5], [7, 5]]
    with torch.no_grad():
        base.fitted[:] = torch.tensor([[0.0, 0, 0, 0, 0, -2]] * 4)  # 6 - 2 (7 - 6)
    assert base(window)[0, :, 0].tolist() == [4, 4, 5, 7]
    with torch.no_grad():  # what is learned is added to that
        base.change[:] = torch.tensor([[0.0, 0, 0, 0, 0, 30]] * 4)
    torch.testing.assert_close(base(window)[0, :, 0], torch.tensor([4.0, 4, 5, 7]) + 3 * (7 - 6))
    none = LinearBase(6, 4, 2)
    none.load_state_dict(base.state_dict())  # it stores nothing more
    torch.testing.assert_close(none(window)[0, :, 0], torch.full((4,), 6 + (3.0 - 2) * (7 - 6)))


@pytest.mark.parametrize(("second", "used"), [(0, 1), (1, 1), (2, 1), (4, 4), (6, 6), (8, 1)])
def test_a_second_season_is_longer_than_the_first_and_inside_the_window(second: int, used: int) -> None:
    assert LinearBase(6, 4, 2, second_season=second).second_season == used
    words = LinearBase(6, 4, 2, second_season=second).words("a line")
    assert words == ("a line" if used == 1 else f"the median of a line and the values 2 and {used} steps before")


def test_before_a_short_window_its_season_is_also_that_of_a_second_one() -> None:
    base = LinearBase(6, 2, 2, second_season=4)
    for rows in ([7.0, 8], [3.0, 7, 8]):
        torch.testing.assert_close(base(pad([torch.tensor(rows)[:, None]])).flatten(), torch.tensor([7.0, 8]))


def test_patches_end_with_the_row() -> None:
    rows = pad([torch.arange(1.0, 6)[:, None], torch.arange(1.0, 4)[:, None], torch.ones(1, 1)])
    found = in_patches(rows, 2)
    assert found.lengths.tolist() == [3, 2, 1]
    assert found.values[0].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert found.values[1, :2].tolist() == [[0, 1], [2, 3]]
    assert found.values[2, :1].tolist() == [[0, 1]]
    assert patch_bounds(5, 2) == [(0, 1), (1, 3), (3, 5)]
    assert patch_bounds(4, 2) == [(0, 2), (2, 4)]


@pytest.mark.parametrize("scale", ["window", "columns"])
def test_logarithms_there_and_back(scale: str) -> None:
    model = logs(scale=scale)
    window = pad([torch.tensor([[1.0, -5], [4, 7]], dtype=torch.float64)])
    units = model.units(window)
    if scale == "window":
        assert units.centre[0].tolist() == pytest.approx([math.log(2), 1])
        assert units.scale[0].tolist() == pytest.approx([math.log(2), 6])
    torch.testing.assert_close(units.own(units.counted(window.values)), window.values)
    low = units.counted(torch.tensor([[[-3.0, -3], [0.1, -3]]], dtype=torch.float64))
    assert low[0, 0, 0] == low[0, 1, 0]  # what is lower is read as the lowest number


def test_with_logarithms_a_window_means_the_same_in_every_unit() -> None:
    model = logs(scale="window", baseline="linear")
    torch.nn.init.normal_(model.head.weight, std=0.3)
    window = torch.tensor([[1.0, 1], [4, 2], [2, 3]], dtype=torch.float64)

    def forecast(rows: Tensor) -> Tensor:
        padded = pad([rows])
        units = model.units(padded)
        counted = padded.with_values(units.counted(padded.values))
        return units.only(model.targets).own(model.medians(counted, model.over(counted), 3))

    torch.testing.assert_close(forecast(window * torch.tensor([1000.0, 1])), 1000 * forecast(window))


def test_patches_are_for_direct_forecasts() -> None:
    with pytest.raises(UsageError, match=r"model\.patch is for direct forecasts"):
        ForecasterOptions(strategy="recursive", patch=2)
