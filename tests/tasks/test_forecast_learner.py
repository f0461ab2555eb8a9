"""What a forecaster learns by: its loss, its score and its errors, against a slow computation; and where it begins."""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
import torch

from recurra.data import SERIES, DataSource, open_examples
from recurra.tasks import TASKS
from recurra.tasks.forecast import start
from recurra.tasks.forecast.learner import (
    ForecastLearner,
    batches_of,
    compared,
    counted,
    following,
    forecast_loss,
    learner_of,
    losses,
    mean_errors,
    truths,
    window_losses,
)
from recurra.tasks.forecast.network import ForecastNetwork
from recurra.tasks.forecast.predictor import standard
from recurra.tasks.forecast.recipe import ForecastRecipe
from recurra.tasks.forecast.start import BELOW, Beginnings, as_it_began, begin_with_baseline, know_logarithms, like
from recurra.tasks.task import Encoded

NAN = float("nan")
# Above 0, with a gap, shorter than a window, and one that never changes.
ROWS = [
    [3.0, 1.0, 4.0, 1.5, 5.0, 9.0, 2.0, 6.0, 5.5, 3.5],
    [20.0, 70.0, NAN, 10.0, 80.0, 20.0, 81.0],
    [6.0, 2.0, 4.0],
    [7.0] * 8,
]


def begun(folder: Path, rows: list[Any] | None = None, **settings: object) -> tuple[ForecastNetwork, Encoded]:
    """A network with a window of 4 steps and a horizon of 2, and the series to learn from and to validate it by."""
    small: dict[str, object] = {
        "model.width": 4, "data.window": 4, "model.horizon": 2, "model.baseline": "last", "model.scale": "columns",
        "model.transform": "none", "data.missing": "mean", "data.calendar": "none", "model.calibration": "none",
    }  # fmt: skip
    task, named = TASKS["forecast"], {name.replace("__", "."): one for name, one in settings.items()}
    recipe = task.recipe().with_settings({**small, **named})
    parts = [open_examples(DataSource(rows=rows or ROWS), SERIES)] * 2
    network = task.make(parts[0], recipe, lambda event: None)
    for name, part in zip(("train", "valid"), parts, strict=True):
        task.encode(part, network, folder / name)
    encoded = Encoded(*(task.open_encoded(folder / name) for name in ("train", "valid")))
    torch.manual_seed(3)
    with torch.no_grad():
        for parameter in network.model.parameters():
            torch.nn.init.normal_(parameter, std=0.3)
        outputs = network.model.head.bias.view(-1, network.model.output.size)
        outputs += torch.tensor([-3.0, 0.0, 3.0])[: outputs.shape[1]]  # quantiles that do not cross
    network.model.eval()
    return network, encoded


def by_hand(network: ForecastNetwork, rows: list[Any]) -> list[dict[str, Any]]:
    """Each window alone: the medians [H], the truth, the unit of the series, and the loss of what is known."""
    recipe: Any = network.recipe
    found: list[dict[str, Any]] = []
    for row in rows:
        values = np.array(row, dtype=np.float64)
        changes = np.diff(values)
        change = np.sqrt(np.nanmean(changes**2)) if np.nansum(np.abs(changes)) else np.nanmax(np.abs(values))
        for origin in range(min(4, len(values) - 2), len(values) - 1):
            read = values[max(0, origin - 4) : origin]
            with torch.no_grad():
                given, units = standard(network.model, [read[:, None]])
                levels = network.model.quantiles(network.model.direct(given)).unbind(-1)
                quantiles = np.stack([units.own(level)[0, :, 0].numpy() for level in levels])  # [Q, H]
            truth = values[origin : origin + 2]
            known = ~np.isnan(truth)
            each = []
            for q, quantile in zip(recipe.model.levels(), quantiles, strict=True):
                above = (truth - quantile) / change
                each.append(2 * np.maximum(q * above, (q - 1) * above))
            loss = np.mean(each, axis=0)[known]
            median = quantiles[len(quantiles) // 2]
            errors = np.abs(median - truth)[known] / change
            found.append({"loss": loss, "errors": errors, "median": median, "truth": truth})
    return found


@pytest.mark.parametrize("baseline", ["last", "none", "linear"])
def test_losses_and_errors_are_in_units_of_each_series(baseline: str, tmp_path: Path) -> None:
    network, encoded = begun(tmp_path, model__baseline=baseline)
    learner = learner_of(network, encoded)
    expected = by_hand(network, ROWS)
    assert len(learner.train) == len(expected) == 5 + 2 + 1 + 3
    assert learner.validation_examples() == len(expected)
    means = [one["loss"].mean() if len(one["loss"]) else NAN for one in expected]
    np.testing.assert_allclose(learner.each_loss(1000), means, rtol=1e-4)
    errors = [one["errors"].mean() if len(one["errors"]) else NAN for one in expected]
    np.testing.assert_allclose(learner.errors_of(learner.train, 1000), errors, rtol=1e-4)
    every = np.concatenate([one["loss"] for one in expected])
    score = learner.validate(1000)
    assert score.loss == pytest.approx(every.mean(), rel=1e-4)
    assert score.value == pytest.approx(100 * every.mean(), rel=1e-4)
    batch = np.array([0, 6, 7])
    some = np.concatenate([expected[k]["loss"] for k in batch])
    loss = learner.loss(batch, smoothing=0.0, sampling=0.0)
    assert float(loss.total.detach()) == pytest.approx(some.sum(), rel=1e-4)
    assert loss.tokens == learner.tokens(batch) == len(some)


def test_batches_that_are_measured_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network, encoded = begun(tmp_path)
    learner = learner_of(network, encoded)
    whole = learner.validate(1000), learner.each_loss(1000), learner.errors_of(learner.valid, 1000)
    monkeypatch.setattr("recurra.tasks.forecast.learner.VALIDATION_BATCH", 3)
    assert [len(one) for one in batches_of(np.arange(11))] == [3, 3, 3, 2]
    assert [one.tolist() for one in batches_of(np.arange(3))] == [[0, 1, 2]]
    parts = learner.validate(1000), learner.each_loss(1000), learner.errors_of(learner.valid, 1000)
    assert parts[0].loss == pytest.approx(whole[0].loss)
    for one, other in zip(parts[1:], whole[1:], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)
    few = learner.each_loss(4)
    np.testing.assert_allclose(few, np.array(whole[1])[np.linspace(0, 10, 4).astype(int)], rtol=1e-5)


def test_the_batches_of_an_epoch(tmp_path: Path) -> None:
    network, encoded = begun(tmp_path, batching__windows=4, training__seed=9)
    learner = learner_of(network, encoded)
    batches = learner.batches(2)
    assert (batches.total, batches.size, batches.seed, batches.epoch, len(batches)) == (11, 4, 9, 2, 3)
    assert learner.largest_batch().tolist() == learner.batches(0)[0].tolist()
    assert len(learner.largest_batch()) == 4
    assert learner.describe(np.array([0, 7])) == "a batch of windows of the series that begin at lines 1, 3"
    assert learner.measure == "quantile_loss"
    assert learner.baseline == "the last known value"
    gaussian, other = begun(tmp_path / "g", model__output="gaussian")
    learner = learner_of(gaussian, other)
    score = learner.validate(1000)
    assert (learner.measure, score.value) == ("nats", score.loss)


@pytest.mark.parametrize(
    ("baseline", "rows", "apart"),
    [
        ("linear", [[1.0, 2.0, 3.0]], 1),
        ("last", [[1.0, 2.0, 3.0]], 2),  # one window is believed if those that overlap it agree
        ("last", ROWS, 3 + 1 + 1 + 2),
        ("linear", ROWS, 3 + 1 + 1 + 2),
    ],
)
def test_how_many_windows_tell_apart(baseline: str, rows: list[Any], apart: int, tmp_path: Path) -> None:
    network, encoded = begun(tmp_path, rows, model__baseline=baseline)
    assert learner_of(network, encoded).apart == apart


@pytest.mark.parametrize("strategy", ["direct", "recursive"])
def test_the_loss_of_a_window_is_the_mean_of_what_counts(strategy: str, tmp_path: Path) -> None:
    network, encoded = begun(tmp_path, model__strategy=strategy)
    learner = learner_of(network, encoded)
    span = learner.train.span(np.arange(len(learner.train)))
    with torch.no_grad():
        found = compared(network.model, span, every=False)
        every = losses(network.model, found)
        each = window_losses(network.model, found)
        total = forecast_loss(network.model, span, every=False)
    first = 0
    for k, mask in enumerate(found.counts):
        count = int(mask.sum())
        own = every[first : first + count]
        assert each[k] == pytest.approx(float(own.mean()), rel=1e-5, nan_ok=True)
        first += count
    assert first == len(every) == total.tokens
    assert float(total.total) == pytest.approx(float(every.sum()))


def test_of_a_direct_network_what_follows_the_window_counts_of_a_recursive_one_every_step(tmp_path: Path) -> None:
    network, encoded = begun(tmp_path)
    learner = learner_of(network, encoded)
    span = learner.train.span(np.array([0, 5, 6, 7]))
    expected = [[5.0, 9.0], [80.0, 20.0], [20.0, 81.0], [2.0, 4.0]]
    assert following(network.model, span)[..., 0].tolist() == expected
    assert truths(network.model, span)[..., 0].tolist() == expected
    assert counted(network.model, span, every=False).all()
    each = torch.tensor([[[2.0]], [[4.0]], [[4.0]], [[1.0]]])
    with torch.no_grad():
        errors = mean_errors(network.model, span, each)
    by_itself = by_hand(network, ROWS)
    medians = [by_itself[k] for k in (0, 5, 6, 7)]
    wanted = [
        np.abs(one["median"] - one["truth"]).mean() / unit for one, unit in zip(medians, (2, 4, 4, 1), strict=True)
    ]
    assert errors.tolist() == pytest.approx(wanted, rel=1e-5)
    recursive, other = begun(tmp_path / "r", model__strategy="recursive")
    span = learner_of(recursive, other).train.span(np.array([0, 7]))
    assert truths(recursive.model, span)[0, :, 0].tolist() == [1.0, 4.0, 1.5, 5.0, 9.0]
    assert counted(recursive.model, span, every=True)[..., 0].tolist() == [
        [True] * 5,
        [True, True, False, False, False],
    ]
    assert counted(recursive.model, span, every=False)[..., 0].tolist() == [
        [False, False, False, True, True],
        [True, True, False, False, False],
    ]
    with torch.no_grad():
        one = mean_errors(recursive.model, span, torch.ones(2, 1, 1))
    assert one.shape == (2,)
    assert one.isfinite().all()


def test_logarithms_are_learned_in_units_of_logarithms(tmp_path: Path) -> None:
    network, encoded = begun(tmp_path, model__transform="log")
    know_logarithms(network.model, encoded)
    learner = learner_of(network, encoded)
    assert learner.train.units == learner.valid.units == "log_units"
    plain = [row for row in ROWS if len(row) > 7]
    units = [np.sqrt(np.mean(np.diff(np.log(row)) ** 2)) for row in plain[:1]]
    assert learner.train.span(np.array([0])).units.tolist() == [[pytest.approx(units[0])]]
    known = np.concatenate([np.array(row) for row in ROWS])
    known = np.log(known[~np.isnan(known)])
    assert network.model.lowest.tolist() == pytest.approx([BELOW * 1.0])
    assert network.model.log_mean.tolist() == pytest.approx([known.mean()])
    assert network.model.log_deviation.tolist() == pytest.approx([known.std()])


def test_logarithms_of_what_never_changes_deviate_by_1(tmp_path: Path) -> None:
    network, encoded = begun(tmp_path, [[5.0] * 10], model__transform="log")
    know_logarithms(network.model, encoded)
    assert network.model.log_deviation.tolist() == [1.0]
    assert network.model.log_mean.tolist() == pytest.approx([np.log(5.0)])


def test_only_the_columns_that_are_forecast_have_logarithms(tmp_path: Path) -> None:
    rows = [{"a": [-1.0, 2.0] * 5, "b": [1.0, 4.0] * 5}]
    network, encoded = begun(tmp_path, rows, model__transform="log", data__targets="b")
    know_logarithms(network.model, encoded)
    assert network.model.lowest.tolist() == [0.0, 0.1]
    assert network.model.log_mean.tolist() == pytest.approx([0.0, np.log(4.0) / 2])
    assert network.model.log_deviation.tolist() == pytest.approx([1.0, np.log(4.0) / 2])


@pytest.mark.parametrize("strategy", ["direct", "recursive"])
@pytest.mark.parametrize("output", ["quantile", "gaussian"])
def test_a_network_begins_with_its_baseline_as_wide_as_that_errs(strategy: str, output: str, tmp_path: Path) -> None:
    """For each step ahead, or where it goes step by step for all of them together.

    What is not known, or never changes, says nothing.
    """
    network, encoded = begun(tmp_path, model__strategy=strategy, model__output=output, model__scale="window")
    made = like(network, network.recipe)
    learner = learner_of(made, encoded)
    begin_with_baseline(made.model, learner.train)
    assert not made.model.head.weight.any()
    with torch.no_grad():
        found = compared(made.model, learner.train.span(np.arange(len(learner.train))), every=True)
    known = found.counts & (found.unit > 0)
    bias = made.model.head.bias.view(1 if strategy == "recursive" else 2, made.model.output.size)
    for step in range(len(bias)):
        ahead = slice(None) if strategy == "recursive" else slice(step, step + 1)
        errors = (found.truth / found.unit)[:, ahead][known[:, ahead]].detach().numpy()
        if output == "quantile":
            spread = np.quantile(np.abs(errors), min(1.0, 0.8 * (1 + 1 / len(errors))))
            np.testing.assert_allclose(bias[step].detach().numpy(), [-spread, 0.0, spread], rtol=1e-4)
        else:
            z = torch.tensor([NormalDist().inv_cdf(0.9)])
            wide = float(made.model.output.at(bias[step][None], z)) / float(z)
            assert wide == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-4)
    again = as_it_began(made, learner.train)
    assert all(torch.equal(one, other) for one, other in zip(again.parameters(), made.model.parameters(), strict=True))


def test_fresh_networks_know_of_the_data_what_the_first_one_knows(tmp_path: Path) -> None:
    network, _ = begun(tmp_path)
    other: ForecastRecipe = network.recipe.with_settings({"model.width": 6, "data.calendar": "week"})
    made = like(network, other)
    assert made.recipe == other
    assert (made.columns, made.targets, made.counts) == (network.columns, network.targets, network.counts)
    assert torch.equal(made.model.mean, network.model.mean)
    assert torch.equal(made.model.deviation, network.model.deviation)


def test_a_linear_baseline_is_fitted_once_for_each_way_of_counting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted: list[ForecastLearner] = []

    def fit(model: Any, train: Any, valid: Any) -> Any:
        fitted.append(model)
        return original(model, train, valid)

    original = start.fit_linear
    monkeypatch.setattr(start, "fit_linear", fit)
    network, encoded = begun(tmp_path, model__baseline="linear", model__scale="window")
    begin = Beginnings(network, encoded)
    recipe: ForecastRecipe = network.recipe
    first = begin.of(recipe)
    begin.of(recipe.with_settings({"model.width": 6}))
    assert len(fitted) == 1
    assert begin.linear(recipe) is begin.linear(recipe.with_settings({"model.layers": 2}))
    for number, change in enumerate(({"model.scale": "columns"}, {"model.transform": "log"}), 2):
        begin.linear(recipe.with_settings(change))
        assert len(fitted) == number
    fit_found = begin.linear(recipe)
    assert first.model.linear is not None
    np.testing.assert_allclose(first.model.linear.fitted.numpy(), fit_found.weight, rtol=1e-5)
    simple = begin.of(recipe, simple=True)
    assert simple.model.linear is not None
    np.testing.assert_allclose(simple.model.linear.fitted.numpy(), fit_found.simple, rtol=1e-5)
    assert not first.model.linear.change.any()
