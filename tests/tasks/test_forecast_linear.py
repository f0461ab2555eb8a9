"""The linear baseline is fitted before training, and the logarithms are taken where they are better."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import recurra
from recurra.errors import DataError
from recurra.tasks.forecast.linear import Pairs


def airline(steps: int = 144) -> list[float]:
    """Months that grow by a fiftieth, and with them their season, with a little noise."""
    t, noise = np.arange(steps), np.random.default_rng(1).normal(0, 0.02, steps)
    season = 0.2 * np.sin(2 * np.pi * t / 12) + 0.08 * np.cos(4 * np.pi * t / 12)
    return (110 * np.exp(0.02 * t + season + noise)).tolist()


def begun(values: list[float], folder: Path, notes: list[str], **settings: object) -> recurra.Model:
    """A model whose training changes nothing."""
    named = {name.replace("__", "."): value for name, value in settings.items()}
    return recurra.train(
        values, task="forecast", to=folder / "m", epochs=1, progress=False,
        settings={"model.width": 8, "training.learning_rate": 1e-12, "model.scale": "window",
                  "model.baseline": "linear", **named},
        listeners=[lambda event: notes.append(getattr(event, "text", ""))],
    )  # fmt: skip


def error(model: recurra.Model, values: list[float], ahead: int) -> float:
    """The mean absolute error of a forecast of the last steps."""
    found = model.predict(values[:-ahead]).details.columns[0].median
    return float(np.abs(np.array(found) - values[-ahead:]).mean())


def test_trend_and_season_are_continued_without_learning(tmp_path: Path) -> None:
    values, notes = airline(), list[str]()
    model = begun(values[:-12], tmp_path, notes, model__horizon=12, data__season=12)
    naive = float(np.abs(np.array(values[-24:-12]) - values[-12:]).mean())
    assert error(model, values, 12) < 0.5 * naive
    assert model.recipe.model.transform == "log"  # type: ignore[attr-defined]
    said = next(note for note in notes if note.startswith("linear baseline: "))
    assert "the weighted mean of 79 simple forecasts, of which " in said
    assert any(note.startswith("logarithms are forecast") for note in notes)
    assert any(note.startswith("no training improved on its linear baseline") for note in notes)


def wave(steps: int = 400) -> list[float]:
    """Of 17.3 steps, with noise, below 0 as well: no season in steps, and no smoothing, continues it."""
    noise = np.random.default_rng(1).normal(0, 0.3, steps)
    return (5 * np.sin(2 * np.pi * np.arange(steps) / 17.3) + noise).tolist()


def test_a_regression_corrects_what_smoothing_cannot_say(tmp_path: Path) -> None:
    values, notes = wave(), list[str]()
    model = begun(values[:-10], tmp_path, notes, model__horizon=10)
    assert error(model, values, 10) < 0.6  # 0.24 is the best possible, and the mean is off by 3
    said = next(note for note in notes if note.startswith("linear baseline: "))
    assert "corrected by a ridge regression on the last " in said
    assert model.recipe.model.transform == "none"  # type: ignore[attr-defined]


def test_noise_is_not_regressed(tmp_path: Path) -> None:
    notes: list[str] = []
    begun(np.random.default_rng(3).normal(size=200).tolist(), tmp_path, notes, model__horizon=4)
    said = next(note for note in notes if note.startswith("linear baseline: "))
    assert "regression" not in said


def test_a_number_below_all_of_the_training_data_is_read_as_a_tenth_of_the_lowest(tmp_path: Path) -> None:
    values = airline()
    model = begun(values, tmp_path, [], model__horizon=3, model__transform="log")
    low = min(values) / 10
    nothing, least = (model.predict([*values[:-1], last]).details.columns[0].median for last in (0.0, low))
    assert nothing == least
    assert all(number > 0 for number in least)


def test_logarithms_of_what_is_not_above_0_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="numbers that are not above 0"):
        begun([*airline(), 0.0], tmp_path, [], model__transform="log")


@pytest.mark.parametrize("strategy", ["direct", "recursive"])
def test_forecasts_of_logarithms_grow_with_the_series(strategy: str, tmp_path: Path) -> None:
    """The same model in another unit, and its intervals with it."""
    values = airline()
    own = {"model__baseline": "last", "model__strategy": strategy, "model__transform": "log"}
    model = begun(values, tmp_path, [], model__horizon=3, **own)
    small, large = (model.predict([unit * value for value in values]).details.columns[0] for unit in (1, 64))
    for level, numbers in small.quantiles.items():
        assert large.quantiles[level] == pytest.approx([64 * number for number in numbers], rel=1e-4)


def test_patches_are_traced_by_their_first_and_last_step(tmp_path: Path) -> None:
    values = airline()
    model = begun(values, tmp_path, [], model__horizon=3, data__season=12, data__window=30, model__transform="log")
    trace = model.trace(values)
    [layer] = trace.layers
    assert layer.tokens == ["115 to 120", "121 to 132", "133 to 144"]
    assert len(trace.source_tokens) == 30
    assert layer.states["hidden"].shape[0] == 3
    found = model.explain(values)
    assert found.inputs[0].tokens == trace.source_tokens
    assert all(any("counts logarithms" in note for note in one.notes) for one in (trace, found))


def test_scores_of_logarithms_add_up_to_the_forecast(tmp_path: Path) -> None:
    values = airline()
    model = begun(values, tmp_path, [], model__horizon=2, data__season=12, data__window=24, model__transform="log")
    found = model.explain(values)
    medians = model.predict(values).details.columns[0].median
    total = (
        found.inputs[0].scores.sum(axis=0) if found.inputs[0].scores.ndim == 1 else found.inputs[0].scores.sum(axis=1)
    )
    assert np.asarray(found.values) == pytest.approx(medians, rel=1e-3)
    assert np.asarray(found.values) - np.asarray(found.baselines) == pytest.approx(total, rel=0.05)


def test_the_error_of_a_window_is_the_mean_over_what_is_known() -> None:
    truth = np.array([[1.0, 2.0, 4.0], [np.nan, 3.0, np.nan], [np.nan, np.nan, np.nan]])
    pairs = Pairs(np.ones((3, 1)), truth, np.array([[1.0], [10.0], [1.0]]), np.arange(3))
    found = pairs.errors(np.ones((3, 1)))  # 1 is forecast everywhere
    assert found[:2].tolist() == [pytest.approx(4 / 3), 20.0]
    assert np.isnan(found[2])
