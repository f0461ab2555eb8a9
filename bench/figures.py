"""The figures of docs/results.md: train with the defaults of a task, evaluate once, a line for each.

    .venv/bin/python bench/figures.py                       what there is
    .venv/bin/python bench/figures.py trec snips-slots
    .venv/bin/python bench/figures.py 'g2p-2020-*'          and the mean over them
    .venv/bin/python bench/figures.py trec --part dev --set model.pooling=max

With --part dev the development data are measured: to tune on. Test data are read once, at the end: --trained measures
the models that were trained last. Every line is also added to bench/work/figures.jsonl.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable
from fnmatch import fnmatch
from functools import partial
from typing import Any, NamedTuple

import figure_data as data
from command import recurra
from history import record

MODELS = data.ROOT / "bench/work/models"
LINES = data.ROOT / "bench/work/figures.jsonl"


class Figure(NamedTuple):
    """What is measured on which data."""

    files: Callable[[], data.Files]
    measure: str
    time: str
    aim: float
    arguments: tuple[str, ...] = ()  # of `recurra train`: which task, which columns


TOKENS = 25_000  # of historical texts: the training size of the published figures
COLUMNS = ("--source-column", "1,2", "--target-column", "3")
FIGURES = {
    **{
        f"g2p-2021-{name}": Figure(
            partial(data.g2p, "sigmorphon2021_task1/medium", name), "sequence_error_rate", "8m", aim
        )
        for name, aim in (("dut", 16.0), ("fre", 9.5), ("hun", 2.5))
    },
    **{
        f"g2p-2020-{name}": Figure(partial(data.g2p, "sigmorphon2020_task1", name), "sequence_error_rate", "4m", aim)
        for name, aim in (
            ("dut", 16.44), ("fre", 6.22), ("gre", 18.89), ("hun", 5.33),
            ("ice", 10.0), ("jpn", 7.56), ("rum", 10.67), ("vie", 4.67),
        )
    },
    "multi30k": Figure(data.multi30k, "bleu", "45m", 32.0),
    "trec": Figure(data.trec, "accuracy", "3m", 88.0),
    "sst2": Figure(data.sst2, "accuracy", "4m", 80.0),
    "names": Figure(data.names, "macro_f1", "4m", 0.0),
    "names-cnn": Figure(data.names, "macro_f1", "4m", 0.0, ("--set", "model.kind=cnn")),
    "names-feedforward": Figure(data.names, "macro_f1", "4m", 0.0, ("--set", "model.kind=feedforward")),
    "japanese-vowels": Figure(partial(data.series, "JapaneseVowels"), "accuracy", "2m", 97.0),
    "italy-power": Figure(partial(data.series, "ItalyPowerDemand"), "accuracy", "1m", 95.5),
    "snips-intents": Figure(data.snips_intents, "accuracy", "4m", 97.5),
    "snips-slots": Figure(data.snips_slots, "span_f1", "6m", 93.0, ("--task", "tag")),
    "atis": Figure(data.atis, "accuracy", "4m", 98.0),
    "wnut17": Figure(data.wnut17, "span_f1", "5m", 15.0),
    **{
        f"inflection-2016-{name}": Figure(partial(data.inflection_2016, name), "exact_match", "6m", aim, COLUMNS)
        for name, aim in (("navajo", 89.0), ("turkish", 97.0), ("german", 94.0))
    },
    **{
        f"inflection-2022-{name}": Figure(partial(data.inflection_2022, name), "exact_match", "6m", aim, COLUMNS)
        for name, aim in (("pol", 75.0), ("tur", 75.0), ("kat", 74.4))
    },
    **{
        name: Figure(
            partial(data.normalisation, "histnorm_german_ridges", "german-ridges", TOKENS, lower),
            "exact_match", "5m", 84.2,
        )
        for name, lower in (("ridges", False), ("ridges-lower", True))
    },
    "bohoric": Figure(
        partial(data.normalisation, "histnorm_slovene_bohoric", "slovene-goo300k-bohoric", TOKENS),
        "exact_match", "5m", 89.8,
    ),
    "transliteration": Figure(data.transliteration, "token_error_rate", "5m", 22.5),
}  # fmt: skip


def valid(files: list[str]) -> list[str]:
    """Files as the validation data of `recurra train`."""
    return ["--valid", *files] if len(files) == 1 else ["--valid", files[1], "--valid-target", files[3]]


def columns(arguments: tuple[str, ...]) -> list[str]:
    """Of the arguments of `recurra train` those that `recurra evaluate` takes as well."""
    pairs = zip(arguments[::2], arguments[1::2], strict=True)
    return [part for name, value in pairs if name.endswith("-column") for part in (name, value)]


def trained(name: str, figure: Figure, time: str, more: list[str]) -> None:
    """A fresh model."""
    files = figure.files()
    shutil.rmtree(MODELS / name, ignore_errors=True)
    where = ["--to", str(MODELS / name), "--time", time]
    recurra("train", *files.train, *valid(files.dev), *figure.arguments, *where, *more)


def measured(name: str, figure: Figure, part: str) -> dict[str, Any]:
    """All measures of the model on a part of the data."""
    files = figure.files()
    given = files.dev if part == "dev" else files.test
    return json.loads(recurra("evaluate", str(MODELS / name), *given, *columns(figure.arguments), "--json"))["measures"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="*")
    parser.add_argument("--time")
    parser.add_argument("--part", choices=["dev", "test"], default="test")
    parser.add_argument("--trained", action="store_true", help="measure the models that are there")
    parser.add_argument("--set", action="append", default=[])
    options = parser.parse_args()
    chosen = [name for name in FIGURES if any(fnmatch(name, pattern) for pattern in options.figures)]
    if not chosen:
        for name, figure in FIGURES.items():
            print(f"{name}: {figure.measure}, aim {figure.aim}, {figure.time}")
    more, values = [part for one in options.set for part in ("--set", one)], list[float]()
    for name in chosen:
        figure = FIGURES[name]
        time = options.time or figure.time
        if not options.trained:
            trained(name, figure, time, more)
        measures = measured(name, figure, options.part)
        one = measures[figure.measure]
        values.append(one["value"])
        interval = f"({one['low']:.2f} to {one['high']:.2f})"
        print(f"{name} {options.part} {time}: {figure.measure} {one['value']:.2f} {interval}, aim {figure.aim}", *more,
              flush=True)  # fmt: skip
        line = {"figure": name, "part": options.part, "time": time, "set": options.set, "measures": measures}
        with LINES.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        found = {key: round(one[key], 3) for key in ("value", "low", "high")}
        told = {"part": options.part, "time": time, "set": options.set, "measure": figure.measure}
        record(f"figure {name}", {**told, **found})
    if len(values) > 1:
        print(f"mean of {len(values)}: {sum(values) / len(values):.2f}")


if __name__ == "__main__":
    main()
