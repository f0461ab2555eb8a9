"""How good forecasts are: every measure against a slow computation by hand, and what is said of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from recurra.data import Series
from recurra.errors import DataError, UsageError
from recurra.tasks.forecast.evaluate import (
    MOST_PARTS,
    SHOWN,
    Errors,
    Window,
    case_of_window,
    compared,
    details,
    errors_of,
    evaluate_windows,
    in_scale,
    left_out,
    measured,
    naive_scale,
    notes_on,
    own_naive,
    rolling_windows,
    window_parts,
    window_scores,
    written,
)
from recurra.tasks.forecast.recipe import ForecastAnswerOptions, ForecastRecipe

NAN = math.nan
Values = Any


def network_of(targets: Sequence[str] = ("a",), season: int = 1, **settings: object) -> Any:
    named = {name.replace("__", "."): value for name, value in settings.items()}
    recipe = ForecastRecipe().with_settings({"data.window": 4, "model.horizon": 2, **named})
    model = SimpleNamespace(deviation=torch.full((len(targets),), 2.0), targets=list(range(len(targets))))
    return SimpleNamespace(
        recipe=recipe, columns=tuple(targets), targets=tuple(targets), season=season, model=model,
        raised=lambda window: {}, undated=lambda window: [],
    )  # fmt: skip


class Guess:
    """Forecasts the last number that is read and one more for each step, between one below and two above."""

    def __init__(self, network: Any) -> None:
        self.first = network

    def steps(self, options: ForecastAnswerOptions) -> int:
        return options.steps or 2

    def quantiles(self, windows: Sequence[Values], options: ForecastAnswerOptions) -> Values:
        ahead = 1 + np.arange(self.steps(options))[:, None]
        medians = np.stack([np.nan_to_num(window[-1]) + ahead for window in windows])
        return np.stack([medians - 1, medians, medians + 2], axis=-1)


def series(*columns: list[float], name: str = "", start: int = 0, line: int = 1) -> Series:
    return Series(name, np.array(columns, dtype=np.float64).T, tuple("abc"[: len(columns)]), (), line, start=start)


def noise(steps: int, seed: int, size: float = 1.0) -> list[float]:
    return (size * np.random.default_rng(seed).normal(size=steps).round(2)).tolist()


GAPS = [*noise(7, 3), NAN, *noise(9, 4), NAN, NAN, 1.0]
CASES: dict[str, tuple[list[Series], int]] = {
    "one series": ([series(noise(20, 1))], 1),
    "a season": ([series(noise(20, 1))], 3),
    "series of other lengths and sizes": ([series(noise(20, 1)), series(noise(9, 2, 50.0)), series([3.0] * 12)], 1),
    "gaps": ([series(GAPS), series(noise(9, 2))], 1),
    "two columns": ([series(noise(20, 1), noise(20, 2, 30.0)), series(GAPS, [5.0] * 20)], 2),
    "what comes before the start sets the scale": ([series(noise(20, 1), start=12)], 1),
}


def by_hand(every: list[Series], season: int, asked: dict[str, int]) -> dict[str, float]:
    """The measures, window by window, step by step, column by column."""
    steps, sums, squares, inside, hits = asked.get("steps", 2), list[float](), list[float](), 0, 0
    of_scale: dict[tuple[int, int], tuple[float, list[float], list[float], list[float]]] = {}
    for number, one in enumerate(every):
        values = one.values
        count = len(values)
        apart = max(one.start, count - asked.get("last", count)) if asked.get("last") else one.start
        for k in range(values.shape[1]):
            column = values[:apart, k] if apart > season else values[:, k]
            changes = [abs(column[t] - column[t - season]) for t in range(season, len(column))]
            known = [change for change in changes if not math.isnan(change)]
            scale = fmean(known) if known and fmean(known) > 1e-12 else 0.0
            of_scale[number, k] = scale, [], [], []
        first, ends = max(apart, min(4, count - steps)), count - steps + 1
        for origin in range(first, ends, min(steps, max(1, (ends - first) // 10))):
            for k in range(values.shape[1]):
                scale, found, naive, paired = of_scale[number, k]
                for h in range(steps):
                    truth, read = values[origin + h, k], values[origin - 1, k]
                    guess = (0.0 if math.isnan(read) else read) + 1 + h
                    if math.isnan(truth):
                        continue
                    error = abs(guess - truth)
                    sums.append(error)
                    squares.append(error**2)
                    inside += 1
                    hits += guess - 1 <= truth <= guess + 2
                    found.append(error)
                    place = origin - (season if origin >= season else 1) + h % (season if origin >= season else 1)
                    past = [value for value in values[: place + 1, k] if not math.isnan(value)]
                    if past:
                        naive.append(abs(past[-1] - truth))
                        paired.append(error)
    measures: dict[str, float] = {}
    if every[0].values.shape[1] == 1:
        measures |= {"mae": fmean(sums), "rmse": math.sqrt(fmean(squares))}
    scaled = [fmean(found) / scale for scale, found, _, _ in of_scale.values() if scale and found]
    if scaled:
        measures["mase"] = fmean(scaled)
    own = [(scale or fmean(naive or [0.0]), naive, paired) for scale, _, naive, paired in of_scale.values()]
    below = [fmean(naive) / scale for scale, naive, _ in own if scale and naive]
    if sum(below):
        measures["relative_mae"] = fmean(
            [fmean(paired) / scale for scale, naive, paired in own if scale and naive]
        ) / fmean(below)
    return {**measures, "coverage": 100 * hits / inside}


@pytest.mark.parametrize("asked", [{}, {"steps": 3}, {"last": 5}])
@pytest.mark.parametrize("name", CASES)
def test_the_measures_are_those_computed_by_hand(name: str, asked: dict[str, int]) -> None:
    every, season = CASES[name]
    settings = {"data__missing": "mean", "data__season": season}
    network = network_of("ab"[: every[0].values.shape[1]], season, **settings)
    found = evaluate_windows(Guess(network), every, ForecastAnswerOptions(**asked))
    expected = by_hand(every, season, asked)
    assert list(found.measures) == list(expected)
    for measure, value in expected.items():
        assert found.measures[measure].value == pytest.approx(value, rel=1e-9), measure
    share = found.examples.measures["mase"].statistics().sum(axis=0)
    assert 100 * share[0] / share[1] == pytest.approx(expected["mase"])
    assert found.count == len(found.cases) == len(found.examples.lengths)
    assert (found.examples.unit, max(found.examples.lengths)) == ("steps", 4)


def test_more_windows_than_are_forecast_together_are_measured_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    every, _ = CASES["series of other lengths and sizes"]
    whole = evaluate_windows(Guess(network_of()), every, ForecastAnswerOptions())
    monkeypatch.setattr("recurra.tasks.forecast.evaluate.CHUNK", 3)
    parts = evaluate_windows(Guess(network_of()), every, ForecastAnswerOptions())
    assert parts.measures == whole.measures
    assert [one.answer for one in parts.cases] == [one.answer for one in whole.cases]
    assert parts.examples.lengths == whole.examples.lengths


def test_what_windows_have_that_is_not_read_as_it_is_is_said_once() -> None:
    network, low, none = network_of(), iter([{}, {"a": 1.5}, {"a": 1.5}, *[{}] * 20]), iter([[], ["day"], *[[]] * 20])
    network.raised, network.undated = lambda window: next(low), lambda window: next(none)
    notes = evaluate_windows(Guess(network), [series(noise(12, 1))], ForecastAnswerOptions()).notes
    assert [note[:40] for note in notes[:2]] == [
        "warning: numbers of a below 1.5, a tenth",
        "warning: the model reads the calendar (d",
    ]
    assert sum(note.startswith("warning: numbers") for note in notes) == 1


def test_of_nothing_there_is_no_measure() -> None:
    with pytest.raises(DataError, match="there is nothing to forecast"):
        evaluate_windows(Guess(network_of()), [], ForecastAnswerOptions())


@pytest.mark.parametrize(
    ("one", "asked", "error", "what", "where", "fix"),
    [
        (
            series([1.0, 2.0]),
            {},
            DataError,
            "the series has 2 steps; to compare a forecast of 2, 3 are needed",
            "examples:1",
            "Give its past as well, or forecast fewer: --set steps=N.",
        ),
        (
            series([1.0, 2.0, 3.0], name="sea", line=7),
            {"steps": 3},
            DataError,
            "series 'sea' has 3 steps; to compare a forecast of 3, 4 are needed",
            "examples:7",
            "Give its past as well, or forecast fewer: --set steps=N.",
        ),
        (
            series([1.0, NAN, 2.0]),
            {},
            DataError,
            "the number of 'a' at step 2 of the series is missing",
            "examples:1",
            "Fill it, or train with --set data.missing=previous (or =mean), which says what is read in its place.",
        ),
        (
            series([1.0, 2.0, 3.0])._replace(targets=("b", "c")),
            {},
            UsageError,
            "the model forecasts a, not b, c",
            "--target-column",
            "Leave it out.",
        ),
    ],
)  # fmt: skip
def test_series_that_cannot_be_measured_are_refused(
    one: Series, asked: dict[str, int], error: type[DataError], what: str, where: str, fix: str
) -> None:
    with pytest.raises(error) as refusal:
        list(rolling_windows(Guess(network_of()), [one], ForecastAnswerOptions(**asked)))
    assert (refusal.value.what, refusal.value.where, refusal.value.fix) == (what, where, fix)


def test_the_least_that_can_be_measured() -> None:
    [window] = rolling_windows(Guess(network_of()), [series([1.0, 2.0, 4.0])], ForecastAnswerOptions())
    assert (window.read.tolist(), window.truth.tolist(), window.naive.tolist()) == (
        [[1.0]],
        [[2.0], [4.0]],
        [[1.0], [1.0]],
    )
    assert (window.begins, window.scale.tolist()) == ("step 2", [1.5])


@pytest.mark.parametrize(
    ("values", "apart", "season", "scale"),
    [
        ([1.0, 2.0, 4.0, 100.0], 3, 1, 1.5),  # only what comes before
        ([1.0, 2.0, 4.0], 1, 1, 1.5),  # of one step there is no change: all
        ([1.0, 2.0, 4.0, 7.0], 2, 2, 4.0),
        ([1.0, 2.0, 4.0, 7.0], 3, 2, 3.0),
        ([1.0, NAN, 4.0, 6.0], 4, 1, 2.0),
        ([5.0, 5.0, 5.0], 3, 1, 0.0),
        ([1e15, 1e15 + 0.125], 2, 1, 0.0),  # no more than rounding
        ([1.0, NAN], 2, 1, 0.0),
        ([3.0], 1, 1, 0.0),
        ([1.0, 2.0], 2, 5, 0.0),
    ],
)
def test_the_scale_is_what_the_naive_forecast_errs_by(
    values: list[float], apart: int, season: int, scale: float
) -> None:
    assert naive_scale(np.array(values)[:, None], apart, season).tolist() == [scale]


@pytest.mark.parametrize(
    ("columns", "targets", "text"),
    [
        ([[1.0, 0.123456789, NAN]], ["a"], "1 0.12346 nan"),
        ([[1.0], [2.5]], ["a", "b"], "a: 1; b: 2.5"),
        ([[1.0] * SHOWN], ["a"], " ".join("1" * SHOWN)),
        ([[1.0] * (SHOWN + 1)], ["a"], " ".join("1" * SHOWN) + " ... (1 more)"),
        ([[1.0] * (SHOWN + 1200)], ["a"], " ".join("1" * SHOWN) + " ... (1,200 more)"),
        ([[1.0]] * MOST_PARTS, [f"c{k}" for k in range(MOST_PARTS)], "; ".join(f"c{k}: 1" for k in range(MOST_PARTS))),
        (
            [[1.0]] * (MOST_PARTS + 2),
            [f"c{k}" for k in range(MOST_PARTS + 2)],
            "; ".join([*(f"c{k}: 1" for k in range(MOST_PARTS)), "2 more columns"]),
        ),
    ],
)
def test_numbers_in_a_line(columns: list[list[float]], targets: list[str], text: str) -> None:
    assert written(np.array(columns).T, targets) == text


def window(truth: list[list[float]], naive: list[list[float]], number: int = 0, **changes: Any) -> Window:
    given, other = np.array(truth), np.array(naive)
    columns = given.shape[1]
    return Window(
        number, np.zeros((3, columns)), np.zeros((3, columns)), given, other, np.ones(columns), "", "step 4", 9
    )._replace(**changes)


def test_a_case_is_a_forecast_beside_what_happened() -> None:
    found = np.array([[[0.0, 1.5, 3.0]], [[1.0, 2.5, 4.0]]])
    case = case_of_window(window([[1.0], [NAN]], [[0.0], [0.0]]), found, ["a"])
    assert (case.line, case.source, case.targets, case.answer, case.groups) == (
        9,
        "from step 4",
        ("1 nan",),
        "1.5 2.5",
        {},
    )
    named = case_of_window(window([[1.0], [2.0]], [[0.0], [0.0]], name="sea", begins="May"), found, ["a"])
    assert (named.source, named.groups) == ("sea, from May", {"series": "sea"})
    assert named.picture is not None
    assert named.picture().startswith("data:image/svg")


def test_errors_are_absolute_and_intervals_have_their_bounds() -> None:
    found = np.array([[[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]], [[0.0, 1.0, 2.0]]]])
    errors = errors_of([window([[3.0], [4.0], [NAN]], [[1.0], [9.0], [1.0]], 4, scale=np.array([7.0]))], found)
    np.testing.assert_array_equal(errors.error[0, :, 0], [1.0, 1.0, NAN])
    np.testing.assert_array_equal(errors.naive[0, :, 0], [2.0, 5.0, NAN])
    assert errors.inside[0, :, 0].tolist() == [True, True, False]
    assert (errors.series.tolist(), errors.scale.tolist()) == ([4], [[7.0]])


def errors(error: Any, naive: Any, series: list[int], scale: Any = None) -> Errors:
    found, other = np.array(error, dtype=np.float64), np.array(naive, dtype=np.float64)
    given = np.ones((len(found), found.shape[2])) if scale is None else np.array(scale)
    return Errors(found, other, found < 1.5, np.array(series), given)


# Three windows of two steps, the last of another series; [N, H, 1] and the naive forecast beside it.
ERROR = [[[1.0], [2.0]], [[3.0], [NAN]], [[4.0], [4.0]]]
NAIVE = [[[2.0], [2.0]], [[2.0], [NAN]], [[1.0], [3.0]]]


def test_in_scale_every_series_counts_alike_and_nothing_is_lost() -> None:
    """Of three numbers of the first series and two of the second each counts 2.5 / 3 and 2.5 / 2."""
    found = in_scale(errors(ERROR, NAIVE, [0, 0, 1]), np.array([[2.0], [2.0], [4.0]]))
    assert found.counts.tolist() == pytest.approx([2 * 2.5 / 3, 2.5 / 3, 2.5])
    assert found.error.tolist() == pytest.approx([3 / 2 * 2.5 / 3, 3 / 2 * 2.5 / 3, 8 / 4 * 2.5 / 2])
    assert found.naive.tolist() == pytest.approx([4 / 2 * 2.5 / 3, 2 / 2 * 2.5 / 3, 4 / 4 * 2.5 / 2])
    nothing = in_scale(errors(ERROR, NAIVE, [0, 0, 1]), np.zeros((3, 1)))
    assert [part.tolist() for part in nothing] == [[0.0] * 3] * 3


def test_what_the_naive_forecast_errs_by_on_the_windows_themselves() -> None:
    assert own_naive(errors(ERROR, NAIVE, [0, 0, 1])).tolist() == [[2.0], [2.0], [2.0]]
    assert own_naive(errors(ERROR, [[[NAN], [NAN]]] * 3, [0, 0, 1])).tolist() == [[0.0]] * 3


def test_what_cannot_be_measured_is_left_out() -> None:
    flat = errors(ERROR, np.zeros((3, 2, 1)), [0, 0, 1], np.zeros((3, 1)))
    assert list(measured(flat, network_of(), 0.8)) == ["mae", "rmse", "coverage"]
    assert list(measured(flat, network_of(), 0.0)) == ["mae", "rmse"]
    some = errors(ERROR, NAIVE, [0, 0, 1], np.zeros((3, 1)))
    found = measured(some, network_of(), 0.8)
    assert list(found) == ["mae", "rmse", "relative_mae", "coverage"]
    assert found["mae"].value == pytest.approx(14 / 5)
    assert found["rmse"].value == pytest.approx(math.sqrt(46 / 5))
    assert found["relative_mae"].value == pytest.approx(
        (6 / 3 / 2 + 8 / 2 / 2) / 2
    )  # each series in its own naive error
    assert found["coverage"].value == pytest.approx(100 * 1 / 5)
    assert "80%" in found["coverage"].definition
    unknown = errors(ERROR, [[[NAN], [NAN]], [[2.0], [NAN]], [[1.0], [NAN]]], [0, 0, 1])
    assert measured(unknown, network_of(), 0)["relative_mae"].value == pytest.approx((3 / 1 + 4 / 1) / (2 + 1))
    two = errors(np.ones((2, 1, 2)), np.ones((2, 1, 2)), [0, 1])
    assert list(measured(two, network_of("ab"), 0)) == [
        "mase",
        "relative_mae",
    ]  # of several units no mean says anything


def test_the_errors_of_each_step_and_column() -> None:
    found = errors(ERROR, NAIVE, [0, 0, 0])
    assert details(found, network_of()) == {
        "counted": "windows",
        "steps": [
            {
                "step": 1,
                "mase": pytest.approx(8 / 3),
                "naive_mase": pytest.approx(5 / 3),
                "mae": pytest.approx(8 / 3),
                "naive": pytest.approx(5 / 3),
            },
            {"step": 2, "mase": 3.0, "naive_mase": 2.5, "mae": 3.0, "naive": 2.5},
        ],
        "columns": [
            {
                "column": "a",
                "mase": pytest.approx(14 / 5),
                "naive_mase": 2.0,
                "mae": pytest.approx(14 / 5),
                "naive": 2.0,
            }
        ],
    }
    assert compared(found._replace(scale=np.zeros((3, 1)))) == {
        "mase": None, "naive_mase": None, "mae": pytest.approx(14 / 5), "naive": 2.0,
    }  # fmt: skip
    assert compared(errors(np.ones((1, 1, 2)), np.ones((1, 1, 2)), [0])) == {"mase": 1.0, "naive_mase": 1.0}
    assert compared(errors([[[NAN]]], [[[NAN]]], [0])) == {"mase": None, "naive_mase": None, "mae": 0.0, "naive": 0.0}


def test_the_parts_of_a_measure() -> None:
    """Of one step, or one column, there are none; of a step of which nothing is known neither."""
    found = errors(ERROR, NAIVE, [0, 0, 0])
    [(name, steps)] = window_parts(found, network_of()).items()
    assert name == "steps ahead"
    assert {step: np.sum(one.counted) / np.sum(one.total) for step, one in steps.items()} == {
        "1": pytest.approx(8 / 3),
        "2": 3,
    }
    assert window_parts(found._replace(error=found.error[:, :1], naive=found.naive[:, :1]), network_of()) == {}
    unknown = np.array(ERROR)
    unknown[:, 1] = NAN
    assert window_parts(errors(unknown, unknown, [0, 0, 0]), network_of()) == {}
    wide = errors(np.ones((2, 1, MOST_PARTS + 1)), np.ones((2, 1, MOST_PARTS + 1)), [0, 0])
    [(name, columns)] = window_parts(wide, network_of([f"c{k}" for k in range(MOST_PARTS + 1)])).items()
    assert (name, list(columns)) == ("column", [f"c{k}" for k in range(MOST_PARTS)])


def test_what_each_window_adds() -> None:
    found = window_scores(errors(ERROR, NAIVE, [0, 0, 0]), [3, 4, 4], network_of())
    [(name, share)] = found.measures.items()
    assert (name, found.lengths, found.unit) == ("mase", [3, 4, 4], "steps")
    assert (list(share.counted), list(share.total)) == ([3.0, 3.0, 8.0], [2.0, 1.0, 2.0])
    assert (share.higher_is_better, share.scale) == (False, 1.0)
    flat = window_scores(errors(ERROR, NAIVE, [0, 0, 0], np.zeros((3, 1))), [3, 4, 4], network_of())
    [(name, share)] = flat.measures.items()
    assert (name, flat.lengths, flat.unit) == ("scaled_error", [3, 4, 4], "steps")
    assert (list(share.counted), list(share.total)) == ([1.5, 1.5, 4.0], [2, 1, 2])
    assert (share.higher_is_better, share.scale) == (False, 1.0)
    assert share.definition == "mean absolute error in standard deviations of the training data"


MISSING = " (from one season to the next), so that the naive forecast makes no errors to compare with"


@pytest.mark.parametrize(
    ("scale", "series", "targets", "words"),
    [
        ([[1.0], [1.0]], [0, 1], "a", ""),
        ([[0.0], [0.0]], [0, 0], "a", "MASE is left out: the series never changes"),
        ([[0.0], [1.0]], [0, 1], "a", "MASE leaves out 1 of 2 series, which never changes"),
        ([[0.0], [0.0]], [0, 1], "a", "MASE leaves out 2 of 2 series, which never change"),
        ([[0.0, 1.0]] * 2, [0, 0], "ab", "MASE leaves out 1 of 2 columns, which never changes"),
        (
            [[0.0, 1.0], [0.0, 0.0]],
            [0, 1],
            "ab",
            "MASE leaves out 3 of 4 columns of series, which never change",
        ),
    ],
)  # fmt: skip
def test_what_has_no_mase_is_said(scale: list[list[float]], series: list[int], targets: str, words: str) -> None:
    given = errors(np.ones((2, 1, len(targets))), np.ones((2, 1, len(targets))), series, scale)
    assert left_out(given, tuple(targets)) == ([words + MISSING] if words else [])


@pytest.mark.parametrize(
    ("times", "season", "targets", "said"),
    [
        (0.5, 1, "a", ["forecasting the last number has a mean absolute error of 2.000"]),
        (
            1.0,
            3,
            "a",
            [
                "forecasting the number 3 steps before has a mean absolute error of 2.000",
                "warning: the model is not better than forecasting the number 3 steps before: "
                "its error is 1.000 times as large",
            ],
        ),
        (0.9994, 1, "a", ["forecasting the last number has a mean absolute error of 2.000"]),
        (
            0.9996,
            1,
            "ab",
            ["warning: the model is not better than forecasting the last number: its error is 1.000 times as large"],
        ),
        (
            1.5,
            1,
            "ab",
            ["warning: the model is not better than forecasting the last number: its error is 1.500 times as large"],
        ),
    ],
)
def test_what_a_reader_of_the_measures_should_know(times: float, season: int, targets: str, said: list[str]) -> None:
    naive = np.full((2, 2, len(targets)), 2.0)
    found, network = errors(times * naive, naive, [0, 0]), network_of(targets, season)
    assert notes_on(found, measured(found, network, 0.8), network) == said
    unknown = errors(times * naive, np.full(naive.shape, NAN), [0, 0])
    assert notes_on(unknown, measured(unknown, network, 0.8), network) == []
