"""What the wide part of classify and regress adds: the network alone, the linear model alone, and both, on the same
examples.

    .venv/bin/python bench/wide.py trec sst2 --part dev --epochs 8 --seeds 1 2
    .venv/bin/python bench/wide.py trec --part dev --epochs 8 --examples 2000
    .venv/bin/python bench/wide.py trec --part test --time 3m
    .venv/bin/python bench/wide.py hourly-change word-effects --epochs 8

A line for each seed: accuracy (of numbers the share of their variance that is explained, R2) of the network without it
(model.wide=off), of the linear model (which is the baseline that is printed beside every model), and of the model with
its defaults. Test data are read once, at the end.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import figure_data as data
from command import recurra
from history import record

SETS: dict[str, Callable[[], data.Files]] = {
    "trec": data.trec,
    "sst2": data.sst2,
    "snips-intents": data.snips_intents,
    "names": data.names,
    "indoor": data.indoor,
    **{name: partial(data.series, name) for name in ("ItalyPowerDemand", "JapaneseVowels", "BasicMotions")},
}
NUMBERS: dict[str, Callable[[], data.Files]] = {"hourly-change": data.hourly_change, "word-effects": data.word_effects}
NAMES = {"off": "network", "auto": "both"}
MODELS = data.ROOT / "bench/work/models"


def fewer(files: data.Files, examples: int) -> list[str]:
    """The training data, reduced to a fixed random sample of `examples` lines of a text file; 0: all."""
    (path,) = files.train
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    if not examples or examples >= len(lines):
        return files.train
    chosen = sorted(random.Random(7).sample(range(len(lines)), examples))
    return data.written(f"{Path(path).stem}-{examples}.tsv", (lines[k] for k in chosen))


def measured(name: str, options: argparse.Namespace, seed: int, wide: str) -> dict[str, float]:
    """How good a fresh model is and the linear model, and the seconds that it took."""
    files, folder = {**SETS, **NUMBERS}[name](), MODELS / f"wide-{name}"
    task, measure = ("regress", "r2") if name in NUMBERS else ("classify", "accuracy")
    shutil.rmtree(folder, ignore_errors=True)
    long = ["--epochs", str(options.epochs)] if options.epochs else ["--time", options.time]
    settings = [part for one in [f"model.wide={wide}", *options.set] for part in ("--set", one)]
    began = time.monotonic()
    valid = ["--valid", *files.dev] if options.valid else []
    train = ["train", *fewer(files, options.examples), *valid, "--task", task, "--to", str(folder)]
    recurra(*train, *long, "--seed", str(seed), *settings)
    seconds = time.monotonic() - began
    given = files.dev if options.part == "dev" else files.test
    found = json.loads(recurra("evaluate", str(folder), *given, "--json"))
    linear = found["baseline"]["measures"][measure]["value"]
    return {"value": found["measures"][measure]["value"], "linear": linear, "seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", choices=[*SETS, *NUMBERS])
    parser.add_argument("--part", choices=["dev", "test"], default="dev")
    parser.add_argument("--epochs", type=int, default=0)
    parser.add_argument("--time", default="3m")
    parser.add_argument("--examples", type=int, default=0, help="number of training examples (texts only); 0: all")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--valid", action="store_true", help="the development data choose the best weights")
    parser.add_argument("--wide", nargs="+", default=[*NAMES], choices=NAMES, help="which models are trained")
    parser.add_argument("--set", action="append", default=[])
    options = parser.parse_args()
    for name in options.sets:
        for seed in options.seeds:
            found = {wide: measured(name, options, seed, wide) for wide in options.wide}
            figures = {NAMES[wide]: one["value"] for wide, one in found.items()}
            figures["linear"] = next(iter(found.values()))["linear"]
            said = ", ".join(f"{part} {value:.3g}" for part, value in figures.items())
            seconds = ", ".join(f"{one['seconds']:.0f}" for one in found.values())
            print(f"{name} {options.part}, seed {seed}: {said} ({seconds} s)", flush=True)
            told = {key: value for key, value in vars(options).items() if key not in ("sets", "seeds")}
            record(f"wide {name}", {**told, "seed": seed, **{key: round(value, 3) for key, value in figures.items()}})


if __name__ == "__main__":
    main()
