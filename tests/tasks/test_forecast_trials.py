"""Baseline and scale of a forecaster are chosen by trials on validation data."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import recurra
from recurra.tasks.forecast import trials
from recurra.tasks.forecast.recipe import ForecastRecipe
from recurra.tasks.forecast.trials import candidates
from recurra.training import Budget, Diverged


def airline(steps: int = 144) -> list[float]:
    """Months of a trend and of a season that grows with it, with a little noise."""
    t, noise = np.arange(steps), np.random.default_rng(1).normal(0, 0.02, steps)
    season = 0.2 * np.sin(2 * np.pi * t / 12) + 0.08 * np.cos(4 * np.pi * t / 12)
    return ((110 + 2.6 * t) * np.exp(season + noise)).tolist()


def sine(steps: int = 400) -> list[float]:
    """A season of 24 steps in noise a tenth as large."""
    noise = np.random.default_rng(1).normal(size=steps)
    return [10 * math.sin(2 * math.pi * t / 24) + float(noise[t]) for t in range(steps)]


def walk(steps: int = 400) -> list[float]:
    return np.cumsum(np.random.default_rng(1).normal(size=steps)).tolist()


def trained(values: list[float], folder: Path, notes: list[str], **settings: object) -> recurra.Model:
    """A small model, and what was said."""
    named = {name.replace("__", "."): value for name, value in settings.items()}
    return recurra.train(
        values, task="forecast", to=folder / "m", epochs=40,
        settings={"model.width": 16, "training.learning_rate": 0.01, "training.validations": 10, **named},
        listeners=[lambda event: notes.append(getattr(event, "text", ""))],
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "held_out", "horizon", "season", "limit"),
    [(airline(), 24, 12, 12, 0.8), (sine(1000), 200, 6, 24, 0.97), (sine(), 96, 6, 0, 0.5)],
    ids=["airline", "sine", "sine without its season"],
)
def test_better_than_naive(
    values: list[float], held_out: int, horizon: int, season: int, limit: float, tmp_path: Path
) -> None:
    notes: list[str] = []
    model = trained(values[:-held_out], tmp_path, notes, model__horizon=horizon, data__season=season)
    assert model.evaluate([values], last=held_out).measures["relative_mae"].value < limit
    said = next(note for note in notes if note.startswith("baseline: ") and "scale: " in note)
    chosen = said.removeprefix("baseline: ").partition(",")[0]
    assert all(f"{baseline} by {scale} " in said for baseline in (chosen, "none") for scale in ("window", "columns"))
    assert model.recipe.model.baseline != "auto"  # type: ignore[attr-defined]
    assert model.recipe.model.scale != "auto"  # type: ignore[attr-defined]


@pytest.mark.slow
def test_nothing_is_known_of_a_walk_but_its_last_step(tmp_path: Path) -> None:
    values = walk()
    model = trained(values[:-96], tmp_path, [], model__horizon=3)
    evaluation = model.evaluate([values], last=96)
    # This walk falls through its training and its validation steps, and not after them: what was learned is its drift.
    assert evaluation.measures["relative_mae"].value < 1.05
    better = evaluation.measures["relative_mae"].value < 1
    assert better != any("the model is not better than forecasting the last number" in one for one in evaluation.notes)


def test_what_the_recipe_leaves_open_is_tried() -> None:
    def tried(**settings: object) -> list[tuple[str, str]]:
        recipe = ForecastRecipe().with_settings({name.replace("__", "."): value for name, value in settings.items()})
        return [(one.model.baseline, one.model.scale) for one in candidates(recipe)]

    recursive = {"model__strategy": "recursive"}
    direct = [(baseline, scale) for baseline in ("linear", "none") for scale in ("window", "columns")]
    assert tried(data__window=24, data__season=12) == direct
    assert len(tried(data__window=24, data__season=12, **recursive)) == 6
    assert ("season", "window") not in tried(data__window=24, **recursive)
    assert ("season", "window") not in tried(data__window=8, data__season=12, **recursive)  # no whole season is read
    assert ("linear", "window") not in tried(data__window=50_000, model__horizon=1000)  # too many weights
    assert tried(model__baseline="none", data__window=24) == [("none", "window"), ("none", "columns")]
    assert tried(model__baseline="last", model__scale="columns", data__window=24) == [("last", "columns")]


@pytest.mark.parametrize(
    ("budget", "number", "steps"),
    [
        (Budget(epochs=6.0), 4, 30),  # 20 batches an epoch: an epoch of each six, among four
        (Budget(epochs=6.0), 2, 60),
        (Budget(epochs=1000.0), 4, 400),
        (Budget(epochs=0.1), 4, 0),
        (Budget(seconds=30.0), 4, 150),  # a fifth of the time, steps of 0.01 s
        (Budget(seconds=30.0), 2, 300),
        (Budget(seconds=3000.0), 4, 400),
    ],
)
def test_trials_together_take_their_share_of_a_run(
    budget: Budget, number: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "seconds_per_step", lambda *given: 0.01)
    learner: Any = SimpleNamespace(batches=lambda epoch: [None] * 20)
    assert trials.trial_steps(learner, ForecastRecipe(), budget, number) == steps


@pytest.mark.parametrize(
    ("errors", "chosen"),
    [
        ([1.0, 0.5, 0.7], 1),
        ([1.0, 0.7, 0.5], 2),
        ([0.5, 1.0, 0.7], 0),
        ([1.0, 0.9999, 1.0], 0),  # by no more than chance
        ([1.0, math.nan, 0.5], 2),
        ([1.0, math.nan, math.nan], 0),
    ],
)
def test_untrained_a_baseline_counts_that_is_better_by_more_than_chance(
    errors: list[float], chosen: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of those with one scale, beside no baseline, which is no forecast untrained."""
    recipe = ForecastRecipe().with_settings({"data.season": 4, "data.window": 8, "model.scale": "window"})
    fair = [recipe.with_settings({"model.baseline": name}) for name in ("season", "last", "smoothed")]
    none = recipe.with_settings({"model.baseline": "none"})
    others = [one.with_settings({"model.scale": "columns"}) for one in fair]
    noise = np.random.default_rng(1).normal(1, 0.1, (len(errors), 60))
    measured = {
        one.model.baseline: trials.Untrained(error * row, 60)
        for one, error, row in zip(fair, errors, noise, strict=True)
    }
    monkeypatch.setattr(trials, "untrained_errors", lambda made, begin: measured[made.model.baseline])
    begin: Any = SimpleNamespace(of=lambda recipe: recipe)
    assert trials.best_untrained([*fair, none, *others], begin) == fair[chosen]
    assert trials.best_untrained([fair[0], none, *others], begin) == fair[0]
    assert trials.best_untrained([none, *others], begin) == none


@pytest.mark.parametrize("scales", [("columns", "columns"), ("columns", "window")])
def test_where_all_diverge_another_scale_is_advised_if_there_is_one(scales: tuple[str, str]) -> None:
    recipes = [ForecastRecipe().with_settings({"model.baseline": "last", "model.scale": scale}) for scale in scales]
    error = trials.all_diverged([trials.Trial(recipe, trials.NOTHING) for recipe in recipes])
    assert f"last by {scales[0]} diverged, last by {scales[1]} diverged" in error.what
    assert ("model.scale=window" in (error.fix or "")) == (scales == ("columns", "columns"))


@pytest.mark.parametrize(
    ("losses", "error", "shown"),
    [
        ([1.0, 2.0, math.nan], 1.5, "last by window 1.5"),
        ([math.nan], math.inf, "last by window diverged"),
        ([], math.inf, "last by window diverged"),
        ([math.inf, 1.0], math.inf, "last by window diverged"),
    ],
)
def test_the_error_of_a_trial(losses: list[float], error: float, shown: str) -> None:
    recipe = ForecastRecipe().with_settings({"model.baseline": "last", "model.scale": "window"})
    trial = trials.Trial(recipe, np.array(losses))
    assert (trial.error, str(trial)) == (error, shown)


SIZES = {"tiny": 1e-14, "large": 1e12}  # in units of one column, errors of the smaller have no finite gradient


def of_all_sizes() -> list[dict[str, list[float]]]:
    return [{"y": [size * (2 + math.sin(t / 2)) for t in range(80)]} for size in SIZES.values()]


def test_a_trial_that_diverges_has_lost(tmp_path: Path) -> None:
    notes: list[str] = []
    model = recurra.train(
        of_all_sizes(), task="forecast", to=tmp_path / "m", epochs=4,
        settings={"model.width": 4, "data.window": 12, "model.transform": "none"},
        listeners=[lambda event: notes.append(getattr(event, "text", ""))],
    )  # fmt: skip
    assert model.recipe.model.scale == "window"  # type: ignore[attr-defined]
    said = next(note for note in notes if note.startswith("baseline: ") and "scale: " in note)
    assert "linear by columns diverged, " in said
    assert "by window diverged" not in said


def test_how_fast_trials_are_is_measured_on_one_of_them(tmp_path: Path) -> None:
    """And not on columns, in which it may diverge."""
    settings = {"model.width": 4, "data.window": 12}
    model = recurra.train(of_all_sizes(), task="forecast", to=tmp_path / "m", time="2s", settings=settings)
    assert model.recipe.model.scale == "window"  # type: ignore[attr-defined]


def test_where_every_trial_diverges_it_is_said_why(tmp_path: Path) -> None:
    settings = {"model.width": 4, "data.window": 12, "model.scale": "columns", "model.transform": "none"}
    with pytest.raises(Diverged, match=r"linear by columns diverged, none by columns diverged") as refusal:
        recurra.train(of_all_sizes(), task="forecast", to=tmp_path / "m", epochs=4, settings=settings)
    assert "--set model.scale=window" in str(refusal.value.fix)


def test_without_a_step_the_naive_forecasts_are_compared(tmp_path: Path) -> None:
    """One step of learning leaves nothing for trials: the season is still found."""
    values = [float(t % 12) ** 2 for t in range(120)]
    settings = {"model.width": 4, "data.season": 12, "data.window": 24, "training.validations": 1}
    model = recurra.train(values, task="forecast", to=tmp_path / "m", epochs=0.5, settings=settings)
    assert model.recipe.model.baseline == "linear"  # type: ignore[attr-defined]
    assert model.predict(values).details.columns[0].median[0] == pytest.approx(0, abs=0.5)
