"""The demo's data: the adding problem, which shows what gates are for (Hochreiter & Schmidhuber 1997).

    value   0.31 0.92 0.11 0.54 0.70 0.23 ...    numbers between 0 and 1
    marker  0    1    0    0    1    0    ...    1 at two of them, one in each half
    sum                                   1.62   what comes next: the sum of the two that were marked

The network reads step after step; at the end it has to say the sum. So it must keep a number it met long ago, and pass
over all the others. In an Elman network the error on its way back to that step is multiplied by the same matrix at
every step between and fades; the cell of an LSTM hands it on. Who always says 1 errs by 1/3 on the average, and that
is where a network stays that remembers nothing.

These data make themselves. No series of the world is among recurra's dependencies, and one that is computed, such as
the length of days, would only look as if it were; this one says what it is.
"""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from recurra.demos.demo import Demo, Learned, Split, write_files

if TYPE_CHECKING:
    from recurra.tasks.answer import Answer
    from recurra.tasks.forecast.answer import ForecastValues

STEPS = 50  # between the first number and the question
TRAINING, HELD_OUT, SEED = 12_000, 500, 1
CLOSE = 0.04  # an answer that is so far off counts as right, as in the paper
SHOWN, DRAWN = 5, 125
Series = Mapping[str, list[float]]

SHARED: dict[str, object] = {
    "data.targets": "sum",
    "data.missing": "mean",  # before the end there is no sum
    "data.window": STEPS,
    "data.valid_share": 0.02,
    "model.width": 48,
    "model.baseline": "none",
    "model.patch": 1,  # what is shown is how far back a cell remembers, step by step
    "model.transform": "none",
    "model.scale": "columns",  # the sum is one of numbers of one scale
    "model.dropout": 0.0,
    "training.learning_rate": 0.01,
    "training.validations": 10,
    "training.patience": 0,
}
NETWORKS = {name: {**SHARED, "model.cell": name} for name in ("lstm", "elman")}


def split(training: int = TRAINING, held_out: int = HELD_OUT, seed: int = SEED) -> Split[Series]:
    """Series whose last step is the question."""
    dice = np.random.default_rng(seed)
    every = [one_series(dice) for _ in range(training + held_out)]
    return Split(every[:training], every[training:])


def one_series(dice: np.random.Generator, steps: int = STEPS) -> Series:
    """Numbers, two marks, and the sum of what is marked as the last step."""
    values = np.round(dice.random(steps), 3)
    marks = np.zeros(steps)
    half = steps // 2
    first, second = int(dice.integers(half)), half + int(dice.integers(steps - half))
    marks[[first, second]] = 1
    total = round(float(values[first] + values[second]), 3)
    return {
        "value": [*values.tolist(), 0.0],
        "marker": [*marks.tolist(), 0.0],
        "sum": [*[float("nan")] * steps, total],
    }


def line(series: Series) -> str:
    """What is marked, and the sum."""
    return f"{STEPS} numbers, marked: {marked(series)}  ->  {series['sum'][-1]:.3f}"


def marked(series: Series) -> str:
    """The two numbers, and the steps they are at."""
    at = [step for step, mark in enumerate(series["marker"]) if mark]
    return " + ".join(f"{series['value'][step]:.3f} at {step + 1}" for step in at)


def write(folder: Path, split: Split) -> Mapping[Path, int]:
    """Tables for `recurra train`. Gives the files and their sizes."""
    return write_files(folder, {"train.csv": split.training, "test.csv": split.held_out}, table)


def table(several: Sequence[Series]) -> str:
    """The steps of all series as rows of CSV."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["series", "value", "marker", "sum"])
    for number, series in enumerate(several, 1):
        for value, mark, total in zip(*series.values(), strict=True):
            rows.writerow([number, value, int(mark), "" if total != total else total])
    return text.getvalue()


def show(learned: Learned) -> None:
    """How far off each network is, some answers, and all of them beside the truth."""
    from recurra.views import Chart, ChartView

    console, held_out = learned.console, learned.held_out
    sums = [series["sum"][-1] for series in held_out]
    pasts = [{name: values[:STEPS] for name, values in series.items()} for series in held_out]
    answers: dict[str, list[Answer[ForecastValues]]] = {name: learned.models[name].predict(pasts) for name in NAMES}
    console.print(f"{len(sums)} held-out series of {STEPS} steps; always saying 1 is {_off([1.0] * len(sums), sums)}")
    for name, found in answers.items():
        medians = [answer.details.columns[0].median[0] for answer in found]
        close = np.mean([abs(a - b) < CLOSE for a, b in zip(medians, sums, strict=True)])
        console.print(f"{NAMES[name]:15} {_off(medians, sums)}, {close:.0%} of its forecasts are within {CLOSE}")
    console.print(answers_table(held_out, answers))
    order: list[int] = np.argsort(sums)[:: max(1, len(sums) // DRAWN)].tolist()
    for name, found in answers.items():
        columns = [found[k].details.columns[0] for k in order]
        low, middle, high = ([column.quantiles[q][0] for column in columns] for q in ("0.1", "0.5", "0.9"))
        title = f"{NAMES[name]}: held-out series by their sum, its forecast and 80 % interval"
        console.print(ChartView(Chart(title, [], middle, low, high, [sums[k] for k in order])))
    console.print(
        f"Its data as tables:    recurra demo forecast --data adding\n"
        f"and then:              recurra evaluate {shlex.quote(str(learned.model.path))} adding/test.csv",
        soft_wrap=True,
    )


NAMES = {"elman": "Elman network", "lstm": "LSTM"}


def _off(said: list[float], sums: list[float]) -> str:
    return f"{np.mean(np.abs(np.array(said) - np.array(sums))):.3f} off on average"


def answers_table(held_out: Sequence[Series], answers: Mapping[str, list[Answer[ForecastValues]]]) -> Table:
    """The marked numbers of some series, their sum, and what each network says."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("marked, at step", "sum", *(NAMES[name] for name in answers)):
        table.add_column(name)
    for k, series in enumerate(held_out[:SHOWN]):
        total = series["sum"][-1]
        said = [found[k].details.columns[0].median[0] for found in answers.values()]
        cells = [Text(f"{value:.2f}", "green" if abs(value - total) < CLOSE else "red") for value in said]
        table.add_row(marked(series), f"{total:.2f}", *cells)
    return table


DEMO = Demo(
    "forecast", split, NETWORKS, show, noun="series", line=line, write=write, time="60s", least=30.0, afterwards=4.0
)
