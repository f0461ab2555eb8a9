"""A forecaster that has learned nothing answers its baseline, and around it the errors that this makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import recurra

STEPS, HORIZON = 400, 3


def walk(seed: int = 1) -> list[float]:
    return np.cumsum(np.random.default_rng(seed).normal(size=STEPS + 300)).tolist()


def untrained(values: list[float], folder: Path, notes: list[str] | None = None, **settings: object) -> recurra.Model:
    """A model whose training changes nothing: its learning rate is next to none."""
    named = {name.replace("__", "."): value for name, value in settings.items()}
    return recurra.train(
        values, task="forecast", to=folder / "m", epochs=1, progress=False,
        settings={"model.width": 8, "model.horizon": HORIZON, "training.learning_rate": 1e-12, "model.scale": "window",
                  "model.baseline": "last", **named},
        listeners=[lambda event: notes.append(getattr(event, "text", "")) if notes is not None else None],
    )  # fmt: skip


@pytest.mark.parametrize("strategy", ["direct", "recursive"])
@pytest.mark.parametrize("output", ["quantile", "gaussian"])
def test_the_naive_forecast_with_its_errors(strategy: str, output: str, tmp_path: Path) -> None:
    values, notes = walk(), list[str]()
    model = untrained(values[:STEPS], tmp_path, notes, model__strategy=strategy, model__output=output)
    [column] = model.predict(values[:STEPS]).details.columns
    low, high = column.quantiles["0.1"], column.quantiles["0.9"]
    if strategy == "direct":
        assert column.median == pytest.approx([values[STEPS - 1]] * HORIZON, abs=1e-5)
    widths = [above - below for below, above in zip(low, high, strict=True)]
    assert widths[0] < widths[1] < widths[2]  # less is known of what is further ahead
    assert widths[0] == pytest.approx(2 * 1.28, rel=0.4)  # of a normal distribution
    evaluation = model.evaluate(values[STEPS - 40 :])
    assert evaluation.measures["coverage"].value == pytest.approx(80, abs=10)
    assert evaluation.measures["relative_mae"].value == pytest.approx(1, abs=0.02)
    kept = "the model keeps to that, with intervals from its errors on the training data"
    assert notes.count(f"no training improved on the last known value: {kept}") == 1
    assert model.facts["trained"]["best step"] == 0


def test_each_column_has_its_own_errors_and_one_that_never_changes_has_none(tmp_path: Path) -> None:
    values = {"a": walk()[:STEPS], "b": [5.0] * STEPS, "c": [100 * value for value in walk(2)[:STEPS]]}
    model = untrained([values], tmp_path)  # type: ignore[list-item]
    a, b, c = model.predict(values).details.columns
    assert b.median == b.quantiles["0.1"] == b.quantiles["0.9"] == [5.0] * HORIZON
    assert c.quantiles["0.9"][0] - c.median[0] > 20 * (a.quantiles["0.9"][0] - a.median[0]) > 0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"model.baseline": "none", "model.scale": "window"}, "the mean of the window"),
        ({"model.baseline": "none", "model.scale": "columns"}, "the mean of the training data"),
        ({"model.baseline": "season", "data.season": 12, "data.window": 24}, "the value 12 steps before"),
        ({"model.baseline": "smoothed"}, "the smoothed last values"),
        ({"model.baseline": "smoothed", "data.season": 12, "data.window": 24}, "the smoothed values of seasons of 12"),
    ],
)
def test_it_is_said_what_is_answered(settings: dict[str, object], words: str, tmp_path: Path) -> None:
    notes: list[str] = []
    untrained(walk()[:STEPS], tmp_path, notes, **{name.replace(".", "__"): one for name, one in settings.items()})
    assert any(note.startswith(f"no training improved on {words}: ") for note in notes)


def test_what_can_be_learned_is_still_learned(tmp_path: Path) -> None:
    notes: list[str] = []
    values = [float(t % 5) for t in range(200)]
    model = untrained(values, tmp_path, notes, training__learning_rate=0.01, training__validations=5, data__window=10)
    model = recurra.train(values, task="forecast", to=tmp_path / "m", epochs=20, resume=True, progress=False)
    assert model.facts["trained"]["best step"] > 0
    assert model.evaluate(values).measures["relative_mae"].value < 0.7
