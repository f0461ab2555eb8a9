"""Series to next values, end to end: from a table to a model folder, its answers, and what must hold of them."""

from __future__ import annotations

import json
import math
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
import torch
from dying import dies_once_saved

import recurra
from recurra.cli import run
from recurra.errors import DataError, ModelError, UsageError
from recurra.tasks.answer import Answer
from recurra.tasks.forecast.answer import ForecastValues

SETTINGS: dict[str, object] = {
    "model.width": 16,
    "model.horizon": 4,
    "data.window": 12,
    "training.learning_rate": 0.01,
    "training.validations": 4,
}


def wave(steps: int, period: int = 12, height: float = 10.0, seed: int = 1) -> list[float]:
    """A season with a little noise."""
    noise = np.random.default_rng(seed).normal(0, 0.05, steps)
    return [height + math.sin(2 * math.pi * t / period) + float(noise[t]) for t in range(steps)]


def options(**changes: object) -> dict[str, Any]:
    return {**SETTINGS, **{name.replace("__", "."): value for name, value in changes.items()}}


def train(data: Any, to: str = "m", epochs: float = 8, **changes: object) -> recurra.Model:
    return recurra.train(data, task="forecast", to=to, epochs=epochs, settings=options(**changes))


def medians(answer: Answer[ForecastValues]) -> list[float]:
    return answer.details.columns[0].median


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)


def test_from_a_table_to_the_next_rows(capsys: pytest.CaptureFixture[str]) -> None:
    values = wave(400)
    rows = [f"2023-{1 + t // 28 % 12:02}-{1 + t % 28:02}" for t in range(336)]
    Path("x.csv").write_text("date,load\n" + "".join(f"{row},{values[t]}\n" for t, row in enumerate(rows)))
    settings = [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]
    assert run(["train", "x.csv", "--to", "m", "--epochs", "10", *settings, "--set", "data.season=12"]) == 0
    said = capsys.readouterr().err
    assert "task: forecast, because this is a table of numbers with a column for the time" in said
    assert "34 of 336 steps, the last ones of the series, are set aside for validation" in said
    assert "287 windows for training, 31 for validation" in said

    Path("past.csv").write_text("date,load\n" + "".join(f"2024-01-{t + 1:02},{values[t]}\n" for t in range(24)))
    assert run(["predict", "m", "past.csv"]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header == "time,load,load_0.1,load_0.9"
    assert [line.split(",")[0] for line in lines] == [f"2024-01-{day}" for day in (25, 26, 27, 28)]
    for line, truth in zip(lines, values[24:], strict=False):
        middle, low, high = map(float, line.split(",")[1:])
        assert low < middle < high
        assert abs(middle - truth) < 0.5

    assert run(["predict", "m", "past.csv", "--output-format", "jsonl"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["details"]["times"][0] == "2024-01-25"
    assert list(found["details"]["columns"]["load"]["quantiles"]) == ["0.1", "0.5", "0.9"]

    assert run(["evaluate", "m", "x.csv", "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert list(measured["measures"]) == ["mae", "rmse", "mase", "relative_mae", "coverage"]
    assert measured["count"] == (336 - 12) // 4
    assert measured["measures"]["mae"]["value"] < 0.3  # of taking the last number: 0.8 and more
    assert len(measured["steps"]) == 4


def hours(names: str, first: int, steps: int, order: int = 1) -> str:
    """A table of several series, row by row in the order of time."""
    times = [str(datetime(2024, 1, 1) + timedelta(hours=first + t)) for t in range(steps)][::order]
    rows = [f"{name},{time},{t * t % 7}" for t, time in enumerate(times) for name in names]
    return "\n".join(["unique_id,ds,y", *rows, ""])


def test_what_was_found_at_training_is_known_to_predict_and_evaluate(capsys: pytest.CaptureFixture[str]) -> None:
    Path("x.csv").write_text(hours("321", 0, 60))
    said: list[str] = []
    model = recurra.train("x.csv", to="m", epochs=1, settings=options(),
                          listeners=[lambda event: said.append(getattr(event, "text", ""))])  # fmt: skip
    assert "x.csv: 3 series, a step of 1 hour, from 2024-01-01 00:00:00 to 2024-01-03 11:00:00" in said
    assert model.columns == {"source_column": "unique_id", "time_column": "ds", "step": "1 hour"}
    Path("new.csv").write_text(hours("74", 240, 2))  # two steps alone show no step
    assert run(["predict", "m", "new.csv"]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.startswith("series,time,y,")
    written = [tuple(line.split(",")[:2]) for line in lines]
    assert written == [(name, f"2024-01-11 0{hour}:00:00") for name in "74" for hour in (2, 3, 4, 5)]

    frame = pandas.read_csv("new.csv", parse_dates=["ds"])
    asked = model.predict(frame)
    assert [answer.details.series for answer in asked] == ["7", "4"]
    assert asked[0].details.times[0] == "2024-01-11T02:00:00"
    assert medians(asked[0]) == pytest.approx(medians(model.predict(frame[frame.unique_id == 7])[0]), rel=1e-5)
    for name, answer in zip("74", model.predict_iter(model.read("new.csv")), strict=True):
        assert (answer.details.series, medians(answer)) == (name, medians(asked["74".index(name)]))

    Path("back.csv").write_text(hours("5", 0, 30, order=-1))
    for command in (["predict", "m", "back.csv"], ["evaluate", "m", "back.csv"]):
        assert run(command) == 1
        assert "back.csv:3: the times of series '5' fall" in capsys.readouterr().err
        assert run([*command, "--sort"]) == 0
        assert "the rows of 1 series are sorted by time" in capsys.readouterr().err
    Path("other.csv").write_text(hours("5", 0, 30).replace("unique_id", "item_id"))
    assert run(["predict", "m", "other.csv"]) == 1
    assert "there is no column 'unique_id'" in capsys.readouterr().err
    assert run(["predict", "m", "other.csv", "--source-column", "item_id"]) == 0
    capsys.readouterr()
    Path("days.csv").write_text("unique_id,ds,y\n" + "".join(f"1,2024-01-{day:02},{day}\n" for day in range(1, 31)))
    assert run(["evaluate", "m", "days.csv"]) == 0
    assert "the model learned steps of 1 hour, and these are of 1 day" in capsys.readouterr().err


def test_rules_for_steps_are_remembered(capsys: pytest.CaptureFixture[str]) -> None:
    times = [str(date(2024, 1, 1) + timedelta(days=t)) for t in range(80) if t % 11 != 5]
    table = "date,y\n" + "".join(f"{time},{t % 5}\n" for t, time in enumerate(times[::-1]))
    Path("x.csv").write_text(table + f"{times[0]},3\n")
    rules: dict[str, object] = {"data.sort": True, "data.duplicates": "mean", "data.missing": "previous"}
    model = recurra.train("x.csv", to="m", epochs=1, settings=options(**rules))
    assert run(["predict", "m", "x.csv"]) == 0
    found = capsys.readouterr()
    assert "7 steps missing in 7 gaps" in found.err
    assert ": filled (data.missing)" in found.err
    assert found.out.splitlines()[1].startswith("2024-03-21,")
    (answer,) = model.predict_iter(model.read("x.csv"))
    assert answer.source == "80 steps of 1 number"
    hours = [f"2024-01-01 {hour:02}:00" for hour in range(24)]
    with pytest.warns(UserWarning, match="the model learned steps of 1 day, and these are of 1 hour"):
        model.predict({"date": hours, "y": [1.0] * 24})


def test_a_small_series_beside_a_large_one_keeps_its_digits() -> None:
    model = train([wave(60, height=5000), [1e-3 * value for value in wave(60)]], epochs=1)
    large, small = model.predict([[1000 * value for value in wave(60)], [1e-3 * value for value in wave(60)]])
    assert len(small.text.split()[0].partition(".")[2]) >= 5
    assert len(large.text.split()[0].partition(".")[2]) <= 3


def test_numbers_of_any_size_are_written_with_their_digits(capsys: pytest.CaptureFixture[str]) -> None:
    table = zip(wave(80), wave(80, height=100), strict=True)
    rows = [f"{1e-14 * a},{9007199254740993 + round(1000 * b)},{1e20 * a},1e-3" for a, b in table]
    Path("x.csv").write_text("\n".join(["small,count,large,still", *rows, ""]))
    assert run(["train", "x.csv", "--to", "m", "--epochs", "1", "--size", "tiny"]) == 0
    capsys.readouterr()
    assert run(["predict", "m", "x.csv"]) == 0
    _, line = capsys.readouterr().out.splitlines()
    small, low, high, count, _, _, large, _, _, still, _, _ = line.split(",")
    assert re.fullmatch(r"\d\.\d{3,4}e-1[34]", small)
    assert float(low) < float(small) < float(high)
    assert re.fullmatch(r"90071992548\d{5}", count)
    assert re.fullmatch(r"\d\.\d{3,5}e\+2\d", large)
    assert float(still) == pytest.approx(1e-3)
    assert run(["predict", "m", "x.csv", "--output-format", "chart"]) == 0
    assert "e-13" in capsys.readouterr().out


def test_a_frame_whose_index_is_the_time() -> None:
    index = pandas.date_range("2024-01-31", periods=48, freq="ME")
    frame = pandas.DataFrame({"load": wave(48)}, index=index)
    model = recurra.train(frame, to="m", epochs=1, settings=options())
    assert model.predict(frame).details.times[:2] == ["2028-01-31", "2028-02-29"]
    assert model.predict(frame["load"]).details.times[:2] == ["2028-01-31", "2028-02-29"]
    assert model.evaluate(frame).count > 0
    columns = {"index": [str(time.date()) for time in index], "load": wave(48)}
    assert medians(model.predict(columns)) == medians(model.predict(frame))


@pytest.mark.parametrize(
    ("strategy", "output", "baseline"),
    [
        ("direct", "quantile", "last"),
        ("recursive", "gaussian", "last"),
        ("direct", "gaussian", "season"),
        ("recursive", "quantile", "season"),
        ("direct", "gaussian", "none"),
        ("recursive", "quantile", "none"),
    ],
)
def test_every_way_learns_a_season(strategy: str, output: str, baseline: str) -> None:
    """Each of a kind beside each of the two other kinds, not beside each pair of them."""
    values = wave(400)
    changes = {
        "model__strategy": strategy,
        "model__output": output,
        "model__baseline": baseline,
        **({"data__season": 12} if baseline == "season" else {}),
    }
    model = train(values[:360], **changes, training__learning_rate=0.02)
    answer = model.predict(values[:360])
    assert max(abs(a - b) for a, b in zip(medians(answer), values[360:], strict=False)) < 0.6
    low, high = answer.details.columns[0].quantiles["0.1"], answer.details.columns[0].quantiles["0.9"]
    assert all(a < b < c for a, b, c in zip(low, medians(answer), high, strict=True))
    assert 40 < model.evaluate([values]).measures["coverage"].value <= 100
    loaded = recurra.load("m").predict(values[:360])
    assert loaded == answer


def test_the_level_is_that_of_a_season_before_where_this_forecasts_better() -> None:
    """A season that grows with its height: from the last number on it is hard, from a season before on it is little."""
    steps = np.arange(120)
    rising = (100 + 2 * steps) * (1 + 0.3 * np.sin(2 * np.pi * steps / 12))
    said: list[str] = []
    settings = options(data__season=12, model__horizon=12, data__window=24)
    model = recurra.train(
        rising[:96].tolist(), task="forecast", to="m", epochs=20, settings=settings,
        listeners=[lambda event: said.append(getattr(event, "text", ""))],
    )  # fmt: skip
    assert any(text.startswith("baseline: linear, scale: ") and "steps of training each" in text for text in said)
    assert any(text.startswith("linear baseline: ") and "season" in text for text in said)
    seasonal = model.evaluate([rising], last=24, stride=1)
    assert seasonal.measures["relative_mae"].value < 0.9
    assert seasonal.measures["mase"].definition.startswith(
        "mean absolute error divided by that of predicting the number 12 steps"
    )
    last = train(rising[:96].tolist(), to="last", epochs=20, data__season=12, model__horizon=12, data__window=24,
                 model__baseline="last")  # fmt: skip
    assert last.evaluate([rising], last=24, stride=1).measures["mase"].value > 1.5 * seasonal.measures["mase"].value
    walk = np.cumsum(np.random.default_rng(1).normal(size=600)).tolist()
    own = {"data__season": 12, "model__strategy": "recursive"}
    assert train(walk, to="walk", epochs=1, **own).recipe.model.baseline == "last"  # type: ignore[attr-defined]


def test_many_series_one_answer_each_alone_or_together() -> None:
    several = [wave(steps, height=height, seed=steps) for steps, height in ((60, 5), (9, 7), (200, 9))]
    for strategy in ("direct", "recursive"):
        model = train(several, to=strategy, epochs=1, model__strategy=strategy)
        together = model.predict(several)
        for series, answer in zip(several, together, strict=True):
            assert medians(model.predict(series)) == pytest.approx(medians(answer), rel=1e-5)


@pytest.mark.parametrize("strategy", ["direct", "recursive"])
def test_other_units_give_the_same_forecasts_in_them(strategy: str) -> None:
    """Of the numbers themselves; logarithms are moved by another unit, which rounds."""
    values, own = wave(150), {"model__strategy": strategy, "model__transform": "none"}
    plain = train(values, to="plain", epochs=2, **own)
    expected = np.array(medians(plain.predict(values)))
    exact = train([1024 * value for value in values], to="exact", epochs=2, **own)
    assert medians(exact.predict([1024 * value for value in values])) == list(1024 * expected)  # a power of two
    scaled = train([1000 * value for value in values], to="scaled", epochs=2, **own)
    np.testing.assert_allclose(medians(scaled.predict([1000 * v for v in values])), 1000 * expected, rtol=1e-4)
    moved = train([value + 1e6 for value in values], to="moved", epochs=2, **own)
    np.testing.assert_allclose(medians(moved.predict([v + 1e6 for v in values])), 1e6 + expected, atol=1e-3)


def test_stopped_and_resumed_is_as_never_stopped() -> None:
    values = [wave(90), wave(40, seed=2)]
    train(values, to="whole", epochs=3)

    settings = options(training__save_every=0.0)
    with pytest.raises(MemoryError):
        recurra.train(values, task="forecast", to="parts", epochs=3, settings=settings, listeners=[dies_once_saved])
    recurra.train(values, task="forecast", to="parts", resume=True, settings={"training.save_every": 1e6})
    assert Path("parts/model.safetensors").read_bytes() == Path("whole/model.safetensors").read_bytes()


def test_columns_that_are_only_read() -> None:
    dice = np.random.default_rng(1)
    cause = dice.normal(size=500)
    effect = np.concatenate([[0.0], 3 * cause[:-1]])  # tomorrow's number is today's cause
    data = {"cause": list(cause), "effect": list(effect)}
    alone = {"data__targets": "effect", "data__window": 4, "model__horizon": 1, "model__baseline": "none"}
    model = train([data], epochs=20, model__dropout=0.0, **alone)
    answer = model.predict(data)
    assert [column.name for column in answer.details.columns] == ["effect"]
    assert medians(answer)[0] == pytest.approx(3 * cause[-1], abs=0.6)
    swapped = model.predict({"effect": data["effect"], "cause": data["cause"]})
    assert swapped == answer
    with pytest.raises(UsageError, match="a recursive forecast reads its own numbers, and cause"):
        train([data], to="n", data__targets="effect", model__strategy="recursive")


def test_missing_numbers_are_filled_if_that_is_asked_for() -> None:
    values = wave(200)
    for step in (50, 51, 120, 198):
        values[step] = math.nan
    with pytest.raises(DataError, match=r"the number of '1' at step 51 of the series is missing, and 3 more"):
        train(values, to="refused")
    assert not Path("refused").exists()
    for how in ("previous", "mean"):
        model = train(values, to=how, epochs=2, data__missing=how)
        assert all(map(math.isfinite, medians(model.predict(values))))
        assert math.isfinite(model.evaluate([values]).measures["mae"].value)


def test_more_steps_change_none_of_the_first() -> None:
    values = wave(100)
    model = train(values, epochs=1, model__strategy="recursive")
    few, many = (medians(model.predict(values, steps=steps)) for steps in (3, 30))
    assert (len(few), len(many)) == (3, 30)
    assert many[:3] == pytest.approx(few, rel=1e-6)
    direct = train(values, to="direct", epochs=1)
    with pytest.raises(UsageError, match="the model forecasts 4 steps, and 5 are asked for"):
        direct.predict(values, steps=5)
    with pytest.raises(UsageError, match=r"decoding\.samples has no effect on a direct forecast"):
        direct.predict(values, samples=10)
    with pytest.raises(UsageError, match="unknown key 'beam'"):
        direct.predict(values, beam=3)


def test_ensembles_and_traces() -> None:
    values = wave(100)
    one, two = (train(values, to=f"m{seed}", epochs=1, training__seed=seed) for seed in (1, 2))
    both = medians(recurra.load(["m1", "m2"]).predict(values))
    mean = np.mean([medians(one.predict(values)), medians(two.predict(values))], axis=0)
    np.testing.assert_allclose(both, mean, rtol=1e-6)
    train(values, to="other", epochs=1, model__horizon=2)
    with pytest.raises(ModelError, match="the same columns, window, calendar, horizon"):
        recurra.load(["m1", "other"])
    trace = one.trace(values)
    assert trace.source_tokens == [str(step) for step in range(89, 101)]
    assert trace.target_tokens == ["+1", "+2", "+3", "+4"]
    assert [layer.name for layer in trace.layers] == ["layers.0"]
    assert set(trace.layers[0].gates) == {"forget", "input", "output", "candidate"}


@pytest.mark.parametrize(
    ("output", "constant"), [("quantile", 5.0), ("gaussian", 0.1 + 0.2), ("quantile", -1e12), ("gaussian", 0.0)]
)
def test_a_constant_series_is_continued_as_it_is(output: str, constant: float) -> None:
    """And nothing is invented that it could be compared with."""
    model = train([constant] * 60, epochs=1, model__output=output)
    column = model.predict([constant] * 50).details.columns[0]
    assert {value for values in column.quantiles.values() for value in values} == {constant}
    evaluation = model.evaluate([[constant] * 60])
    assert list(evaluation.measures) == ["mae", "rmse", "coverage"]
    assert evaluation.measures["mae"].value == 0
    assert any("MASE is left out: the series never changes" in note for note in evaluation.notes)
    assert model.score([[constant] * 60]) == 0


def test_charts_in_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    data = {"a": wave(60), "b": wave(60, seed=2)}
    model = train([data], epochs=1)
    Path("x.csv").write_text("a,b\n" + "".join(f"{a},{b}\n" for a, b in zip(*data.values(), strict=True)))
    capsys.readouterr()
    assert run(["predict", "m", "x.csv", "--output-format", "chart"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line for line in shown if line.strip() in ("a", "b")] == ["a", "b"]
    assert sum("⠤⠤ forecast  ░░ interval" in line for line in shown) == 2
    answer = model.predict(data)
    assert answer._repr_html_().count("<svg") == 2
    assert answer.text.startswith("a: ")
    assert run(["predict", "m", "x.csv", "--beam", "3"]) == 2
    assert "--beam has no effect on a model for the task forecast" in capsys.readouterr().err


def test_only_the_last_steps_are_measured() -> None:
    values = wave(100)
    model = train(values, epochs=1)
    assert model.evaluate([values]).count == (100 - 12) // 4
    assert model.evaluate([values], last=60).count == 15
    assert model.evaluate([values], last=60, stride=1).count == 57
    assert model.evaluate([values], last=20).count == 17  # overlapping, since 5 would be few
    assert len(model.evaluate([values], last=60).examples.lengths) == 15


def test_series_of_any_size_are_forecast_in_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    """And none of them is hidden by a larger one in what is measured."""
    sizes = {"tiny": 1e-14, "small": 0.05, "usual": 40.0, "large": 1e12}
    rows = [f"{name},{t},{size * (1 + value)!r}" for name, size in sizes.items() for t, value in enumerate(wave(80))]
    Path("x.csv").write_text("series,step,y\n" + "\n".join(rows) + "\n")
    assert run(["train", "x.csv", "--to", "m", "--epochs", "4", *given(), "--set", "data.season=12"]) == 0
    capsys.readouterr()
    assert run(["predict", "m", "x.csv"]) == 0
    lines = [line.split(",") for line in capsys.readouterr().out.splitlines()[1:]]
    assert lines[0][2].endswith("e-13")  # and not 0.000000000000
    for name, size in sizes.items():
        found = [float(line[2]) / size for line in lines if line[0] == name]
        assert len(found) == 4
        assert all(9.5 < value < 12.5 for value in found)
    model = recurra.load("m")
    whole = model.evaluate("x.csv", last=20)
    each = [
        model.evaluate([{"y": [size * (1 + value) for value in wave(80)]}], last=20).measures for size in sizes.values()
    ]
    assert whole.measures["mase"].value == pytest.approx(np.mean([one["mase"].value for one in each]), rel=1e-3)
    assert each[0]["mase"].value == pytest.approx(each[3]["mase"].value, rel=1e-2)


def given() -> list[str]:
    return [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]


def test_columns_of_different_units_have_no_common_error() -> None:
    data = {"load": wave(120), "price": [1e6 * value for value in wave(120, seed=2)]}
    evaluation = train([data], epochs=2, data__season=12).evaluate([data], last=40)
    assert list(evaluation.measures) == ["mase", "relative_mae", "coverage"]
    load, price = evaluation.details["columns"]
    assert price["mae"] > 1e4 * load["mae"]
    assert evaluation.measures["mase"].value == pytest.approx((load["mase"] + price["mase"]) / 2)
    scale = np.abs(np.array(data["price"])[12:80] - np.array(data["price"])[:68]).mean()  # of the past alone
    assert price["mase"] == pytest.approx(price["mae"] / scale)
    ratio = (load["mase"] + price["mase"]) / (load["naive_mase"] + price["naive_mase"])
    assert evaluation.measures["relative_mae"].value == pytest.approx(ratio)
    assert "price: MAE" in str(evaluation)
    assert "Each column" in evaluation._repr_html_()


def test_small_differences_of_large_numbers_are_no_rounding_errors() -> None:
    values = [1e12 + round(100 * value) for value in wave(120)]
    for scale in ("window", "columns"):
        model = train(values, to=scale, epochs=8, model__scale=scale)
        column = model.predict(values[:96]).details.columns[0]
        assert max(abs(a - b) for a, b in zip(column.median, values[96:], strict=False)) < 150
        assert 1 < column.quantiles["0.9"][0] - column.quantiles["0.1"][0] < 400
        assert len(set(map(column.text, column.median))) == 4


def test_forecasts_of_counts_are_not_below_0(capsys: pytest.CaptureFixture[str]) -> None:
    dice = np.random.default_rng(1)
    counts = (dice.random(200) < 0.4) * dice.poisson(3, 200)
    Path("x.csv").write_text("visits,euros\n" + "".join(f"{count},{count - 0.5}\n" for count in counts))
    gaussian = ["--set", "model.output=gaussian", "--set", "model.baseline=none"]
    assert run(["train", "x.csv", "--to", "m", "--epochs", "2", *given(), *gaussian]) == 0
    said = capsys.readouterr().err
    assert "visits holds counts (whole numbers, none below 0), so no forecast of them is below 0" in said
    assert run(["predict", "m", "x.csv"]) == 0
    out, said = capsys.readouterr()
    header, *lines = out.splitlines()
    lowest = [dict(zip(header.split(","), map(float, line.split(",")), strict=True)) for line in lines]
    assert [line["visits_0.1"] for line in lowest] == [0] * 4
    assert all(line["euros_0.1"] < 0 for line in lowest)
    assert "visits holds counts: forecasts below 0 are set to 0 (--set floor=false keeps them)" in said
    assert run(["predict", "m", "x.csv", "--set", "floor=false"]) == 0
    out, said = capsys.readouterr()
    assert out.splitlines()[1].split(",")[1].startswith("-")
    assert "floor" not in said


def test_what_is_no_better_than_naive_is_said() -> None:
    walk = np.cumsum(np.random.default_rng(3).normal(size=300)).tolist()
    model = train(walk, epochs=1, model__baseline="last")
    head = model.networks[0].model.head
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    said = "warning: the model is not better than forecasting the last number: its error is 1.000 times as large"
    assert said in model.evaluate([walk]).notes
