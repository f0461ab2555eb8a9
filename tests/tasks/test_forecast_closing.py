"""What validation data say of a trained forecaster: how much of what it learned is kept, and how wide it answers."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from recurra.data import SERIES, DataSource, open_examples
from recurra.models.forecaster import Forecasts
from recurra.tasks import TASKS
from recurra.tasks.forecast import closing
from recurra.tasks.forecast.closing import PARTS, between, calibrate, close, keep_part, moved, reason, validated
from recurra.tasks.forecast.learner import ForecastLearner, learner_of, losses
from recurra.tasks.forecast.network import ForecastNetwork
from recurra.tasks.forecast.start import Beginnings, as_it_began
from recurra.tasks.forecast.windows import Windows
from recurra.tasks.task import Encoded
from recurra.training.chance import errors_lower, sure_part

HORIZON = 3


class OneWindow(Windows):
    """Windows of which only the first is there."""

    def __len__(self) -> int:
        return 1

    def apart(self) -> int:
        return 1


def begun(folder: Path, **settings: object) -> tuple[ForecastNetwork, Encoded]:
    """A network that answers its baseline, and noise around waves to learn from and to validate it by."""
    dice = np.random.default_rng(1)
    rows = [(np.sin(np.arange(90) / 2 + dice.normal()) + dice.normal(0, 0.3, 90)).tolist() for _ in range(8)]
    task = TASKS["forecast"]
    recipe = task.recipe().with_settings({
        "model.width": 4, "model.horizon": HORIZON, "data.window": 8, "model.baseline": "linear",
        "model.scale": "window", "model.transform": "none", "model.calibration": "validation", **settings,
    })  # fmt: skip
    parts = [open_examples(DataSource(rows=some), SERIES) for some in (rows[:5], rows[5:])]
    network = task.make(parts[0], recipe, lambda event: None)
    for name, part in zip(("train", "valid"), parts, strict=True):
        task.encode(part, network, folder / name)
    encoded = Encoded(*(task.open_encoded(folder / name) for name in ("train", "valid")))
    return Beginnings(network, encoded).of(network.recipe), encoded


def validation_loss(learner: ForecastLearner) -> float:
    return float(np.nanmean(learner.each_loss(1000)))


def pushed(network: ForecastNetwork) -> None:
    """Moves all that outputs follow from in some direction, and the layers as well."""
    torch.manual_seed(2)
    with torch.no_grad():
        for weight in network.model.parameters():
            weight += 0.1 * torch.randn_like(weight)


@pytest.mark.parametrize("output", ["quantile", "gaussian"])
def test_a_validation_is_the_mean_over_its_windows(output: str, tmp_path: Path) -> None:
    """In percent of the unit of a series, or in nats."""
    network, encoded = begun(tmp_path, **{"model.output": output})
    learner = learner_of(network, encoded)
    for examples in (1, 50, learner.validation_examples()):
        each = learner.each_loss(examples)
        score = learner.validate(examples)
        assert len(each) == examples
        assert score.loss == pytest.approx(each.mean(), rel=1e-4)
        assert score.value == pytest.approx(score.loss * (100 if output == "quantile" else 1))


@pytest.mark.parametrize("output", ["quantile", "gaussian"])
def test_what_lies_between_is_what_the_network_says_that_has_gone_a_part_of_the_way(
    output: str, tmp_path: Path
) -> None:
    network, encoded = begun(tmp_path, **{"model.output": output})
    first = Beginnings(network, encoded).of(network.recipe).model.eval()
    pushed(network)
    learner = learner_of(network, encoded)
    with torch.no_grad():
        [start], [end] = (list(validated(model.eval(), learner)) for model in (first, network.model))
        expected = losses(network.model, between(start, end, 0.3))
        for one, other in zip(moved(first), moved(network.model), strict=True):
            other.lerp_(one, 0.7)
        [found] = validated(network.model, learner)
        torch.testing.assert_close(losses(network.model, found), expected, rtol=1e-4, atol=1e-5)


def test_the_part_is_kept_that_is_the_best_on_the_validation_data(tmp_path: Path) -> None:
    network, encoded = begun(tmp_path)
    learner, notes = learner_of(network, encoded), list[str]()
    pushed(network)
    before = validation_loss(learner)
    keep_part(network, learner, lambda event: notes.append(event.text))  # type: ignore[attr-defined]
    assert validation_loss(learner) < before
    assert "with 25% of it the validation loss is " in notes[0]


def test_of_what_one_validation_window_says_nothing_is_kept(tmp_path: Path) -> None:
    """Only the last window is looked at: it has been learned by heart."""
    network, encoded = begun(tmp_path)
    learner = learner_of(network, encoded)
    before = [weight.clone() for weight in moved(network.model)]
    with torch.no_grad():
        network.model.head.bias += 0.01
    learner.valid = OneWindow(learner.valid.table, 1, learner.valid.window, HORIZON, learner.valid.units)
    keep_part(network, learner, lambda event: None)
    assert all(torch.equal(one, other) for one, other in zip(before, moved(network.model), strict=True))


def test_of_a_network_that_has_learned_nothing_nothing_is_kept(tmp_path: Path) -> None:
    network, encoded = begun(tmp_path)
    before = [weight.clone() for weight in network.model.parameters()]
    notes: list[str] = []
    keep_part(network, learner_of(network, encoded), lambda event: notes.append("said"))
    assert all(torch.equal(one, other) for one, other in zip(before, network.model.parameters(), strict=True))
    assert not notes


@pytest.mark.parametrize("output", ["quantile", "gaussian"])
def test_intervals_hold_what_they_should(output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they were before; with few windows less of it is done."""
    monkeypatch.setattr("recurra.tasks.forecast.closing.FEW", 0)
    network, encoded = begun(tmp_path, **{"model.output": output, "model.quantiles": "0.05 0.25 0.5 0.75 0.95"})
    model, learner = network.model, learner_of(network, encoded)
    with torch.no_grad():
        raw = model.head.bias.view(HORIZON, 1, model.output.size)
        raw[..., :] = raw / 2 if output == "quantile" else raw - torch.tensor([0.0, 0.7])
    notes: list[str] = []
    calibrate(model, learner, lambda event: notes.append(event.text))  # type: ignore[attr-defined]
    [found] = validated(model.eval(), learner)
    values = model.widths * model.spread_out(found.raw, torch.tensor(model.scores))
    error = found.truth / found.unit
    for k, share in ((0, 0.9), (1, 0.5)):
        inside = (values[..., k] <= error) & (error <= values[..., -1 - k])
        assert inside.float().mean() == pytest.approx(share, abs=0.01)
    assert "are widened by a factor of " in notes[0]
    quantiles = model.quantiles(Forecasts(found.raw, torch.zeros_like(error)))
    torch.testing.assert_close(quantiles, model.median(found.raw)[..., None] + values)
    assert (quantiles.diff(dim=-1) >= 0).all()
    widths = model.widths.clone()
    monkeypatch.setattr("recurra.tasks.forecast.closing.FEW", 10**6)
    calibrate(model, learner, lambda event: None)
    assert (model.widths - 1).abs().max() < 0.01 < (widths - 1).abs().max()


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    """So a run that is resumed after its end is what it was; a model that is trained on is closed anew."""
    network, encoded = begun(tmp_path)
    with torch.no_grad():
        network.model.head.bias += 0.01
    close(network, encoded, lambda event: None)
    widths = network.model.widths.clone()
    calibrate(network.model, learner_of(network, encoded), lambda event: None)
    assert torch.equal(widths, network.model.widths)


@pytest.mark.parametrize(
    ("loss", "best", "errors", "apart", "words"),
    [
        (
            {0.0: 4.0, 0.5: 3.0},
            0.5,
            2.46,
            7,
            "with 50% of it the validation loss is 25.0% lower than that of the baseline, by 2.5 standard errors "
            "(7 validation windows that do not overlap)",
        ),
        (
            {0.0: 4.0, 0.25: 5.0},
            0.25,
            -0.71,
            1200,
            "with 25% of it the validation loss is 25.0% higher than that of the baseline, by 0.7 standard errors "
            "(1,200 validation windows that do not overlap)",
        ),
        (
            {0.0: 4.0, 1.0: 4.0},
            1.0,
            0.0,
            1,
            "with 100% of it the validation loss is 0.0% higher than that of the baseline (1 validation window)",
        ),
        (
            {0.0: 4.0, 0.75: 3.999},
            0.75,
            math.inf,
            2,
            "with 75% of it the validation loss is 0.0% lower than that of the baseline "
            "(2 validation windows that do not overlap)",
        ),
    ],
)
def test_why_a_part_is_kept(loss: dict[float, float], best: float, errors: float, apart: int, words: str) -> None:
    learner: Any = SimpleNamespace(valid=SimpleNamespace(apart=lambda: apart))
    assert reason(loss, best, errors, learner) == words


@pytest.mark.parametrize("baseline", ["linear", "last"])
@pytest.mark.parametrize("push", [0.02, 0.3])
def test_how_much_is_kept_is_told_from_the_validation_windows(baseline: str, push: float, tmp_path: Path) -> None:
    """The best part; from a linear baseline the less of it, the less sure that is."""
    network, encoded = begun(tmp_path, **{"model.baseline": baseline})
    learner, notes = learner_of(network, encoded), list[str]()
    first = as_it_began(network, learner.train)
    torch.manual_seed(5)
    with torch.no_grad():
        for weight in moved(network.model):
            weight += push * torch.randn_like(weight)
    learned = [weight.detach().clone() for weight in moved(network.model)]
    each: dict[float, np.ndarray[Any, Any]] = {}
    for part in (0.0, *PARTS):
        with torch.no_grad():
            for weight, start, end in zip(moved(network.model), moved(first), learned, strict=True):
                weight.copy_(start.lerp(end, part))
        each[part] = learner.each_loss(1000)
    with torch.no_grad():
        for weight, end in zip(moved(network.model), learned, strict=True):
            weight.copy_(end)
    best = min(PARTS, key=lambda part: each[part].mean())
    errors = errors_lower(each[best], each[0.0], learner.apart)
    kept = best * (sure_part(errors) if baseline == "linear" else 1)
    keep_part(network, learner, lambda event: notes.append(event.text))  # type: ignore[attr-defined]
    for weight, start, end in zip(moved(network.model), moved(first), learned, strict=True):
        torch.testing.assert_close(weight, start.lerp(end, kept), rtol=1e-3, atol=1e-5)
    if round(kept, 2) < 1:
        [note] = notes
        assert note.startswith(
            f"{kept:.0%} of the learned change from the baseline is kept: with {best:.0%} of it the "
        )
        assert f" {abs(1 - each[best].mean() / each[0.0].mean()):.1%} " in note
    else:
        assert notes == []


@pytest.mark.parametrize(("factor", "what"), [(0.5, "widened"), (2.0, "narrowed")])
def test_what_is_said_of_intervals(factor: float, what: str, tmp_path: Path) -> None:
    """How many numbers they held, and what is made of that: the more, the more windows there are."""
    network, encoded = begun(tmp_path, **{"model.baseline": "last"})
    model, learner = network.model, learner_of(network, encoded)
    with torch.no_grad():
        model.head.bias *= factor
    [found] = validated(model.eval(), learner)
    values = model.spread_out(found.raw, torch.tensor(model.scores))
    error = found.truth / found.unit - model.median(found.raw)
    inside = (values[..., 0] <= error) & (error <= values[..., -1])
    ratio = torch.maximum(error / values[..., 0], error / values[..., -1]).flatten()
    apart = learner.valid.apart()
    wide = float(np.quantile(ratio.double().detach().numpy(), 0.8)) ** (apart / (apart + closing.FEW))
    notes: list[str] = []
    calibrate(model, learner, lambda event: notes.append(event.text))  # type: ignore[attr-defined]
    assert model.widths[[0, 2]].tolist() == pytest.approx([wide, wide], rel=1e-4)
    held = f"the intervals of 80% held {float(inside.double().mean()):.0%} of the numbers of {apart} "
    changed = f"validation windows that do not overlap; they are {what} by a factor of {wide:.2f}"
    assert notes == [held + changed]


@pytest.mark.parametrize(("factor", "width"), [(1e-4, 4.0), (1e4, 0.25)])
def test_intervals_are_changed_by_a_factor_within_bounds(
    factor: float, width: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recurra.tasks.forecast.closing.FEW", 0)
    network, encoded = begun(tmp_path, **{"model.baseline": "last"})
    with torch.no_grad():
        network.model.head.bias *= factor
    calibrate(network.model, learner_of(network, encoded), lambda event: None)
    assert network.model.widths[[0, 2]].tolist() == [width, width]


def test_a_median_alone_has_no_interval(tmp_path: Path) -> None:
    network, encoded = begun(tmp_path, **{"model.quantiles": "0.5"})
    notes: list[str] = []
    calibrate(network.model, learner_of(network, encoded), lambda event: notes.append("said"))
    assert (network.model.widths.tolist(), notes) == ([1.0], [])


def test_intervals_that_hold_what_they_should_are_left_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calibrated once, they change no more."""
    network, encoded = begun(tmp_path, **{"model.baseline": "last"})
    monkeypatch.setattr("recurra.tasks.forecast.closing.FEW", 10**9)
    notes: list[str] = []
    calibrate(network.model, learner_of(network, encoded), lambda event: notes.append("said"))
    assert notes == []
    assert network.model.widths.tolist() == pytest.approx([1.0] * 3, abs=1e-6)


def test_a_model_that_is_not_to_be_calibrated_is_not(tmp_path: Path) -> None:
    network, encoded = begun(tmp_path, **{"model.calibration": "none", "model.baseline": "last"})
    notes: list[str] = []
    close(network, encoded, lambda event: notes.append("said"))
    assert notes == []
