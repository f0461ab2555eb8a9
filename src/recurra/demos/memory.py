"""The demo of memory: four kinds of cells on two problems that cannot be solved without, and how errors travel in each.

A network learns what was long ago only if the error of now gets there. So each is shown with its result and with the
signal that was left of the error at every distance, before its training and afterwards.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from rich import box
from rich.table import Table
from rich.text import Text
from torch import Tensor

from recurra.demos.demo import Bench, Experiment, write_files
from recurra.demos.forecast import one_series, table
from recurra.demos.memory_problems import PROBLEMS, Adding, Copy, Problem
from recurra.demos.memory_run import BATCH, HELD_OUT, KINDS, TRAINING, WIDTH, Outcome, data_of, tried
from recurra.files import atomic_write
from recurra.say import say
from recurra.text.shares import share_text
from recurra.tracing import GradientFlow
from recurra.views import FlowCharts, Panel, compared_panel, flow_page, memory_text

SEED = 1
LEAST = 0.5  # seconds of training for a network, where the time is over already
PAGE = "memory.html"
LETTERS = "abcdefgh"


def run(bench: Bench) -> None:
    """Trains all networks, one after the other, each in its share of the time, and shows what they came to."""
    torch.set_num_threads(1)  # steps are too small for more
    flows, panels = list[GradientFlow](), list[Panel]()
    for number, problem in enumerate(PROBLEMS):
        bench.console.print(Text(f"\n{problem.name}: {problem.about}", "bold"))
        outcomes = all_tried(problem, bench.deadline, len(KINDS) * (len(PROBLEMS) - number))
        both = [
            compared_panel(f"{problem.name}: signal left before training", [one.before for one in outcomes]),
            compared_panel(f"{problem.name}: signal left after training", [one.after for one in outcomes]),
        ]
        bench.console.print(outcome_table(problem, outcomes), FlowCharts(both))
        flows += [replace(one.after, title=f"{problem.name}, {one.kind.name}") for one in outcomes]
        panels += both
    page = bench.folder / PAGE
    atomic_write(page, flow_page(flows, "Memory: the adding and the copy problem", panels).encode())
    bench.console.print(
        f"\nNetworks of {WIDTH} units, minGRU with two layers; "
        f"batches of {BATCH} of {TRAINING:,} examples, measured on {HELD_OUT} others.\n"
        f"All numbers and charts:  {shlex.quote(str(page))}\n"
        f"The same for your model:  recurra gradients MODEL DATA",
        soft_wrap=True,
    )


def all_tried(problem: Problem, deadline: float, left: int) -> list[Outcome]:
    """Each kind of network on one problem.

    Args:
        deadline: on the clock of time.monotonic.
        left: networks that share the time until then.
    """
    data, outcomes = data_of(problem, SEED), list[Outcome]()
    for number, kind in enumerate(KINDS):
        seconds = max(LEAST, (deadline - time.monotonic()) / (left - number))
        say(f"training {kind.name} on {problem.name} for {seconds:.1f} s")
        outcomes.append(tried(problem, kind, data, seconds, SEED))
    return outcomes


def outcome_table(problem: Problem, outcomes: Sequence[Outcome]) -> Table:
    """A row for each network."""
    found = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in ("network", "held out", "updates", "1/e before", "1/e after", "left", "verdict"):
        found.add_column(head)
    for one in outcomes:
        before, after = one.before.layers[0], one.after.layers[0]
        found.add_row(
            one.kind.name,
            Text(problem.words(one.result), "green" if problem.learned(one.result) else "red"),
            f"{one.updates:,}",
            memory_text(before),
            memory_text(after),
            share_text(after.curve.left[-1]),
            after.verdict.kind,
        )
    longest = outcomes[0].after.layers[0].curve.distance[-1]
    found.caption = (
        f"without any memory: {problem.without}; green: has learned it. "
        "1/e: steps until 1/e of an error is left, before and after training; "
        f"left, verdict: after training, at distance {longest}"
    )
    found.caption_justify = "left"
    return found


def write(folder: Path) -> Mapping[Path, int]:
    """Both problems as files for `recurra train`: tables of series to forecast, and texts to write again."""
    dice = np.random.default_rng(SEED)
    adding = {
        f"adding-{name}.csv": [one_series(dice, Adding.steps) for _ in range(count)]
        for name, count in (("train", TRAINING), ("test", HELD_OUT))
    }
    copy = {
        f"copy-{name}.tsv": Copy().make(count, seed).values.argmax(-1).unbind()
        for name, count, seed in (("train", TRAINING, SEED), ("test", HELD_OUT, SEED + 1))
    }
    return {**write_files(folder, adding, table), **write_files(folder, copy, copied)}


def copied(rows: Sequence[Tensor]) -> str:
    """Lines for translate: the letters, dots and questions of a sequence, a tab, and the letters again."""
    signs = LETTERS[: Copy.letters] + ".?"
    texts = ["".join(signs[int(k)] for k in row) for row in rows]
    return "".join(f"{text}\t{text[: Copy.asked]}\n" for text in texts)


DEMO = Experiment(run, write, noun="examples", time="60s", least=20.0, afterwards=4.0)
