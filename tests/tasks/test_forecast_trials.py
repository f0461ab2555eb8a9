"""Baseline and scale of a forecaster are chosen by trials on validation data."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import recurra
from recurra.data.calendar import CYCLES, calendar_points
from recurra.errors import DataError
from recurra.tasks.forecast import trials
from recurra.tasks.forecast.linear import LinearFit
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


def recipe(**settings: object) -> ForecastRecipe:
    return ForecastRecipe().with_settings({name.replace("__", "."): value for name, value in settings.items()})


class Rows:
    """A table of one column: a row for each series."""

    def __init__(self, *rows: Any) -> None:
        self.rows = [np.asarray(row, dtype=np.float64) for row in rows]

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, number: int) -> Any:
        return self.rows[number]

    @property
    def values(self) -> Any:
        return np.concatenate(self.rows) if self.rows else np.zeros(0)


class Table(dict[str, Rows]):
    """Columns by their names; as long as one of them."""

    def __len__(self) -> int:
        return len(next(iter(self.values())))


def calendar(*series: tuple[int, timedelta]) -> Any:
    """The points of series of so many steps that are so far apart."""
    rows = []
    for steps, apart in series:
        times = tuple(f"{datetime(2023, 1, 2) + k * apart:%Y-%m-%d %H:%M}" for k in range(steps))
        rows.append(calendar_points(times).ravel())
    return Table(calendar=Rows(*rows))


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("series", "named"),
    [
        ([(49, HOUR)], ["day"]),
        ([(48, HOUR)], []),  # not gone through twice
        ([(9, timedelta(hours=6))], ["day"]),
        ([(8, timedelta(hours=6))], []),
        ([(24 * 15, HOUR)], ["day week"]),
        ([(16, DAY)], ["week"]),
        ([(15, DAY)], ["week"]),  # exactly twice
        ([(14, DAY)], []),
        ([(732, DAY)], ["week", "week year"]),
        ([(731, DAY)], ["week"]),
        ([(16, DAY), (49, HOUR)], ["day week"]),
        ([(740, DAY)], ["week", "week year"]),
        ([(720, DAY)], ["week"]),
        ([(40, timedelta(hours=12))], ["week"]),  # a day of two steps has no shape
        ([(12, timedelta(hours=6))], ["day"]),
        ([(12, timedelta(hours=7))], []),
        ([(40, timedelta(days=30))], ["year"]),
        ([(24, timedelta(days=91))], ["year"]),
        ([(12, timedelta(days=100))], []),
    ],
)
def test_cycles_are_weighed_that_are_gone_through_twice_with_four_steps_each_time(
    series: list[tuple[int, timedelta]], named: list[str]
) -> None:
    """Day and week together, without and with the year; months are never chosen."""
    assert trials.possible_cycles(calendar(*series)) == named


def test_series_without_dates_go_through_no_cycle() -> None:
    assert trials.possible_cycles(Table(calendar=Rows(np.zeros(2 * len(CYCLES) * 50)))) == []  # type: ignore[arg-type]


def test_the_lowest_number_of_all_data() -> None:
    def encoded(*parts: list[float]) -> Any:
        train, valid = (Table(targets=Rows(part)) for part in parts)
        return SimpleNamespace(train=train, valid=valid)

    assert trials.lowest_number(encoded([3.0, math.nan, 2.0], [5.0])) == 2.0
    assert trials.lowest_number(encoded([3.0], [-1.0, 5.0])) == -1.0
    assert trials.lowest_number(encoded([math.nan], [4.0])) == 4.0
    assert trials.lowest_number(encoded([math.nan], [math.nan])) == 0.0


NOISE = np.random.default_rng(1).normal(1, 0.1, 60)


def beginnings(**changes: Any) -> Any:
    return SimpleNamespace(**{"encoded": None, "of": lambda recipe, simple=False: recipe, **changes})


@pytest.mark.parametrize(
    ("asked", "lowest", "with_logs", "without", "found"),
    [
        ("auto", 1.0, 1.0, 1.0, "log"),
        ("auto", 1.0, 1.0, 0.96, "log"),  # not far better
        ("auto", 1.0, 1.0, 0.9, "none"),
        ("auto", 1.0, 0.5, 1.0, "log"),
        ("auto", 0.0, 0.5, 1.0, "none"),  # there are no logarithms
        ("auto", -1.0, 0.5, 1.0, "none"),
        ("none", 1.0, 0.5, 1.0, "none"),
        ("log", 1.0, 1.0, 0.5, "log"),
    ],
)
def test_logarithms_are_forecast_unless_numbers_are_far_better(
    asked: str, lowest: float, with_logs: float, without: float, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[tuple[str, bool]] = []

    def of(made: ForecastRecipe, *, simple: bool = False) -> ForecastRecipe:
        looked.append((made.model.transform, simple))
        return made

    errors = {"log": with_logs, "none": without}
    monkeypatch.setattr(trials, "lowest_number", lambda encoded: lowest)
    monkeypatch.setattr(
        trials, "untrained_errors", lambda made, begin: trials.Untrained(errors[made.model.transform] * NOISE, 30)
    )
    notes: list[str] = []
    given = recipe(model__transform=asked, data__window=8)
    told = trials.transformed(given, beginnings(of=of), lambda event: notes.append(event.text))  # type: ignore[attr-defined]
    assert told == given.with_settings({"model.transform": found})
    tried = asked == "auto" and lowest > 0
    assert looked == [("log", True), ("none", True)] * tried  # of what was fitted to these windows nothing is said
    mean = NOISE.mean()
    assert notes == [
        f"logarithms are forecast, as all numbers are above 0: the error before training is {with_logs * mean:.3g}, "
        f"and {without * mean:.3g} without logarithms (change it with --set model.transform=none)"
    ] * (tried and found == "log")


def test_numbers_that_are_better_by_chance_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Far better in one window alone."""
    far = np.ones(60)
    far[0] = 200.0
    errors = {"log": far, "none": np.ones(60)}
    monkeypatch.setattr(trials, "lowest_number", lambda encoded: 1.0)
    monkeypatch.setattr(
        trials, "untrained_errors", lambda made, begin: trials.Untrained(errors[made.model.transform], 30)
    )
    found = trials.transformed(recipe(data__window=8), beginnings(), lambda event: None)
    assert found.model.transform == "log"


def test_logarithms_that_are_asked_for_need_numbers_above_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "lowest_number", lambda encoded: 0.0)
    with pytest.raises(DataError) as refusal:
        trials.transformed(recipe(model__transform="log"), beginnings(), lambda event: None)
    assert refusal.value.what == "logarithms are asked for, and the training data have numbers that are not above 0"
    assert (refusal.value.where, refusal.value.fix) == ("model.transform", "Set model.transform=none, or leave it out.")


@pytest.mark.parametrize(
    ("settings", "possible", "fits", "calendar", "said"),
    [
        ({"data__calendar": "week"}, ["day"], {}, "week", []),
        ({"data__calendar": "auto"}, [], {}, "none", []),
        (
            {"data__calendar": "auto"},
            ["week", "week year"],
            {},
            "none",
            [
                "calendar: none (change it with --set data.calendar), because reading week or week year does not make "
                "a ridge regression clearly better"
            ],
        ),
        (
            {"data__calendar": "auto"},
            ["week", "week year"],
            {"week": (0.5, 1.0), "week year": (0.75, 1.0)},
            "week",
            [
                "calendar: week (change it with --set data.calendar), because with it the error of a ridge regression "
                "is 50.0% lower on windows that it was not fitted on"
            ],
        ),
        (
            {"data__calendar": "auto"},
            ["day week", "day week year"],
            {"day week year": (0.75, 1.0)},
            "day week year",
            [
                "calendar: day, week, year (change it with --set data.calendar), because with it the error of a ridge "
                "regression is 25.0% lower on windows that it was not fitted on"
            ],
        ),
        (
            {"data__calendar": "auto", "data__window": 2000, "model__horizon": 1000},
            ["week"],
            {},
            "none",
            [],
        ),  # too many weights
    ],
)
def test_the_calendar_is_read_where_a_regression_is_clearly_better_with_it(
    settings: dict[str, Any],
    possible: list[str],
    fits: dict[str, tuple[float, float]],
    calendar: str,
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[ForecastRecipe] = []

    def linear(made: ForecastRecipe) -> LinearFit:
        asked.append(made)
        error, without = fits.get(made.data.calendar, (0.0, None))
        return LinearFit(np.zeros(1), np.zeros(1), "", error, without)

    monkeypatch.setattr(trials, "possible_cycles", lambda train: possible)
    notes: list[str] = []
    begin = beginnings(linear=linear, encoded=SimpleNamespace(train=None))
    given = recipe(**{"data__window": 8, **settings})
    found = trials.with_calendar(given, begin, lambda event: notes.append(event.text))  # type: ignore[attr-defined]
    assert found == given.with_settings({"data.calendar": calendar})
    assert notes == said
    for one in asked:
        assert (one.model.baseline, one.model.scale) == ("linear", "window")
    trials.with_calendar(given.with_settings({"model.scale": "columns"}), begin, lambda event: None)
    assert all(one.model.scale == "columns" for one in asked[len(asked) // 2 :])


@pytest.mark.parametrize(
    ("losses", "chosen", "why"),
    [
        ([1.0, 0.5, 2.0], 1, "the best pair"),
        ([1.0, 0.9999, 2.0], 0, "no other pair was clearly better"),
        ([1.0, 2.0, 3.0], 0, "no other pair was clearly better"),
        ([None, 2.0, 1.5], 2, "the best pair"),  # the first diverged
        ([1.0, None, 0.5], 2, "the best pair"),
    ],
)
def test_the_first_pair_is_left_for_one_that_is_clearly_better(
    losses: list[float | None], chosen: int, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [("linear", "window"), ("none", "columns"), ("none", "window")]
    recipes = [recipe(model__baseline=baseline, model__scale=scale) for baseline, scale in names]
    noise = np.random.default_rng(2).normal(1, 0.1, (3, 60))
    measured = [
        trials.Trial(one, trials.NOTHING if loss is None else loss * row)
        for one, loss, row in zip(recipes, losses, noise, strict=True)
    ]
    learner: Any = SimpleNamespace(apart=60, measure="quantile_loss", batches=lambda epoch: [None] * 1200)
    monkeypatch.setattr(trials, "learner_of", lambda network, encoded: learner)
    asked: list[tuple[int, int]] = []

    def tried(one: ForecastRecipe, begin: Any, steps: int) -> trials.Trial:
        asked.append((recipes.index(one), steps))
        return measured[recipes.index(one)]

    monkeypatch.setattr(trials, "tried", tried)
    notes: list[str] = []
    found = trials.best_tried(recipes, beginnings(), Budget(epochs=0.25), lambda event: notes.append(event.text))  # type: ignore[attr-defined]
    assert found == recipes[chosen]
    assert asked == [(0, 100), (1, 100), (2, 100)]
    baseline, scale = names[chosen]
    assert notes == [
        f"baseline: {baseline}, scale: {scale} (change them with --set model.baseline and model.scale); {why} after "
        f"100 steps of training each, by the quantile loss on the validation data: {', '.join(map(str, measured))}"
    ]


def test_how_a_trial_is_told() -> None:
    one = recipe(model__baseline="last", model__scale="window")
    for losses, error, shown in (
        ([1.0, 2.0], 1.5, "1.5"),
        ([math.nan, 0.123456], 0.123456, "0.123"),
        ([math.nan], math.inf, "diverged"),
        ([], math.inf, "diverged"),
        ([1.0, math.inf], math.inf, "diverged"),
    ):
        trial = trials.Trial(one, np.array(losses))
        assert trial.error == error
        assert str(trial) == f"last by window {shown}"


def test_what_is_said_where_all_diverge() -> None:
    by_columns = trials.Trial(recipe(model__baseline="none", model__scale="columns"), trials.NOTHING)
    by_window = trials.Trial(recipe(model__baseline="last", model__scale="window"), trials.NOTHING)
    error = trials.all_diverged([by_columns])
    assert error.what == "training diverges with every baseline and scale that may be chosen: none by columns diverged"
    assert (error.where, error.fix) == (
        "model.baseline",
        "Train with --set model.scale=window, which standardises each window by itself, or with a lower "
        "--set training.learning_rate.",
    )
    assert trials.all_diverged([by_columns, by_window]).fix == "Train with a lower --set training.learning_rate."


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, ("linear", "none")),
        ({"data__window": 1000, "model__horizon": 1000}, ("linear", "none")),
        ({"data__window": 1001, "model__horizon": 1000}, ("last", "smoothed", "none")),
        ({"data__window": 1001, "model__horizon": 1000, "data__season": 2}, ("season", "last", "smoothed", "none")),
        ({"data__window": 1001, "model__horizon": 1000, "data__season": 1}, ("last", "smoothed", "none")),
        ({"model__strategy": "recursive"}, ("last", "none")),
        ({"model__strategy": "recursive", "data__season": 8}, ("season", "last", "none")),
        ({"model__strategy": "recursive", "data__season": 9}, ("last", "none")),
    ],
)
def test_which_baselines_may_be_chosen(settings: dict[str, Any], found: tuple[str, ...]) -> None:
    assert trials.baselines(recipe(**{"data__window": 8, **settings})) == found


def test_the_errors_of_an_untrained_network_are_those_of_both_data(monkeypatch: pytest.MonkeyPatch) -> None:
    windows = [SimpleNamespace(apart=lambda: 7), SimpleNamespace(apart=lambda: 4)]
    learner = SimpleNamespace(
        train=windows[0],
        valid=windows[1],
        errors_of=lambda some, most: np.array([windows.index(some), most], dtype=float),
    )
    monkeypatch.setattr(trials, "learner_of", lambda network, encoded: learner)
    found = trials.untrained_errors(None, beginnings())  # type: ignore[arg-type]
    assert found.losses.tolist() == [0.0, 300.0, 1.0, 300.0]
    assert found.apart == 7 + 4 - 1  # the last of the one and the first of the other may overlap


@pytest.mark.parametrize("steps", [0, 1, 30])
def test_a_trial_trains_so_many_steps_and_is_measured(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a schedule of its own, from its beginning to its end; without a step as it begins."""
    plans: list[Any] = []

    class Loop(list[int]):
        def __init__(self, learner: Any, optimizer: Any, options: Any, plan: Any, position: Any) -> None:
            super().__init__(range(plan.steps))
            plans.append(plan)
            assert (position.step, options) == (0, one.training)

    learner = SimpleNamespace(each_loss=lambda most: np.array([float(most)]))
    monkeypatch.setattr(trials, "Loop", Loop)
    monkeypatch.setattr(trials, "learner_of", lambda network, encoded: learner)
    monkeypatch.setattr(trials, "make_optimizer", lambda parameters, options: None)
    one = recipe(model__baseline="last")
    begin = beginnings(of=lambda recipe: SimpleNamespace(model=SimpleNamespace(parameters=list)))
    found = trials.tried(one, begin, steps)
    assert (found.recipe, found.losses.tolist()) == (one, [1000.0])
    [plan] = plans
    assert plan.steps == steps
    assert not steps or (plan.progress(0), plan.progress(steps)) == (0.0, 1.0)


def test_a_trial_that_diverges_has_no_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    def diverging(*given: object) -> Any:
        raise Diverged("it does")

    monkeypatch.setattr(trials, "Loop", diverging)
    monkeypatch.setattr(trials, "learner_of", lambda network, encoded: SimpleNamespace())
    monkeypatch.setattr(trials, "make_optimizer", lambda parameters, options: None)
    begin = beginnings(of=lambda recipe: SimpleNamespace(model=SimpleNamespace(parameters=list)))
    found = trials.tried(recipe(model__baseline="last"), begin, 3)
    assert len(found.losses) == 0
    assert found.error == math.inf


@pytest.mark.parametrize(
    ("settings", "best", "kept", "first"),
    [
        (
            {"model__strategy": "recursive"},
            ("last", "window"),
            [("last", "window"), ("last", "columns"), ("none", "window"), ("none", "columns")],
            ("last", "window"),
        ),
        (
            {"model__strategy": "recursive", "data__season": 4},
            ("season", "window"),
            [("season", "window"), ("season", "columns"), ("none", "window"), ("none", "columns")],
            ("season", "window"),
        ),
        (
            {},
            ("linear", "window"),
            [("linear", "window"), ("linear", "columns"), ("none", "window"), ("none", "columns")],
            ("linear", "window"),
        ),
        ({"model__baseline": "last", "model__scale": "window"}, None, [], None),  # there is nothing to try
    ],
)
def test_what_is_left_after_the_untrained_networks_is_tried(
    settings: dict[str, Any],
    best: tuple[str, str] | None,
    kept: list[tuple[str, str]],
    first: tuple[str, str] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The best baseline and none, each with every scale; the best one first. What the linear baseline is, is said."""
    asked: list[tuple[str, str]] = []

    def pair(one: ForecastRecipe) -> tuple[str, str]:
        return one.model.baseline, one.model.scale

    def tried(recipes: list[ForecastRecipe], begin: Any, budget: Any, emit: Any) -> ForecastRecipe:
        asked.extend(map(pair, recipes))
        return recipes[-1]

    def of(made: ForecastRecipe) -> Any:
        linear = None if made.model.baseline == "none" else SimpleNamespace()
        return SimpleNamespace(recipe=made, model=SimpleNamespace(linear=linear))

    monkeypatch.setattr(trials, "transformed", lambda recipe, begin, emit: recipe)
    monkeypatch.setattr(trials, "with_calendar", lambda recipe, begin, emit: recipe)
    monkeypatch.setattr(trials, "best_tried", tried)
    monkeypatch.setattr(
        trials, "best_untrained", lambda recipes, begin: next(one for one in recipes if pair(one) == best)
    )
    begin = beginnings(of=of, linear=lambda recipe: LinearFit(np.zeros(1), np.zeros(1), "a mean of ways"))
    monkeypatch.setattr(trials, "Beginnings", lambda network, encoded: begin)
    notes: list[str] = []
    given: Any = SimpleNamespace(recipe=recipe(**{"data__window": 8, **settings}))
    found = trials.settled(given, None, Budget(epochs=1.0), lambda event: notes.append(event.text))  # type: ignore[arg-type, attr-defined]
    assert sorted(asked) == sorted(kept)
    assert (asked[0] if asked else None) == first
    assert pair(found.recipe) == (asked[-1] if asked else ("last", "window"))
    assert notes == ["linear baseline: a mean of ways"] * (found.recipe.model.baseline != "none")


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, 168),
        ({"model__baseline": "linear"}, 168),
        ({"model__baseline": "linear", "model__scale": "columns"}, 168),
        ({"data__second_season": 48}, 48),
        ({"data__second_season": 1}, 1),
        ({"model__baseline": "season"}, 1),
        ({"model__baseline": "none"}, 1),
        ({"model__strategy": "recursive"}, 1),
        ({"data__window": 50_000, "model__horizon": 1000}, 1),  # too many weights for a linear baseline
    ],
)
def test_the_second_season_is_that_of_the_linear_baseline(settings: dict[str, Any], found: int) -> None:
    asked: list[ForecastRecipe] = []

    def linear(made: ForecastRecipe) -> LinearFit:
        asked.append(made)
        return LinearFit(np.zeros(1), np.zeros(1), "", second_season=168)

    given = recipe(**{"data__window": 336, "data__season": 24, **settings})
    assert trials.with_second_season(given, beginnings(linear=linear)) == given.with_settings(
        {"data.second_season": found}
    )
    scale = settings.get("model__scale", "window")
    assert [(one.model.baseline, one.model.scale) for one in asked] == [("linear", scale)] * (found == 168)


def test_only_a_linear_baseline_has_a_second_season() -> None:
    given = recipe(data__window=336, data__season=24, data__second_season=168)
    found = {(one.model.baseline, one.data.second_season) for one in candidates(given)}
    assert found == {("linear", 168), ("none", 1)}
