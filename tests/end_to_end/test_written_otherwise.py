"""A table whose dates and numbers are written otherwise than those of the training data, read by a forecaster."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

import recurra
from recurra.cli import run
from recurra.errors import DataError, UsageError

FIRST = dt.date(2024, 1, 1)
SETTINGS: dict[str, object] = {"model.width": 8, "data.window": 8, "model.baseline": "last", "model.scale": "window"}


def table(name: str, day: str, number: Callable[[float], str], steps: int = 60) -> str:
    rows = [f"{FIRST + dt.timedelta(k):{day}};{number(1000 + 100.25 * (k % 7))}" for k in range(steps)]
    Path(name).write_text("\n".join(["date;sales", *rows, ""]))
    return name


def german(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> recurra.Model:
    """Of dates with the day first, and numbers with a decimal comma."""
    monkeypatch.chdir(tmp_path)
    file = table("german.csv", "%d/%m/%Y", german)
    return recurra.train(file, task="forecast", to="m", epochs=1, settings=SETTINGS, progress=False)


def test_the_same_numbers_written_otherwise_have_the_same_forecast(
    model: recurra.Model, capsys: pytest.CaptureFixture[str]
) -> None:
    other = table("other.csv", "%m/%d/%Y", lambda value: f"{value:.2f}")
    with pytest.raises(DataError, match=r"data\.decimal.*\(or point\)"):
        list(model.read(other))
    with pytest.raises(DataError, match=r"expected dates with the day first") as refused:
        list(model.read(other, decimal="point"))
    assert "month-first" in str(refused.value.fix)
    [right] = model.predict_iter(model.read("german.csv"))
    [found] = model.predict_iter(model.read(other, dates="month-first", decimal="point"))
    assert found.details.columns == right.details.columns
    assert found.details.times == ["03/01/2024"]
    assert model.evaluate(other, dates="auto", decimal="auto").measures == model.evaluate("german.csv").measures
    settings = ["--set", "data.dates=month-first", "--set", "data.decimal=point"]
    capsys.readouterr()
    assert run(["predict", "m", other, *settings]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("03/01/2024,")
    assert run(["evaluate", "m", other, *settings, "--json"]) == 0


def test_a_value_that_cannot_be_is_refused(model: recurra.Model, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["predict", "m", "german.csv", "--set", "data.dates=months-first"]) == 2
    assert "data.dates: unknown value 'months-first'\n  Did you mean 'month-first'?" in capsys.readouterr().err
    with pytest.raises(UsageError, match=r"data\.decimal and data\.thousands are both comma"):
        model.read("german.csv", decimal="comma", thousands="comma")
    with pytest.raises(DataError, match="expected dates with the month first"):
        list(model.read("german.csv", dates="month-first"))


def test_other_tasks_have_one_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("red", "a"), ("blue", "b")] * 10
    width: dict[str, object] = {"model.width": 8}
    found = recurra.train(rows, task="classify", to=tmp_path / "m", epochs=1, settings=width, progress=False)
    (tmp_path / "x.txt").write_text("red\n")
    with pytest.raises(UsageError, match=r"data\.decimal has no effect on a model for the task classify"):
        found.read(tmp_path / "x.txt", decimal="comma")
    assert run(["predict", str(tmp_path / "m"), str(tmp_path / "x.txt"), "--set", "data.dates=day-first"]) == 2
    assert "data.dates has no effect on a model for the task classify" in capsys.readouterr().err
