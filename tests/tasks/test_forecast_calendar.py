"""The calendar of the times is read where it helps: weeks that are longer than a window, in every door."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest
import torch

import recurra
from recurra.data.calendar import CYCLES, calendar_points
from recurra.errors import DataError, UsageError

HOURS = 24 * 7 * 8
SETTINGS = {"model.width": 8, "model.horizon": 6, "data.season": 24, "data.window": 24}


def shops(hours: int = HOURS, seed: int = 1) -> list[dict[str, object]]:
    """Customers of each hour: many at noon of working days, few at the weekend, with noise. From a Monday on."""
    noise = np.random.default_rng(seed).normal(0, 1, hours)
    found = list[dict[str, object]]()
    for k in range(hours):
        when = datetime(2024, 1, 1) + timedelta(hours=k)
        busy = 20 * max(0.0, np.sin(np.pi * (when.hour - 6) / 14)) if when.weekday() < 5 else 4.0
        found.append({"time": f"{when:%Y-%m-%d %H:%M}", "customers": round(float(busy + noise[k] - 5), 3)})
    return found


def trained(
    rows: Any, to: Path, notes: list[str] | None = None, epochs: float = 0.1, **settings: object
) -> recurra.Model:
    """A model that has learned nothing but its baseline."""
    named = {name.replace("__", "."): value for name, value in settings.items()}
    listeners = [] if notes is None else [lambda event: notes.append(getattr(event, "text", ""))]
    return recurra.train(
        rows, task="forecast", to=to, epochs=epochs, progress=False, listeners=listeners,
        settings={**SETTINGS, "training.learning_rate": 1e-12, **named},
    )  # fmt: skip


@cache
def with_calendar() -> recurra.Model:
    """Read again from its folder."""
    folder = Path(mkdtemp()) / "m"
    trained(shops(), folder)
    return recurra.load(folder)


def error(model: recurra.Model) -> float:
    """Relative to that of the hour a day before, over two weeks after the training data."""
    return model.evaluate(shops(HOURS + 24 * 14), last=24 * 14, stride=3).measures["relative_mae"].value


def medians(model: recurra.Model, given: object) -> list[float]:
    return model.predict(given).details.columns[0].median


def test_a_week_that_is_longer_than_the_window_is_forecast_far_better(tmp_path: Path) -> None:
    notes, without = list[str](), trained(shops(), tmp_path / "without", data__calendar="none")
    model = trained(shops(), tmp_path / "with", notes)
    assert model.recipe.data.calendar == "day week"
    assert error(model) < 0.5 * error(without)
    assert "| calendar columns | 62 |" in (tmp_path / "with" / "README.md").read_text("utf-8")
    said = next(note for note in notes if note.startswith("calendar: "))
    assert said.startswith("calendar: day, week (change it with ")
    assert any(" steps and the calendar (penalty " in note for note in notes)
    assert any("of 1 column and the calendar (day, week), forecasts 6 of 1" in note for note in notes)


@pytest.mark.parametrize("baseline", ["last", "none"])
def test_a_network_learns_the_week_without_a_linear_baseline(baseline: str, tmp_path: Path) -> None:
    settings = {"model__baseline": baseline, "model__scale": "columns", "training__learning_rate": 0.01}
    found = [
        error(trained(shops(), tmp_path / name, epochs=4, data__calendar=name, **settings))
        for name in ("none", "day week")
    ]
    assert found[1] < 0.75 * found[0]


CYCLE_STEPS = {
    "day": (timedelta(minutes=30), 900), "week": (timedelta(hours=6), 500), "month": (timedelta(days=1), 900),
    "year": (timedelta(weeks=1), 400),
}  # fmt: skip


@pytest.mark.parametrize("name", CYCLES)
def test_each_cycle_is_known_to_a_window_that_sees_little_of_it(name: str, tmp_path: Path) -> None:
    step, count = CYCLE_STEPS[name]
    times = [f"{datetime(2021, 1, 1) + k * step:%Y-%m-%d %H:%M}" for k in range(count)]
    x, y = calendar_points(times)[:, CYCLES.index(name)].T
    values = (5 * x - 3 * y + 2 * x * y + np.random.default_rng(1).normal(0, 2, count)).tolist()
    rows = [{"time": when, "x": value} for when, value in zip(times, values, strict=True)]
    settings = {"data__season": 0, "data__window": 3, "model__horizon": 4}
    found = list[float]()
    for calendar in ("none", name):
        model = trained(rows[: count * 4 // 5], tmp_path / calendar, data__calendar=calendar, **settings)
        found.append(model.evaluate(rows, last=count // 5).measures["mae"].value)
    assert found[1] < 0.85 * found[0]


def walk(steps: int = 600) -> list[dict[str, object]]:
    """Hours of which the calendar says nothing."""
    values = np.random.default_rng(1).normal(size=steps).cumsum()
    return [
        {"time": f"{datetime(2024, 1, 1) + timedelta(hours=k):%Y-%m-%d %H:%M}", "x": value}
        for k, value in enumerate(values.tolist())
    ]


def test_where_it_does_not_help_it_is_not_read_and_nothing_is_changed(tmp_path: Path) -> None:
    notes, rate = list[str](), {"training__learning_rate": 0.01}
    chosen = trained(walk(), tmp_path / "auto", notes, 1, **rate)
    plain = trained(walk(), tmp_path / "none", None, 1, data__calendar="none", **rate)
    undated = trained([row["x"] for row in walk()], tmp_path / "undated", None, 1, **rate)
    assert chosen.recipe.data.calendar == undated.recipe.data.calendar == "none"
    assert any(note.startswith("calendar: none (") and " day week does not make " in note for note in notes)
    weights = [one.networks[0].model.state_dict() for one in (plain, chosen, undated)]
    for name, value in weights[0].items():
        assert all(torch.equal(value, other[name]) for other in weights), name


def test_a_year_is_read_only_where_there_are_two(tmp_path: Path) -> None:
    def days(count: int) -> list[dict[str, object]]:
        noise = np.random.default_rng(1).normal(0, 2, count)
        found = list[dict[str, object]]()
        for k in range(count):
            when = datetime(2020, 1, 1) + timedelta(days=k)
            warm = -10 * np.cos(2 * np.pi * when.timetuple().tm_yday / 366)
            found.append({"date": f"{when:%Y-%m-%d}", "warm": warm + noise[k]})
        return found

    settings = {"model__horizon": 60, "data__window": 20, "data__season": 0}
    notes, one, three = list[str](), tmp_path / "one", tmp_path / "three"
    assert "year" not in trained(days(366), one, **settings).recipe.data.calendar
    model = trained(days(3 * 365), three, notes, **settings)
    assert "year" in model.recipe.data.calendar
    without = trained(days(3 * 365), tmp_path / "without", data__calendar="none", **settings)
    found = [one.evaluate(days(4 * 365), last=365, stride=20).measures["mase"].value for one in (model, without)]
    assert found[0] < 0.7 * found[1]


def test_list_file_frame_and_stream_are_one(tmp_path: Path) -> None:
    rows, pandas = shops(), pytest.importorskip("pandas")
    with (tmp_path / "shops.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["time", "customers"])
        writer.writeheader()
        writer.writerows(rows)

    def stream() -> Iterator[dict[str, object]]:
        yield from rows

    frame = pandas.DataFrame({"customers": [row["customers"] for row in rows]},
                             index=pandas.to_datetime([row["time"] for row in rows]).rename("time"))  # fmt: skip
    columns = {name: [row[name] for row in rows] for name in ("time", "customers")}
    given = {"list": rows, "file": tmp_path / "shops.csv", "columns": columns, "frame": frame, "stream": stream()}
    models = {name: trained(one, tmp_path / name) for name, one in given.items()}
    expected = medians(models["list"], rows)
    for name, model in models.items():
        assert model.recipe.data.calendar == "day week", name
        assert medians(model, rows) == expected, name
    (read,) = models["list"].predict(models["list"].read(tmp_path / "shops.csv"))
    assert read.details.columns[0].median == medians(models["list"], columns) == expected


def test_what_the_times_say_changes_the_forecast() -> None:
    model, window = with_calendar(), [row["customers"] for row in shops()[-24:]]

    def ending(day: int) -> dict[str, list[object]]:
        first = datetime(2024, 3, day)
        return {"time": [f"{first + timedelta(hours=k):%Y-%m-%d %H:%M}" for k in range(24)], "customers": window}

    monday, friday, week_later = (medians(model, ending(day)) for day in (4, 8, 11))
    assert np.abs(np.subtract(monday, friday)).max() > 1
    assert monday == pytest.approx(week_later, abs=1e-4)


def test_several_series_may_each_be_a_table_with_times() -> None:
    model, rows = with_calendar(), shops()
    monday, tuesday = ({name: [row[name] for row in rows[k : k + 24]] for name in rows[0]} for k in (0, 24))
    expected = [medians(model, monday), medians(model, tuesday)]
    assert expected[0] != expected[1]
    as_rows = [[dict(zip(one, cells, strict=True)) for cells in zip(*one.values(), strict=True)]
               for one in (monday, tuesday)]  # fmt: skip
    for given in ([monday, tuesday], as_rows):
        for answers in (model.predict(given), list(model.predict_iter(iter(given)))):
            assert np.allclose([one.details.columns[0].median for one in answers], expected, atol=1e-5)


def test_a_window_is_enough_and_says_the_same_as_the_whole_series() -> None:
    model = with_calendar()
    assert medians(model, shops()[-24:]) == medians(model, shops())


def test_without_times_it_forecasts_and_warns() -> None:
    model, numbers = with_calendar(), [row["customers"] for row in shops()]
    answer = model.predict(numbers)
    assert np.isfinite(answer.details.columns[0].median).all()
    (note,) = answer.details.notes()
    assert note.startswith(
        "warning: the model reads the calendar (day, week), but the steps have no dates, so the forecast may be worse: "
    )
    assert answer.details.to_mapping()["undated"] == ["day", "week"]
    dated = model.predict(shops())
    assert not dated.details.notes()
    assert "undated" not in dated.details.to_mapping()
    assert note in model.evaluate([numbers], last=24).notes
    assert note not in model.evaluate(shops(), last=24).notes


def test_several_series_each_with_its_own_times(tmp_path: Path) -> None:
    rows = [{"shop": "a", **row} for row in shops()]
    rows += [{"shop": "b", **row} for row in shops(HOURS, seed=2)[24 * 3 :]]
    model = trained(rows, tmp_path / "m")
    assert model.recipe.data.calendar == "day week"
    together = [answer.details.columns[0].median for answer in model.predict(rows)]
    (a,), (b,) = (model.predict([row for row in rows if row["shop"] == name][-24:]) for name in "ab")
    assert np.allclose(together, [one.details.columns[0].median for one in (a, b)], atol=1e-5)


def test_gaps_and_summer_time(tmp_path: Path) -> None:
    rows = shops()
    with_gaps = [row for k, row in enumerate(rows) if k % 97]
    model = trained(with_gaps, tmp_path / "gaps", data__missing="previous")
    assert model.recipe.data.calendar == "day week"
    zoned = [{**row, "time": f"{row['time']} Europe/Berlin"} for row in rows]
    assert medians(with_calendar(), zoned[-24:]) == medians(with_calendar(), rows[-24:])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"data.calendar": "day weak"}, "unknown cycle of the calendar 'weak'.*Did you mean 'week'"),
        ({"data.calendar": "week", "model.strategy": "recursive"}, "data.calendar=week is for direct forecasts"),
    ],
)
def test_what_cannot_be_is_refused(settings: dict[str, object], words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"(?s){words}"):
        recurra.train(shops(), task="forecast", to=tmp_path / "m", epochs=1, settings={**SETTINGS, **settings})


def test_a_cycle_that_the_steps_do_not_go_through_is_refused(tmp_path: Path) -> None:
    days = [{"date": f"{datetime(2024, 1, 1) + timedelta(days=k):%Y-%m-%d}", "x": k % 7} for k in range(90)]
    with pytest.raises(
        DataError,
        match=r"do not go through the cycles that data.calendar names \(day\): they are at 2024-01-01, 2024-01-02, ",
    ):
        trained(days, tmp_path / "m", data__calendar="day,week")
    with pytest.raises(
        DataError, match=r"do not go through the cycles that data.calendar names \(week\): they have no dates"
    ):
        trained([float(k % 7) for k in range(90)], tmp_path / "m", data__calendar="week")


def test_recursive_forecasts_do_without(tmp_path: Path) -> None:
    model = trained(shops(), tmp_path / "m", model__strategy="recursive")
    assert model.recipe.data.calendar == "none"


def test_a_resumed_run_finds_it_decided(tmp_path: Path) -> None:
    rate = {"training__learning_rate": 0.01, "training__validations": 2}
    trained(shops(), tmp_path / "m", None, 0.5, **rate)
    notes = list[str]()
    model = recurra.train(
        shops(), task="forecast", to=tmp_path / "m", resume=True, epochs=1, progress=False,
        listeners=[lambda event: notes.append(getattr(event, "text", ""))],
    )  # fmt: skip
    assert model.recipe.data.calendar == "day week"
    assert not any(note.startswith("calendar: ") for note in notes)
    assert error(model) < 0.5


def test_an_ensemble_reads_it(tmp_path: Path) -> None:
    model = trained(shops(), tmp_path / "m", training__members=2)
    assert model.recipe.data.calendar == "day week"
    assert medians(recurra.load(tmp_path / "m"), shops()) == medians(model, shops())


def test_it_is_looked_into() -> None:
    model = with_calendar()
    trace = model.trace(shops())
    assert [one.name for one in trace.series] == ["customers"]
    assert len(trace.series[0].past) == 24
    assert model.explain(shops()).outputs
    assert model.vectors(model.read(shops()))[0].shape == (8,)
    assert "calendar: day, week" in str(model.structure())
