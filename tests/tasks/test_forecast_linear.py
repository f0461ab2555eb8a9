"""The linear baseline is fitted before training, and the logarithms are taken where they are better."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import recurra
from recurra.baselines.linear_ways import linear_ways
from recurra.data import SERIES, DataSource, EncodedTable, open_examples
from recurra.errors import DataError
from recurra.models.linear_base import LinearBase
from recurra.padded import Padded
from recurra.tasks import TASKS
from recurra.tasks.forecast.learner import learner_of
from recurra.tasks.forecast.linear import (
    PENALTIES,
    LinearFit,
    Moments,
    Pairs,
    Way,
    corrected,
    fit_linear,
    left_out,
    mean_of,
    mixed_ways,
    pairs_of,
    ways_for,
    with_second_season,
)
from recurra.tasks.forecast.start import like
from recurra.tasks.task import Encoded
from recurra.training.chance import errors_below


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


def dice(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def pairs_like(number: int, read: int, ahead: int, noise: float = 0.1, weight: Any = None, seed: int = 1) -> Pairs:
    """Windows of noise, after which a linear function of them follows with noise of its own; each in its unit."""
    drawn = dice(seed)
    seen = drawn.normal(size=(number, read))
    function = drawn.normal(size=(ahead, read)) if weight is None else weight
    truth = seen @ function.T + noise * drawn.normal(size=(number, ahead))
    return Pairs(seen, truth, drawn.uniform(0.5, 2.0, (number, 1)), np.arange(number))


class Some:
    """Training windows as a regression looks at them."""

    def __init__(self, number: int, horizon: int = 2) -> None:
        self.number, self.horizon = number, horizon

    def __len__(self) -> int:
        return self.number

    def apart(self) -> int:
        return -(-self.number // self.horizon)


def test_pairs_are_put_together_and_chosen() -> None:
    one, other = pairs_like(4, 3, 2), pairs_like(3, 3, 2, seed=2)
    both = one.and_also(other)
    for part, first, second in zip(both, one, other, strict=True):
        np.testing.assert_array_equal(part, np.concatenate([first, second]))
    some = both.some(np.array([False, True] * 3 + [True]))
    for part, whole in zip(some, both, strict=True):
        np.testing.assert_array_equal(part, whole[[1, 3, 5, 6]])


def test_the_mean_of_what_is_known() -> None:
    assert mean_of(np.array([1.0, np.nan, 4.0])) == 2.5
    assert mean_of(np.array([np.nan])) == mean_of(np.zeros(0)) == 0.0


def test_which_regressions_are_tried() -> None:
    """On a whole window, and on a half, a quarter and an eighth of it; with each penalty."""
    assert ways_for(16, 16) == [Way(first, 16, penalty) for first in (14, 12, 8, 0) for penalty in PENALTIES]
    assert ways_for(3, 3) == [Way(first, 3, penalty) for first in (2, 0) for penalty in PENALTIES]
    assert ways_for(1, 1) == [Way(0, 1, penalty) for penalty in PENALTIES]
    assert ways_for(8, 11) == [Way(first, last, p) for last in (8, 11) for first in (7, 6, 4, 0) for p in PENALTIES]


@pytest.mark.parametrize("way", [Way(0, 5, 0.1), Way(3, 5, 1.0), Way(0, 3, 100.0), Way(2, 4, 0.001)])
def test_a_regression_is_what_least_squares_find_with_a_penalty(way: Way) -> None:
    """In units of the errors; the penalty counts in the mean square of the inputs (as rows more that are to be 0)."""
    pairs = pairs_like(40, 5, 3)
    found = Moments.of(pairs).solved(way)
    read, truth = pairs.read * pairs.unit, pairs.truth * pairs.unit
    chosen = read[:, way.first : way.last]
    size = np.sqrt(way.penalty * (chosen**2).sum() / chosen.shape[1])
    more = size * np.eye(chosen.shape[1])
    wanted, *_ = np.linalg.lstsq(np.concatenate([chosen, more]), np.concatenate([truth, np.zeros((len(more), 3))]))
    assert found.shape == (3, 5)
    np.testing.assert_allclose(found[:, way.first : way.last], wanted.T, rtol=1e-8)
    outside = np.ones(5, dtype=bool)
    outside[way.first : way.last] = False
    assert not found[:, outside].any()


def test_windows_that_never_change_have_weights_of_0() -> None:
    still = Pairs(np.zeros((5, 3)), np.zeros((5, 2)), np.ones((5, 1)), np.arange(5))
    assert not Moments.of(still).solved(Way(0, 3, 0.1)).any()


def test_blocks_of_windows_are_left_out_with_those_beside_them() -> None:
    """Each window is measured by what was fitted to the windows of other blocks that forecast none of its steps."""
    pairs, train = pairs_like(40, 4, 2), Some(40)
    plain, each = left_out(pairs, np.zeros((2, 4)), train, 4)  # type: ignore[arg-type]
    np.testing.assert_allclose(plain, pairs.errors(np.zeros((2, 4))))
    assert list(each) == ways_for(4, 4)
    for way in (Way(3, 4, 0.001), Way(0, 4, 0.1), Way(2, 4, 10.0)):
        for block in range(4):
            inside = np.arange(10 * block, 10 * block + 10)
            rest = [k for k in range(40) if k < 10 * block - 2 or k >= 10 * block + 12]
            weight = Moments.of(pairs.some(np.isin(np.arange(40), rest))).solved(way)
            np.testing.assert_allclose(each[way][inside], pairs.errors(weight)[inside])
    nothing = left_out(pairs.some(np.zeros(40, dtype=bool)), np.zeros((2, 4)), train, 4)  # type: ignore[arg-type]
    assert (len(nothing[0]), nothing[1]) == (0, {})
    few = left_out(pairs.some(np.arange(40) < 5), np.zeros((2, 4)), train, 4)  # type: ignore[arg-type]
    assert (len(few[0]), few[1]) == (0, {})  # nothing is left to fit to


def test_ways_are_averaged_the_more_the_less_they_err() -> None:
    base = LinearBase(6, 2, 2)
    pairs = pairs_like(50, 8, 2)  # of which the last two columns are those of a calendar
    base.fitted = base.fitted.new_zeros(2, 8)
    found = mixed_ways(pairs, base)
    ways = dict(linear_ways(6, 2, 2))
    errors = {
        name: np.mean(np.abs(pairs.truth - pairs.read[:, :6] @ way.T).mean(axis=1) * pairs.unit[:, 0])
        for name, way in ways.items()
    }
    weights = {name: 1 / error**16 for name, error in errors.items()}
    total = sum(weights.values())
    wanted = sum(weights[name] / total * way for name, way in ways.items())
    np.testing.assert_allclose(found.weight[:, :6], wanted, rtol=1e-9)
    assert not found.weight[:, 6:].any()
    assert found.simple is found.weight
    assert (found.error, found.without) == (0.0, None)
    best = min(errors, key=errors.__getitem__)
    share = f"{weights[best] / total:.0%}"
    assert found.words == (
        f"the weighted mean of {len(ways)} simple forecasts, of which {best} has the largest weight ({share})"
    )


def test_a_way_that_never_errs_has_the_largest_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    base = LinearBase(4, 2, 1)
    read = dice().normal(size=(9, 4))
    pairs = Pairs(read, np.repeat(read[:, -1:], 2, axis=1), np.ones((9, 1)), np.arange(9))
    found = mixed_ways(pairs, base)
    assert "of which last value has the largest weight (100%)" in found.words
    np.testing.assert_allclose(found.weight, [[0.0, 0.0, 0.0, 1.0]] * 2)
    monkeypatch.setattr("recurra.tasks.forecast.linear.MOST_STEPS", 2)
    few = mixed_ways(pairs, base)
    assert not few.weight[:, :2].any()
    np.testing.assert_allclose(few.weight[:, 2:], [[0.0, 1.0]] * 2)


def simple(ahead: int, columns: int) -> LinearFit:
    return LinearFit(np.zeros((ahead, columns)), np.zeros((ahead, columns)), "the mean")


def test_a_regression_that_is_clearly_better_corrects_the_simple_forecasts() -> None:
    weight = dice(7).normal(size=(2, 4))
    pairs, valid = pairs_like(200, 4, 2, 0.1, weight), pairs_like(50, 4, 2, 0.1, weight, seed=2)
    gaps = pairs.truth.copy()
    gaps[7, 0] = np.nan  # windows with gaps are not regressed on, nor those that never change
    unit = pairs.unit.copy()
    unit[9] = 0.0
    given = pairs._replace(truth=gaps, unit=unit)
    found = corrected(given, valid, simple(2, 4), Some(200), 4)  # type: ignore[arg-type]
    assert found is not None
    kept = pairs.some(~np.isin(np.arange(200), [7, 9]))
    plain, each = left_out(kept, np.zeros((2, 4)), Some(200), 4)  # type: ignore[arg-type]
    way = min(each, key=lambda one: each[one].mean())
    np.testing.assert_allclose(found.weight, Moments.of(kept).solved(way))
    np.testing.assert_allclose(found.weight, weight, atol=0.1)
    assert (found.error, found.without) == (pytest.approx(each[way].mean()), None)
    assert not found.simple.any()
    assert found.words == (
        f"the mean, corrected by a ridge regression on the last {4 - way.first} steps (penalty {way.penalty:g}), "
        f"whose error is {1 - each[way].mean() / plain.mean():.1%} lower on windows that it was not fitted on"
    )
    worse = valid._replace(truth=-valid.truth)  # on validation windows it has to be better, too
    assert corrected(given, worse, simple(2, 4), Some(200), 4) is None  # type: ignore[arg-type]
    noise = pairs_like(200, 4, 2, 1.0, 0 * weight, seed=3)
    assert corrected(noise, valid, simple(2, 4), Some(200), 4) is None  # type: ignore[arg-type]
    assert corrected(pairs.some(np.zeros(200, dtype=bool)), valid, simple(2, 4), Some(200), 4) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(("calendar", "dated"), [(1.0, True), (0.0, False)])
def test_the_calendar_is_weighed_where_that_is_better_than_without_it(calendar: float, dated: bool) -> None:
    """The last two columns are those of the calendar."""
    weight = dice(7).normal(size=(2, 6))
    weight[:, 4:] = calendar * np.array([[2.0, -1.0], [1.0, 2.0]])
    pairs, valid = pairs_like(200, 6, 2, 0.1, weight), pairs_like(50, 6, 2, 0.1, weight, seed=2)
    found = corrected(pairs, valid, simple(2, 6), Some(200), 4)  # type: ignore[arg-type]
    assert found is not None
    plain, each = left_out(pairs, np.zeros((2, 6)), Some(200), 4)  # type: ignore[arg-type]
    best = {last: min((way for way in each if way.last == last), key=lambda one: each[one].mean()) for last in (4, 6)}
    way = best[6 if dated else 4]
    np.testing.assert_allclose(found.weight, Moments.of(pairs).solved(way))
    assert found.error == pytest.approx(each[way].mean())
    assert found.without == (pytest.approx(min(plain.mean(), each[best[4]].mean())) if dated else None)
    also = " and the calendar" if dated else ""
    assert f"a ridge regression on the last {4 - way.first} steps{also} (penalty " in found.words
    below = errors_below(each[best[6]] - each[best[4]], Some(200).apart())
    assert (below > 1.5) == dated
    if dated:
        worse = valid._replace(truth=valid.truth - 2 * valid.read[:, 4:] @ weight[:, 4:].T)
        without = corrected(pairs, worse, simple(2, 6), Some(200), 4)  # type: ignore[arg-type]
        assert without is None or without.without is None


def fitted_to(folder: Path, rows: list[Any], **settings: object) -> tuple[Any, Any]:
    """A fresh network with a linear baseline, and its learner."""
    named = {name.replace("__", "."): value for name, value in settings.items()}
    task = TASKS["forecast"]
    recipe = task.recipe().with_settings({
        "model.width": 4, "data.window": 6, "model.horizon": 2, "model.baseline": "linear", "model.scale": "window",
        "model.transform": "none", "data.missing": "mean", "data.calendar": "none", **named,
    })  # fmt: skip
    train = open_examples(DataSource(rows=rows), SERIES)
    network = task.make(train, recipe, lambda event: None)
    task.encode(train, network, folder)
    table = EncodedTable.open(folder)
    return network, learner_of(network, Encoded(table, table))


@pytest.mark.parametrize("scale", ["window", "columns"])
def test_windows_are_read_as_differences_from_their_level(scale: str, tmp_path: Path) -> None:
    """Column by column; errors are counted in the unit of the series."""
    rows = [{"a": dice().normal(size=12).tolist(), "b": (50 * dice(2).normal(size=12)).tolist()}]
    network, learner = fitted_to(tmp_path, rows, model__scale=scale, data__season=2)
    found = pairs_of(network.model, network.model.linear, learner.train, 1000)
    windows = [(origin, name) for origin in range(6, 11) for name in ("a", "b")]
    assert found.number.tolist() == [origin - 6 for origin, _ in windows]
    for k, (origin, name) in enumerate(windows):
        values = np.array(rows[0][name])
        read, truth = values[origin - 6 : origin], values[origin : origin + 2]
        deviation = read.std() if scale == "window" else values.std()
        change = np.sqrt(np.mean((values[2:] - values[:-2]) ** 2))
        level = read[-2:].mean()
        np.testing.assert_allclose(found.read[k], (read - level) / deviation, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(found.truth[k], (truth - level) / deviation, rtol=1e-4, atol=1e-6)
        assert found.unit[k] == pytest.approx(deviation / change, rel=1e-5)
    few = pairs_of(network.model, network.model.linear, learner.train, 3)
    assert few.number.tolist() == [0, 0, 2, 2, 4, 4]


def test_without_windows_enough_the_simple_forecasts_are_the_baseline(tmp_path: Path) -> None:
    network, learner = fitted_to(tmp_path / "few", [dice().normal(size=9).tolist()])
    found = fit_linear(network.model, learner.train, learner.valid)
    assert "regression" not in found.words
    assert found.weight is found.simple
    values = [float(np.sin(2 * np.pi * k / 17.3)) for k in range(120)]
    network, learner = fitted_to(tmp_path / "wave", [values])
    made = like(network, network.recipe)
    better = fit_linear(made.model, learner.train, learner.valid)
    assert "corrected by a ridge regression" in better.words
    errors = pairs_of(made.model, made.model.linear, learner.train, 1000).errors(better.weight)  # type: ignore[arg-type]
    assert errors.mean() < 0.05


@pytest.mark.parametrize(
    ("truth", "season", "kept"), [(0.6, 4, 4), (0.48, 4, 4), (0.47, 4, 1), (0.0, 4, 1), (0.6, 1, 1)]
)
def test_a_second_season_is_kept_unless_the_median_of_three_errs_far_more(truth: float, season: int, kept: int) -> None:
    """The simple forecasts say 0, and both seasons 1; so it errs |truth - 1| / |truth| times as much."""
    base, nothing = LinearBase(6, 4, 2, second_season=season), np.zeros((4, 6))
    pairs = Pairs(np.ones((5, 6)), np.full((5, 4), truth), np.ones((5, 1)), np.arange(5))
    found = with_second_season(pairs, LinearFit(nothing, nothing, "simple"), base, season)
    assert found == LinearFit(nothing, nothing, "simple", second_season=kept)


def test_what_is_compared_is_what_a_network_with_a_second_season_is_counted_from() -> None:
    base, chance = LinearBase(12, 5, 2, second_season=6), dice(7)
    weight, read = chance.normal(size=(5, 12)), chance.normal(size=(9, 12))
    with torch.no_grad():
        base.fitted.copy_(torch.from_numpy(weight))
    window = Padded(torch.from_numpy(read)[..., None].float(), torch.full((9,), 12))
    rows, level = base.weighed(window)
    median = (base(window) - level)[..., 0].detach().numpy()
    pairs = Pairs(rows[..., 0].double().numpy(), median, np.ones((9, 1)), np.arange(9))
    assert mean_of(pairs.errors_of(median)) == 0
    assert mean_of(pairs.errors(weight)) > 0.1
    near = pairs._replace(truth=median + 1e-9)  # it is right, and the simple forecasts are not
    assert with_second_season(near, LinearFit(weight, weight, ""), base, 6).second_season == 6
    simple = pairs._replace(truth=pairs.read @ weight.T)
    assert with_second_season(simple, LinearFit(weight, weight, ""), base, 6).second_season == 1


def two_seasons(steps: int = 480) -> list[float]:
    """Days of four steps with a level that wanders, also below 0; each fifth is another day."""
    t, noise = np.arange(steps), dice(3).normal(0, 0.5, steps)
    other = 6 * (t // 4 % 5 == 4) * np.cos(2 * np.pi * t / 4)
    return (3 * np.sin(2 * np.pi * t / 4) + other + noise + dice(4).normal(0, 0.1, steps).cumsum()).tolist()


def test_a_series_with_two_seasons_is_counted_from_the_median_of_three(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no regression is part of the linear baseline. It is stored, and intervals hold what they should."""
    values, notes = two_seasons(), list[str]()
    plain = begun(values[:320], tmp_path / "plain", [], model__horizon=8, data__season=4, data__window=40)
    assert plain.recipe.data.second_season == 1  # type: ignore[attr-defined]  # a regression knows it
    monkeypatch.setattr("recurra.tasks.forecast.linear.corrected", lambda *given: None)
    settings = {"model__horizon": 8, "data__season": 4, "data__window": 40, "model__calibration": "none"}
    model = begun(values[:320], tmp_path, notes, **settings)
    assert model.recipe.data.second_season == 20  # type: ignore[attr-defined]
    said = next(note for note in notes if note.startswith("second season: "))
    assert said == (
        'second season: 20 steps (change it with settings={"data.second_season": ...}; 1: none), so forecasts are '
        "counted from the median of the linear baseline and the values one season and one second season before"
    )
    assert any(note.startswith("no training improved on the median of its linear baseline and ") for note in notes)
    again = recurra.load(tmp_path / "m")
    assert again.predict(values).to_mapping() == model.predict(values).to_mapping()
    none = begun(values[:320], tmp_path / "none", [], data__second_season=1, **settings)
    errors = [one.evaluate([values], last=160).measures for one in (model, none)]
    assert errors[0]["relative_mae"].value < 0.95 * errors[1]["relative_mae"].value
    assert errors[0]["coverage"].value == pytest.approx(80, abs=8)


def test_a_second_season_that_is_given_is_taken_beside_a_regression_too(tmp_path: Path) -> None:
    settings = {"model__horizon": 8, "data__season": 4, "data__second_season": 20}
    notes: list[str] = []
    model = begun(two_seasons(320), tmp_path, notes, **settings)
    assert any("corrected by a ridge regression" in note for note in notes)
    assert any(note.startswith("second season: 20 steps ") for note in notes)
    assert any(note.startswith("no training improved on the median of its linear baseline and ") for note in notes)
    assert model.recipe.data.second_season == 20  # type: ignore[attr-defined]
