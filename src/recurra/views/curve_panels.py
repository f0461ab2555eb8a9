"""The curves of training runs as panels: loss, validation measure, learning rate, gradient norm, clipped updates.

Of one run, training and validation lie over each other; of several, each run has its line and the two losses a panel
each. A curve that no run has recorded has no panel; the notes of a run say what it lacks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from recurra.text.counted import duration
from recurra.text.visible import visible
from recurra.tracing import Axis, RunCurves
from recurra.views.measures import label_of
from recurra.views.panels import Line, Panel

AXIS_LABELS: dict[Axis, str] = {"steps": "step", "seconds": "seconds of training", "tokens": "target tokens"}
TRAINING, VALIDATION = "training", "validation"
WIDE = 8.0  # times as large as the smallest is the largest number of a curve on a logarithmic axis
WINDOWS = 40  # of a run, for each of which the share of clipped updates is drawn


class Placed(NamedTuple):
    """A run, its name in the legend, and where its steps and validations lie on the axis."""

    run: RunCurves
    name: str
    steps: list[float]
    looks: list[float]


def curve_panels(runs: Sequence[RunCurves], axis: Axis = "steps") -> list[Panel]:
    """All panels of some runs. Their names are all different."""
    placed = [Placed(run, name, *run.over(axis)) for run, name in zip(runs, names_of(runs), strict=True)]
    alone = len(runs) == 1
    training = [Line(TRAINING if alone else one.name, one.steps, one.run.steps.loss) for one in placed]
    looks = [
        Line(VALIDATION if alone else one.name, one.looks, one.run.validations.loss, marked=True) for one in placed
    ]
    rates = [
        Line(TRAINING if alone else one.name, one.steps, one.run.steps.learning_rate, smooth=True) for one in placed
    ]
    norms = [Line(TRAINING if alone else one.name, one.steps, one.run.steps.gradient_norm) for one in placed]
    shares = [clipped_line(TRAINING if alone else one.name, one) for one in placed]
    losses = [("loss", training + looks)] if alone else [("training loss", training), ("validation loss", looks)]
    limits = {run.clip_norm for run in runs if run.clip_norm}
    panels = [
        *(panel(label, lines) for label, lines in losses),
        *measure_panels(placed),
        panel("learning rate", rates, log=False),
        panel("gradient norm", norms, rules=[(limit, f"clipped above {limit:g}") for limit in sorted(limits)]),
        panel("clipped updates, %", shares if any(share > 0 for one in shares for share in one.y) else [], log=False),
    ]
    return [one for one in panels if one.lines]


def measure_panels(placed: Sequence[Placed]) -> Iterator[Panel]:
    """A panel for each validation measure; those of runs of different tasks cannot lie over each other."""
    for measure in dict.fromkeys(one.run.measure for one in placed if one.run.measure):
        name, unit = label_of(measure)
        lines = [
            Line(VALIDATION if len(placed) == 1 else one.name, one.looks, one.run.validations.value, marked=True)
            for one in placed
            if one.run.measure == measure
        ]
        yield panel(f"{name}{unit and ','}{unit}", lines)


def names_of(runs: Sequence[RunCurves]) -> list[str]:
    """A name for each run; those that are called the same are numbered."""
    names = [visible(run.name) for run in runs]
    return [
        name if names.count(name) == 1 else f"{name} ({names[: k + 1].count(name)})" for k, name in enumerate(names)
    ]


def panel(label: str, lines: Sequence[Line], *, log: bool = True, rules: Sequence[tuple[float, str]] = ()) -> Panel:
    """A panel of the lines that have a number.

    Args:
        log: whether its axis is logarithmic where the numbers are all above zero, and some much larger than others.
    """
    found = [one for one in lines if any(map(math.isfinite, one.y))]
    values = [value for one in found for value in one.y if math.isfinite(value)]
    wide = log and bool(values) and 0 < WIDE * min(values) < max(values)
    return Panel(label, found, wide, rules)


def clipped_line(name: str, placed: Placed) -> Line:
    """The share of clipped updates in each of WINDOWS equal parts of a run, in percent."""
    clipped = placed.run.clipped
    size = max(1, -(-len(clipped) // WINDOWS))
    parts = [(placed.steps[k : k + size], clipped[k : k + size]) for k in range(0, len(clipped), size)]
    return Line(
        name,
        [sum(places) / len(places) for places, _ in parts],
        [100 * sum(values) / len(values) for _, values in parts],
    )


def facts(run: RunCurves) -> str:
    """How long a run was, in one line: 993 of 2,000 steps in 0:18, 52,000 tokens/s; interrupted."""
    done = run.steps.step[-1] if run.steps.step else 0
    of = f" of {run.planned:,}" if run.planned > done else ""
    seconds = [value for value in (*run.steps.seconds, *run.validations.seconds) if math.isfinite(value)]
    known = [
        (tokens, taken)
        for tokens, taken in zip(run.steps.tokens, run.steps.seconds, strict=True)
        if math.isfinite(tokens + taken)
    ]
    taken = sum(taken for _, taken in known)
    speed = f", {sum(tokens for tokens, _ in known) / taken:,.0f} tokens/s" if taken else ""
    time = f" in {duration(sum(seconds))}" if seconds else ""
    end = visible(run.ended) or "no end is recorded: it is still training, or was killed"
    return f"{done:,}{of} step{'' if done == 1 and not of else 's'}{time}{speed}; {end}"


def caption(runs: Sequence[RunCurves]) -> str:
    """What has to be known to read the losses; empty where nothing has to."""
    smoothing = {run.label_smoothing for run in runs if run.label_smoothing}
    if not smoothing:
        return ""
    how = "/".join(f"{one:g}" for one in sorted(smoothing))
    return f"Training losses include label smoothing ({how}), validation losses do not: they may be lower."
