"""The figures of forecasts: train with the defaults, forecast the steps that were held out, beside what is simple.

    .venv/bin/python bench/figures_forecast.py m4-hourly [--time 10m]  one model for the 414 series, 48 steps ahead
    .venv/bin/python bench/figures_forecast.py m4-single [--time 20s]  a model for each of the first 50 of them
    .venv/bin/python bench/figures_forecast.py single [--time 20s]     airline, co2, sunspots: the last 24 steps
    .venv/bin/python bench/figures_forecast.py short [--epochs 60]     made series of 80, 150 and 300 steps

m4-hourly, m4-single  M4's hourly series (Makridakis et al. 2020) in ../shared/data: sMAPE, MASE, OWA against Naive2 and
                      MSIS of the interval of 95 %, as the competition had them.
single                monthly airline passengers (of statsforecast), monthly means of CO2 and yearly sunspots (both of
                      statsmodels), beside AutoETS and AutoARIMA of statsforecast. Skipped where these are not
                      there; they may be in an environment of their own (PYTHONPATH).
short                 a random walk, noise around a level that shifts, a sine in noise, noise, trend x season; four
                      series each, 6 steps ahead over the 120 steps after those trained on. The mean and the largest
                      error relative to the (seasonal) naive forecast, and what intervals of 80 % hold.

With --part dev the last steps of the training data are held out: to tune on. --set changes settings, --seed the seed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import time
from collections.abc import Iterator
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import figure_data as data
import numpy as np
from history import record

import recurra
from recurra.tasks.forecast.answer import ForecastValues

M4 = data.DATA / "forecast/m4_hourly"
HOURS, DAY, LEVELS = 48, 24, "0.025 0.5 0.975"
PENALTY = 2 / 0.05  # of what lies outside of an interval of 95 %
SINGLE_STEPS = 24
SHORT_STEPS, SHORT_AFTER = 6, 120
LIMIT = 1.645  # of the test for a season: 90 %


class Case(NamedTuple):
    """A series and what came after it."""

    name: str
    past: np.ndarray
    truth: np.ndarray
    season: int

    @property
    def scale(self) -> float:
        """The mean absolute change from one season to the next."""
        return float(np.abs(self.past[self.season :] - self.past[: -self.season]).mean())

    @property
    def seasonal_naive(self) -> np.ndarray:
        """The last season again."""
        return self.past[-self.season :][np.arange(len(self.truth)) % self.season]


class Forecast(NamedTuple):
    """The medians, and the ends of the interval."""

    median: np.ndarray
    low: np.ndarray
    high: np.ndarray


def smape(found: np.ndarray, case: Case) -> float:
    return float(200 * np.mean(np.abs(found - case.truth) / (np.abs(found) + np.abs(case.truth))))


def mase(found: np.ndarray, case: Case) -> float:
    return float(np.abs(found - case.truth).mean()) / case.scale


def msis(found: Forecast, case: Case) -> float:
    below, above = np.maximum(found.low - case.truth, 0), np.maximum(case.truth - found.high, 0)
    return float((found.high - found.low + PENALTY * (below + above)).mean()) / case.scale


def inside(found: Forecast, case: Case) -> float:
    return float(((found.low <= case.truth) & (case.truth <= found.high)).mean())


def naive2(case: Case) -> np.ndarray:
    """The last value, seasonally adjusted by classical decomposition where there is a season (M4's Naive2)."""
    past, season, steps = case.past, case.season, len(case.truth)
    centred = past - past.mean()
    lags = np.array([(centred[k:] * centred[: len(past) - k]).sum() for k in range(season + 1)])
    correlations = lags[1:] / lags[0] if lags[0] else np.zeros(season)
    limit = LIMIT * np.sqrt((1 + 2 * (correlations[:-1] ** 2).sum()) / len(past))
    if season == 1 or abs(correlations[-1]) <= limit:
        return np.repeat(past[-1], steps)
    trend = np.convolve(past, np.r_[0.5, np.ones(season - 1), 0.5] / season, "valid")
    ratios = past[season // 2 : season // 2 + len(trend)] / trend
    index = np.array([ratios[(k - season // 2) % season :: season].mean() for k in range(season)])
    index *= season / index.sum()
    return past[-1] / index[(len(past) - 1) % season] * index[(len(past) + np.arange(steps)) % season]


def m4(part: str) -> list[Case]:
    """All series, as the competition cut them, or with the last steps of the training data held out."""
    train, test = (rows(f"Hourly-{name}.csv.gz") for name in ("train", "test"))
    if part == "dev":
        return [Case(name, past[:-HOURS], past[-HOURS:], DAY) for name, past in train.items()]
    return [Case(name, past, test[name], DAY) for name, past in train.items()]


def rows(name: str) -> dict[str, np.ndarray]:
    with gzip.open(M4 / name, "rt") as file:
        _, *lines = csv.reader(file)
    return {line[0]: np.array([float(cell) for cell in line[1:] if cell not in ("", "NA")]) for line in lines}


def single() -> Iterator[Case]:
    """The three series."""
    statsmodels: Any = import_module("statsmodels.api")
    passengers: Any = import_module("statsforecast.utils").AirPassengers
    co2 = statsmodels.datasets.co2.load_pandas().data["co2"].resample("MS").mean().interpolate()
    sunspots = statsmodels.datasets.sunspots.load_pandas().data["SUNACTIVITY"]
    for name, values, season in (("airline", passengers, 12), ("co2", co2, 12), ("sunspots", sunspots, 1)):
        numbers = np.asarray(values, dtype=np.float64)
        yield Case(name, numbers[:-SINGLE_STEPS], numbers[-SINGLE_STEPS:], season)


def forecasts(cases: list[Case], options: argparse.Namespace) -> list[Forecast]:
    """Of one model for all of them."""
    settings: dict[str, Any] = {
        "model.horizon": len(cases[0].truth), "model.quantiles": LEVELS, "training.seed": options.seed,
        "data.season": cases[0].season if cases[0].season > 1 else 0, **dict(one.split("=", 1) for one in options.set),
    }  # fmt: skip
    pasts = [one.past.tolist() for one in cases]
    with TemporaryDirectory() as folder:
        model = recurra.train(
            pasts if len(pasts) > 1 else pasts[0], task="forecast", to=f"{folder}/model", settings=settings,
            progress=False, **({"epochs": options.epochs} if options.epochs else {"time": options.time}),
        )  # fmt: skip
        columns = [
            answer.details.columns[0] for answer in model.predict(pasts) if isinstance(answer.details, ForecastValues)
        ]
    return [Forecast(*map(np.array, (one.median, *(one.quantiles[q] for q in ("0.025", "0.975"))))) for one in columns]


def mean(measure: Any, found: list[Any], cases: list[Case]) -> float:
    return round(float(np.mean([measure(one, case) for one, case in zip(found, cases, strict=True)])), 4)


def figures_of(found: list[Forecast], cases: list[Case]) -> dict[str, float]:
    """All measures, and those of the seasonal naive forecast."""
    medians, simple = [one.median for one in found], [naive2(one) for one in cases]
    figures = {
        "sMAPE": mean(smape, medians, cases), "MASE": mean(mase, medians, cases), "MSIS": mean(msis, found, cases),
        "inside": mean(inside, found, cases),
        "seasonal naive sMAPE": mean(smape, [one.seasonal_naive for one in cases], cases),
        "seasonal naive MASE": mean(mase, [one.seasonal_naive for one in cases], cases),
    }  # fmt: skip
    shares = (figures[name] / mean(of, simple, cases) for name, of in (("sMAPE", smape), ("MASE", mase)))
    return {**figures, "OWA": round(sum(shares) / 2, 4)}


def of_m4(options: argparse.Namespace) -> dict[str, Any]:
    cases = m4(options.part)
    return figures_of(forecasts(cases, options), cases)


def of_m4_single(options: argparse.Namespace) -> dict[str, Any]:
    cases = m4(options.part)[: options.first]
    found = [forecasts([case], options)[0] for case in cases]
    ratios = [mase(one.median, case) / mase(case.seasonal_naive, case) for one, case in zip(found, cases, strict=True)]
    worse = {case.name: round(ratio, 3) for ratio, case in zip(ratios, cases, strict=True) if ratio > 1.05}
    return {**figures_of(found, cases), "more than 5 % worse than seasonal naive": worse}


def of_single(options: argparse.Namespace) -> dict[str, Any]:
    models: Any = import_module("statsforecast.models")
    figures: dict[str, Any] = {}
    for case in single():
        [found] = forecasts([case], options)
        figures[case.name] = round(mase(found.median, case), 3)
        figures[f"{case.name} inside"] = round(inside(found, case), 3)
        figures[f"{case.name} seasonal naive"] = round(mase(case.seasonal_naive, case), 3)
        for model in (models.AutoETS(season_length=case.season), models.AutoARIMA(season_length=case.season)):
            other = model.forecast(case.past, len(case.truth))["mean"]
            figures[f"{case.name} {type(model).__name__}"] = round(mase(other, case), 3)
    return figures


def made(kind: str, steps: int, seed: int) -> tuple[np.ndarray, int]:
    """A series, and its season."""
    dice, t = np.random.default_rng(seed), np.arange(steps)
    noise = dice.normal(size=steps)
    if kind == "walk":
        return noise.cumsum(), 1
    if kind == "shifting level":
        return 20 + np.repeat(dice.normal(0, 3, steps // 40 + 1), 40)[:steps] + noise, 1
    if kind == "sine":
        return 10 + 3 * np.sin(2 * np.pi * t / 12) + noise, 12
    if kind == "noise":
        return noise, 1
    season = 0.2 * np.sin(2 * np.pi * t / 12) + 0.08 * np.cos(4 * np.pi * t / 12)
    return (110 + 2.6 * t) * np.exp(season + 0.03 * noise), 12


def of_short(options: argparse.Namespace) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for kind in ("walk", "shifting level", "sine", "noise", "trend x season"):
        for steps in (80, 150, 300):
            errors, held = list[float](), list[float]()
            for seed in range(options.seed, options.seed + 4):
                values, season = made(kind, steps + SHORT_AFTER, seed)
                settings = {"model.horizon": SHORT_STEPS, "data.season": season if season > 1 else 0}
                with TemporaryDirectory() as folder:
                    model = recurra.train(
                        values[:steps].tolist(), task="forecast", to=f"{folder}/model", epochs=options.epochs or 60,
                        settings={**settings, **dict(one.split("=", 1) for one in options.set)}, progress=False,
                    )  # fmt: skip
                    found = model.evaluate([values.tolist()], last=SHORT_AFTER).measures
                errors.append(found["relative_mae"].value)
                held.append(found["coverage"].value)
            means = (np.mean(errors), np.max(errors), np.mean(held))
            figures[f"{kind}, {steps}"] = [round(float(one), 3) for one in means]
            print(f"{kind}, {steps}: {figures[f'{kind}, {steps}']}", flush=True)
    return figures


FIGURES = {
    "short": (of_short, "20s"),
    "m4-hourly": (of_m4, "10m"),
    "m4-single": (of_m4_single, "20s"),
    "single": (of_single, "20s"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figure", choices=FIGURES)
    parser.add_argument("--part", choices=("dev", "test"), default="test", help="of M4")
    parser.add_argument("--time", help="of each training")
    parser.add_argument("--epochs", type=float, help="of each training, in place of a time")
    parser.add_argument("--first", type=int, default=50, help="series of m4-single")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    measure, usual = FIGURES[options.figure]
    options.time = options.time or usual
    if options.figure.startswith("m4") and not M4.exists():
        raise SystemExit(f"skipped: {M4} is not there")
    began = time.monotonic()
    try:
        figures = measure(options)
    except ModuleNotFoundError as error:
        raise SystemExit(
            f"skipped: {error.name} is not installed, which has the series (or is compared with)"
        ) from error
    asked = {name: value for name, value in vars(options).items() if value}
    print(json.dumps({**asked, **figures, "seconds": round(time.monotonic() - began)}))
    record(f"forecast {options.figure}", {key: value for key, value in figures.items() if isinstance(value, float)})


if __name__ == "__main__":
    main()
