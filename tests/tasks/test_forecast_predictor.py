"""A forecaster that answers: what it reads of a series, how many steps it forecasts, and in what it counts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from toy_tasks import network

from recurra.data import Series
from recurra.data.calendar import calendar_points
from recurra.errors import DataError, UsageError
from recurra.models.forecast_units import Units
from recurra.tasks.forecast import predictor as module
from recurra.tasks.forecast.answer import ColumnForecast, ForecastValues
from recurra.tasks.forecast.predictor import (
    ForecastPredictor,
    normal_scores,
    refuse_unknown,
    scales_of,
    spanned,
    spread,
    standard,
)
from recurra.tasks.forecast.recipe import ForecastAnswerOptions

NAN = math.nan
PLAIN = ForecastAnswerOptions()
FILL = "Fill it, or train with --set data.missing=previous (or =mean), which says what is read in its place."


def series(a: list[float], b: list[float], times: tuple[str, ...] = (), name: str = "") -> Series:
    return Series(name, np.array([a, b], dtype=np.float64).T, ("a", "b"), times, 1)


def made(*, rows: list[Any] | None = None, seed: int = 1, **settings: object) -> Any:
    """A network of the columns a and b, with a window of 8 steps and a horizon of 3."""
    named = {name.replace("__", "."): value for name, value in settings.items()}
    return network("forecast", seed, named, rows)


def ramp(steps: int, first: float = 1.0) -> list[float]:
    return [first + k for k in range(steps)]


def test_the_last_steps_are_read() -> None:
    """Those of the window, with the columns in the order of the training data; a short series whole."""
    model = ForecastPredictor([made()])
    for steps in (3, 8, 11):
        one = series(ramp(steps), ramp(steps, 100.0))
        np.testing.assert_array_equal(model.window(one, "input 1"), one.values[-8:])
        other = Series("", one.values[:, ::-1], ("b", "a"), (), 1)
        np.testing.assert_array_equal(model.window(other, "input 1"), one.values[-8:])


def test_what_is_missing_before_the_window_is_not_asked_for() -> None:
    model = ForecastPredictor([made()])
    good = series([NAN, *ramp(8)], [NAN, *ramp(8)])
    np.testing.assert_array_equal(model.window(good, "input 1"), good.values[1:])
    with pytest.raises(DataError) as refusal:
        model.window(series([*ramp(8), NAN], ramp(9), tuple("abcdefghi")), "input 1")
    assert refusal.value.what == "the number of 'a' at step 8 (i) of the series is missing"
    assert (refusal.value.where, refusal.value.fix) == ("input 1", FILL)
    with pytest.raises(DataError) as refusal:
        model.window(series([], []), "input 2")
    assert (refusal.value.what, refusal.value.where, refusal.value.fix) == (
        "the series has no steps",
        "input 2",
        "Give its past.",
    )


def test_what_is_missing_is_read_as_the_number_before_the_window_too() -> None:
    previous = ForecastPredictor([made(data__missing="previous")])
    one = series([5.0, *[NAN] * 8, 2.0], ramp(10))
    assert previous.window(one, "input 1")[:, 0].tolist() == [5.0] * 7 + [2.0]
    mean = ForecastPredictor([made(data__missing="mean")])
    assert np.isnan(mean.window(one, "input 1")[:7, 0]).all()


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        ({"model__baseline": "last"}, True),
        ({"model__baseline": "none", "model__scale": "window"}, True),
        ({"model__baseline": "none", "model__scale": "columns"}, False),
    ],
)
def test_a_window_of_which_nothing_is_known_is_refused_where_a_forecast_begins_from_it(
    settings: dict[str, object], refused: bool
) -> None:
    model = ForecastPredictor([made(data__missing="mean", **settings)])
    one = series([1.0, *[NAN] * 8], ramp(9), name="sea")
    if not refused:
        assert np.isnan(model.window(one, "input 1")[:, 0]).all()
        return
    with pytest.raises(DataError) as refusal:
        model.window(one, "input 4")
    assert refusal.value.what == "there is no number in the column 'a' in the last 8 steps of series 'sea'"
    assert (refusal.value.where, refusal.value.fix) == ("input 4", "Give a longer past, or fill the column.")
    with pytest.raises(DataError, match="in the last 1 step of the series"):
        model.window(series([NAN], [1.0]), "input 1")


def test_only_columns_that_are_forecast_have_to_be_known() -> None:
    target = made(data__missing="mean", data__targets="b")
    values = np.array([[NAN, 1.0], [NAN, NAN]])
    refuse_unknown(values, target, series([], []), "input 1")
    with pytest.raises(DataError, match="in the column 'b'"):
        refuse_unknown(values[1:], target, series([], []), "input 1")


def test_points_of_the_calendar_are_read_beside_the_numbers() -> None:
    rows = [{"time": f"2024-03-{k:02}", "a": k % 7 + 0.5, "b": k % 5 + 0.5} for k in range(1, 31)]
    model = ForecastPredictor([made(rows=rows, data__calendar="week")])
    times = tuple(f"2024-01-{day:02}" for day in range(1, 12))
    read = model.window(series(ramp(11), ramp(11), times), "input 1")
    np.testing.assert_array_equal(read[:, :2], np.stack([ramp(11)[3:]] * 2, 1))
    np.testing.assert_array_equal(read[:, 2:], calendar_points(times)[3:, 1])


@pytest.mark.parametrize(
    ("strategy", "horizon", "options", "steps"),
    [
        ("direct", 3, {}, 3),
        ("direct", 3, {"steps": 1}, 1),
        ("direct", 3, {"steps": 3}, 3),
        ("recursive", 3, {}, 3),
        ("recursive", 3, {"steps": 9, "samples": 4, "seed": 7}, 9),
    ],
)
def test_how_many_steps_are_forecast(strategy: str, horizon: int, options: dict[str, int], steps: int) -> None:
    model = ForecastPredictor([made(model__strategy=strategy, model__horizon=horizon)])
    asked = ForecastAnswerOptions(**options)
    assert model.steps(asked) == steps
    [answer] = model.predict([series(ramp(9), ramp(9))], asked)
    assert [len(one.median) for one in answer.details.columns] == [steps, steps]


@pytest.mark.parametrize(
    ("horizon", "options", "what", "where", "fix"),
    [
        (
            3,
            {"steps": 4},
            "the model forecasts 3 steps, and 4 are asked for",
            "decoding.steps",
            "Train with --set model.horizon=4, or with model.strategy=recursive.",
        ),
        (
            1,
            {"steps": 2},
            "the model forecasts 1 step, and 2 are asked for",
            "decoding.steps",
            "Train with --set model.horizon=2, or with model.strategy=recursive.",
        ),
        (
            2,
            {"steps": 3},
            "the model forecasts 2 steps, and 3 are asked for",
            "decoding.steps",
            "Train with --set model.horizon=3, or with model.strategy=recursive.",
        ),
        (
            3,
            {"samples": 10},
            "decoding.samples has no effect on a direct forecast",
            None,
            "Leave it out, or train with --set model.strategy=recursive.",
        ),
        (
            3,
            {"seed": 2},
            "decoding.seed has no effect on a direct forecast",
            None,
            "Leave it out, or train with --set model.strategy=recursive.",
        ),
    ],
)
def test_more_steps_than_a_network_forecasts_at_once_are_refused(
    horizon: int, options: dict[str, int], what: str, where: str | None, fix: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        ForecastPredictor([made(model__horizon=horizon)]).steps(ForecastAnswerOptions(**options))
    assert (refusal.value.what, refusal.value.where, refusal.value.fix) == (what, where, fix)


SAMPLES = {"samples": 6, "seed": 3}


def quantiles(networks: list[Any], options: ForecastAnswerOptions, *inputs: Series) -> Any:
    model = ForecastPredictor(networks)
    return model.quantiles([model.window(one, "") for one in inputs], options)


@pytest.mark.parametrize("strategy", ["direct", "recursive"])
def test_several_networks_answer_by_the_mean_of_their_quantiles(strategy: str) -> None:
    options = ForecastAnswerOptions(floor=False, **(SAMPLES if strategy == "recursive" else {}))
    networks = [made(seed=seed, model__strategy=strategy) for seed in (1, 2, 3)]
    inputs = [series(ramp(9), ramp(9, 4.0)), series(ramp(4), ramp(4, -4.0))]
    each = [quantiles([one], options, *inputs) for one in networks]
    assert each[0].shape == (2, 3, 2, 3)
    assert not np.allclose(each[0], each[1])
    np.testing.assert_allclose(quantiles(networks, options, *inputs), np.mean(each, axis=0), rtol=1e-9)


def test_windows_are_answered_alike_however_many_are_answered_together(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = [series(ramp(k + 2), ramp(k + 2, 3.0 - k)) for k in range(7)]
    options = ForecastAnswerOptions(**SAMPLES)
    for strategy, asked in (("direct", PLAIN), ("recursive", options)):
        networks = [made(model__strategy=strategy)]
        together = quantiles(networks, asked, *inputs)
        for batch, paths in ((3, 12), (64, 1), (64, 18)):
            monkeypatch.setattr(module, "BATCH", batch)
            monkeypatch.setattr(module, "PATHS", paths)
            np.testing.assert_allclose(quantiles(networks, asked, *inputs), together, rtol=1e-4, atol=1e-5)
        monkeypatch.undo()


def test_direct_quantiles_are_those_of_the_network_in_its_own_units() -> None:
    one = made()
    window = np.array([ramp(8), ramp(8, -3.0)]).T
    with torch.no_grad():
        rows, units = standard(one.model, [window])
        levels = one.model.quantiles(one.model.direct(rows))
    mean, deviation = one.model.mean.numpy(), one.model.deviation.numpy()
    np.testing.assert_allclose(rows.values[0].numpy(), (window - mean) / deviation, rtol=1e-5, atol=1e-6)
    expected = levels[0].numpy() * deviation[:, None] + mean[:, None]
    found = ForecastPredictor([one]).quantiles([window], ForecastAnswerOptions(steps=2))
    np.testing.assert_allclose(found[0], expected[:2], rtol=1e-5)
    assert units.scale.tolist() == [deviation.tolist()]


def test_counts_are_0_at_least_and_it_is_said_which_were_not() -> None:
    """Of a network that forecasts far below 0: a holds counts, b does not."""
    rows = [{"a": [float(k % 3) for k in range(80)], "b": [k % 5 + 0.5 for k in range(80)]}]
    one = made(rows=rows)
    assert one.counts == ("a",)
    with torch.no_grad():
        one.model.head.bias.fill_(-50.0)
    model, asked = ForecastPredictor([one]), [series([0.0] * 9, ramp(9))]
    [low], [kept] = (list(model.predict(asked, ForecastAnswerOptions(floor=floor))) for floor in (True, False))
    a, b = low.details.columns
    assert a.median == [0.0] * 3
    assert all(number < 0 for number in [*b.median, *kept.details.columns[0].median])
    assert b == kept.details.columns[1]
    assert (low.details.floored, kept.details.floored) == (["a"], [])
    with torch.no_grad():
        one.model.head.bias.fill_(50.0)
    [high] = model.predict(asked, PLAIN)
    assert high.details.floored == []


def test_an_answer_has_the_past_the_times_and_the_digits_of_its_series() -> None:
    times = tuple(f"2024-01-01 {hour:02}:{minute:02}" for hour in range(3) for minute in range(60))[:150]
    given = series(ramp(150), [0.01 * k for k in range(150)], times, "sea")._replace(step="1 minute")
    [answer] = ForecastPredictor([made(model__scale="window")]).predict([given], PLAIN)
    a, b = answer.details.columns
    assert (a.past, b.past) == (given.values[-100:, 0].tolist(), given.values[-100:, 1].tolist())
    assert answer.details.times == [f"2024-01-01 02:{minute}" for minute in (30, 31, 32)]
    assert (answer.details.series, answer.source) == ("sea", "sea: 150 steps of 2 numbers")
    assert list(a.quantiles) == ["0.1", "0.5", "0.9"]
    assert a.median == a.quantiles["0.5"]
    assert (a.decimals, b.decimals) == (3, 5)  # eight steps of 1 deviate by 2.3, and those of 0.01 by 0.023
    [plain] = ForecastPredictor([made()]).predict([given._replace(times=(), step="")], PLAIN)
    assert plain.details.times == []


@pytest.mark.parametrize(
    ("past", "apart"),
    [
        ([1.0, 3.0], 1.0),
        ([1.0, NAN, 3.0], 1.0),
        ([1e200, -1e200], 1e200),
        ([2e-300, 4e-300], 1e-300),
        ([5.0, 5.0], 5.0),  # it never changes: its size
        ([-5.0, -5.0, NAN], 5.0),
        ([0.0, 0.0], 0.0),
        ([NAN], 0.0),
        ([], 0.0),
        ([1e15, 1e15 + 0.5], 1e15),  # no more than rounding
    ],
)
def test_how_far_numbers_are_apart(past: list[float], apart: float) -> None:
    assert spread(np.array(past)) == pytest.approx(apart, rel=1e-9)


def test_tokens_that_are_read_as_one() -> None:
    tokens = ["a", "b", "c", "d"]
    assert [spanned(tokens, *bounds) for bounds in ((0, 1), (3, 4), (0, 2), (1, 4))] == ["a", "d", "a to b", "b to d"]


def test_sample_paths_come_with_their_mirror_images() -> None:
    """More steps change none of the first, and the seed says which they are."""
    scores = normal_scores(ForecastAnswerOptions(samples=6, seed=3), 4, 2)
    assert scores.shape == (6, 4, 2)
    assert scores.dtype == torch.float32
    assert torch.equal(scores[3:], -scores[:3])
    assert not torch.equal(scores[0], scores[1])
    more = normal_scores(ForecastAnswerOptions(samples=6, seed=3), 9, 2)
    assert torch.equal(more[:, :4], scores)
    assert not torch.equal(normal_scores(ForecastAnswerOptions(samples=6, seed=4), 4, 2), scores)
    many = normal_scores(ForecastAnswerOptions(samples=10_000), 1, 1)
    assert float(many.std()) == pytest.approx(1, abs=0.03)


def forecast(*medians: list[float]) -> ForecastValues:
    columns = [ColumnForecast(str(k), one, {"0.5": one}, [], 2) for k, one in enumerate(medians)]
    return ForecastValues("", [], columns)


def test_in_what_a_network_counts_each_number() -> None:
    """Column by column of each step: the centre and the deviation; of logarithms a line that is right there."""
    centre, scale = torch.tensor([[1.0, 2.0]], dtype=torch.float64), torch.tensor([[3.0, 4.0]], dtype=torch.float64)
    plain = scales_of(Units(centre, scale), forecast([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]))
    assert [tuple(one) for one in plain] == [(1.0, 3.0), (2.0, 4.0)] * 3  # type: ignore[arg-type]
    logs = Units(centre, scale, torch.tensor([0.1, 0.1], dtype=torch.float64))
    found = scales_of(logs, forecast([5.0, 0.5], [7.0, 0.0]))
    for (base, slope), median, middle, deviation in zip(  # type: ignore[misc]
        found, (5.0, 7.0, 0.5, 0.0), (1.0, 2.0) * 2, (3.0, 4.0) * 2, strict=True
    ):
        assert slope == pytest.approx(median * deviation)
        if median > 0:
            counted = (math.log(median) - middle) / deviation
            assert base + slope * counted == pytest.approx(median)  # right at the forecast,
            step = 1e-6  # and as steep as the exponential function is there
            raised = math.exp((counted + step) * deviation + middle)
            assert (raised - median) / step == pytest.approx(slope, rel=1e-4)
    assert tuple(found[3]) == (0.0, 0.0)  # type: ignore[arg-type]


def test_a_question_names_what_is_read_and_what_is_forecast() -> None:
    model = ForecastPredictor([made(data__targets="b", data__missing="mean")])
    one = series([*ramp(9), NAN], ramp(10, 5.0))
    asked, [answer] = model.ask(one.values.tolist(), PLAIN), list(model.predict([one], PLAIN))
    assert asked.source_tokens == [str(k) for k in range(3, 11)]
    assert asked.outputs == asked.target_tokens == ["+1", "+2", "+3"]
    assert asked.prediction == answer.text
    assert asked.numbers == answer.details.columns[0].median
    assert [(read.name, read.tokens, read.pieces) for read in asked.inputs] == [
        ("window", asked.source_tokens, asked.source_tokens)
    ]
    shown = [(part.name, part.past, part.median) for part in asked.series]
    assert shown == [
        ("b", one.values[-8:, 1].tolist(), answer.details.columns[0].median),
        ("a", [*one.values[-8:-1, 0].tolist(), None], []),
    ]
    assert asked.notes == []
    dated = series(ramp(3), ramp(3), ("2024-01-01", "2024-01-02", "2024-01-03"))._replace(step="1 day")
    both = ForecastPredictor([made(seed=1), made(seed=2)])
    told = both.ask([dated], PLAIN)
    assert told.source_tokens == ["2024-01-01", "2024-01-02", "2024-01-03"]
    assert told.outputs == [f"2024-01-0{day} {name}" for day in (4, 5, 6) for name in "ab"]
    [numbers] = both.predict([dated], PLAIN)
    assert told.numbers == [one.median[k] for k in range(3) for one in numbers.details.columns]
    assert len(told.probes) == 2
    assert len(told.scales) == len(told.numbers)


def test_what_cannot_be_asked() -> None:
    model = ForecastPredictor([made()])
    good = series(ramp(9), ramp(9))
    with pytest.raises(UsageError) as target:
        model.ask([good], PLAIN, [1.0])
    assert target.value.what == "a forecast can only be traced as the model makes it, not along given values"
    assert (target.value.where, target.value.fix) == ("target", "Leave it out.")
    with pytest.raises(DataError) as several:
        model.ask([good, good], PLAIN)
    assert (several.value.what, several.value.where, several.value.fix) == (
        "expected one series, got 2",
        "the input",
        "Trace them one by one.",
    )


def test_vectors_are_what_the_top_layer_puts_out_last() -> None:
    one = made()
    inputs = [series(ramp(k + 2), ramp(k + 2, 3.0 - k)) for k in range(5)]
    model = ForecastPredictor([one, made(seed=2)])
    for vector, given in zip(model.vectors(inputs), inputs, strict=True):
        with torch.no_grad():
            run = one.model.over(standard(one.model, [model.window(given, "")]).rows)
        assert vector is not None
        np.testing.assert_allclose(vector, run.outputs.values[0, -1].numpy(), atol=1e-5)
    assert model.unknown_in(inputs[0]) == []
