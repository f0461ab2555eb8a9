"""A forecaster from its data: how series are known, what is said, which networks answer together; and its baseline."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from toy_tasks import examples, network, predictor

from recurra.baselines import Allowance
from recurra.data import SERIES, DataSource, Preview, Series, open_examples
from recurra.data.beginning import first_lines
from recurra.errors import DataError, ModelError
from recurra.tasks import TASKS
from recurra.tasks.forecast.baseline import WINDOWS, ForecastBaseline, last_windows
from recurra.tasks.forecast.recipe import ForecastAnswerOptions
from recurra.tasks.task import Encoded

TASK: Any = TASKS["forecast"]
NAN = float("nan")


def lines(*columns: str, sign: str = ",") -> str:
    """A table of sixteen days with these columns of numbers."""
    rows = [sign.join(["date", *columns])]
    rows += [sign.join([f"2024-01-{k:02}", *(f"{k * k % 7}.5" for _ in columns)]) for k in range(1, 17)]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("x.csv", lines("a"), True),
        ("x.tsv", lines("a", sign="\t"), True),
        ("x.tab", lines("a", sign="\t"), True),
        ("x.txt", lines("a", "b"), True),
        ("x.dat", lines("a", "b"), True),
        ("x.data", lines("a", "b"), True),
        ("x", lines("a", "b"), True),
        ("x.txt", "good morning\nhow are you\n", False),  # what may be anything has to be a table of numbers
        ("x.md", lines("a", "b"), False),
        ("x.csv", "", False),
        ("x.csv", "text,label\nred,a\n", False),
    ],
)
def test_tables_of_numbers_with_times_are_known(name: str, text: str, found: bool, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert bool(TASK.detect(Preview(DataSource(str(path)), first_lines(path)))) == found
    beside = DataSource(str(path), target_path=str(path))
    assert TASK.detect(Preview(beside, first_lines(path))) is None  # of two files the other one has what is right


def test_rows_in_python_are_known() -> None:
    assert TASK.detect(Preview(DataSource(rows=[[1.0, 2.0, 3.0]]))) == "these are numbers without labels"
    assert TASK.detect(Preview(DataSource(rows=[("a", "b")]))) is None
    assert TASK.detect(Preview(DataSource(rows=[]))) is None


def test_both_data_are_looked_at_before_they_are_split() -> None:
    recipe = TASK.recipe().with_settings({"data.window": 3, "model.horizon": 2})
    good, bad = (open_examples(DataSource(rows=[row]), SERIES) for row in ([1.0, 2.0, 3.0, 4.0], [1.0, NAN, 3.0]))
    for train, valid in ((bad, None), (good, bad), (bad, good)):
        with pytest.raises(DataError, match="at step 2 of the series is missing"):
            TASK.split(train, valid, recipe, lambda event: None)
    assert TASK.split(good, good, recipe, lambda event: None).valid is good


@pytest.mark.parametrize("calendar", ["none", "week"])
def test_what_is_stored_of_the_data(calendar: str, tmp_path: Path) -> None:
    rows = [{"time": f"2024-01-{k:02}", "a": k + 0.5, "b": k * k + 0.5} for k in range(1, 31)]
    made: Any = network("forecast", settings={"data.calendar": calendar, "data.targets": "b"}, rows=rows)
    given = examples("forecast", rows)
    TASK.encode(given, made, tmp_path / "t")
    table = TASK.open_encoded(tmp_path / "t")
    names = ["inputs", "targets", "units", "log_units", "start", *["calendar"] * (calendar == "week")]
    assert sorted(table.columns) == sorted(names)
    assert table["targets"].values.tolist() == [row["b"] for row in rows]
    assert table["inputs"].values.reshape(-1, 2)[:, 0].tolist() == [row["a"] for row in rows]
    notes: list[str] = []
    learner = TASK.learner(made, Encoded(table, table), lambda event: notes.append(event.text))
    assert notes == [f"{len(learner.train):,} windows for training, {len(learner.valid):,} for validation"]
    assert len(learner.train) == 30 - 8 - 3 + 1


def test_samples_are_taken_at_the_end_of_each_series() -> None:
    recipe = TASK.recipe().with_settings({"model.horizon": 4})
    assert TASK.sampling(recipe, 3).last == 12
    assert TASK.sampling(recipe.with_settings({"decoding.steps": 2}), 3).last == 6
    assert TASK.sampling(recipe, 3).steps == recipe.decoding.steps


@pytest.mark.parametrize(
    "settings",
    [
        {"data.window": 9},
        {"data.missing": "mean"},
        {"data.calendar": "week"},
        {"model.horizon": 2},
        {"model.strategy": "recursive"},
        {"model.quantiles": "0.2 0.5 0.8"},
        {"data.targets": "a"},
    ],
)
def test_forecasters_that_answer_together_read_and_forecast_the_same(settings: dict[str, object]) -> None:
    rows = [{"time": f"2024-01-{k:02}", "a": k % 7 + 0.5, "b": k % 5 + 0.5} for k in range(1, 31)]
    first = network("forecast", settings={"data.calendar": "none"}, rows=rows)
    same = network("forecast", 2, {"model.width": 12, "data.calendar": "none"}, rows)
    assert len(predictor("forecast", first, same).networks) == 2  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match="the same columns, window, calendar, horizon, strategy and quantiles"):
        predictor("forecast", first, network("forecast", settings={"data.calendar": "none", **settings}, rows=rows))


def series(values: list[float]) -> Series:
    return Series("", np.array(values)[:, None], ("a",), (), 1)


def columns_of(horizon: int, season: int = 1) -> Any:
    recipe = TASK.recipe().with_settings({"model.horizon": horizon})
    return SimpleNamespace(columns=("a",), targets=("a",), recipe=recipe, season=season)


def test_the_baseline_is_chosen_on_the_last_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """They do not overlap, and there are three at most; before each stands what is known."""
    values = [float(k * k) for k in range(12)]
    found = list(last_windows(series(values), columns_of(2)))
    assert [(one.past[-1, 0], one.truth[:, 0].tolist()) for one in found] == [
        (81.0, [100.0, 121.0]), (49.0, [64.0, 81.0]), (25.0, [36.0, 49.0]),
    ]  # fmt: skip
    assert [len(one.past) for one in found] == [10, 8, 6]
    assert len(found) == WINDOWS == 3
    assert [one.scale.tolist() for one in found] == [[11.0]] * 3  # 121 in 11 steps
    assert list(last_windows(series(values[:2]), columns_of(2))) == []
    [one] = last_windows(series(values[:3]), columns_of(2))
    assert (one.past.tolist(), one.truth.tolist()) == ([[0.0]], [[1.0], [4.0]])
    gaps = next(last_windows(series([1.0, 2.0, NAN, NAN, 5.0]), columns_of(2)))
    assert gaps.past[:, 0].tolist() == [1.0, 2.0, 2.0]  # what is missing is the number before it
    assert np.isnan(gaps.truth[0, 0])
    monkeypatch.setattr("recurra.tasks.forecast.baseline.MOST_READ", 4)
    first = next(last_windows(series(values), columns_of(2)))
    assert first.past[:, 0].tolist() == [36.0, 49.0, 64.0, 81.0]


def test_the_baseline_forecasts_what_goes_on_as_before() -> None:
    rows = [[float(k) + 100 * n for k in range(40)] for n in range(3)]
    made: Any = network("forecast", rows=rows)
    train = open_examples(DataSource(rows=rows), SERIES)
    allowance = Allowance()
    found = ForecastBaseline().fit(train, made, allowance)
    assert (allowance.examples, allowance.of) == (3, 3)
    assert found is not None
    assert found.forecast([np.arange(10.0)[:, None]], 2)[0, :, 0].tolist() == pytest.approx([10.0, 11.0])
    measures = ForecastBaseline().measures(found, predictor("forecast", made), list(train), ForecastAnswerOptions())  # type: ignore[arg-type]
    assert list(measures) == ["mae", "rmse", "mase", "relative_mae"]
    assert measures["mae"].value == pytest.approx(0, abs=1e-9)
    assert ForecastBaseline().fit([series([1.0])], made, Allowance()) is None
    settings = {"data.missing": "mean", "model.baseline": "none", "model.scale": "columns"}
    other = predictor("forecast", network("forecast", settings=settings, rows=rows))
    unknown = [series([NAN] * 12)]
    assert ForecastBaseline().measures(found, other, unknown, ForecastAnswerOptions()) == {}  # type: ignore[arg-type]
