"""The curves of training runs as HTML: charts, what they come to in words, and the numbers as tables.

The page is one file that loads nothing; its script says the numbers at the pointer or, by the arrow keys, at any place.
The fragment for notebooks has no script: there the marks have titles.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

from recurra.metrics import value_text
from recurra.text.visible import visible
from recurra.tracing import Axis, RunCurves
from recurra.views.curve_panels import AXIS_LABELS, caption, curve_panels, facts, names_of
from recurra.views.measures import label_of
from recurra.views.panels import pens
from recurra.views.panels_svg import STYLE, key_svg, number_text, panels_html, panels_page
from recurra.views.style import fragment

ROWS = 40  # of a table without validations


def curves_page(runs: Sequence[RunCurves], axis: Axis = "steps") -> str:
    """A page of its own.

    Args:
        runs: at least one.
        axis: what they are drawn over.
    """
    title = f"Training curves: {', '.join(names_of(runs))}"
    return panels_page(title, _curves(runs, axis))


def curves_html(runs: Sequence[RunCurves], axis: Axis = "steps") -> str:
    """The same as a fragment."""
    return fragment(f"<style>{STYLE}</style>\n{_curves(runs, axis)}")


def _curves(runs: Sequence[RunCurves], axis: Axis) -> str:
    panels = curve_panels(runs, axis)
    known = pens(panels)
    names = names_of(runs)
    several = len(runs) > 1
    parts: list[str] = []
    for run, name in zip(runs, names, strict=True):
        key = key_svg(known[name]) if several and name in known else ""
        head = f"<p>{key}<b><bdi>{escape(name)}</bdi></b>: {escape(facts(run))}</p>\n"
        sentences = "".join(f"<li>{escape(visible(one))}</li>\n" for one in run.verdict)
        notes = "".join(f'<li class="note">{escape(visible(one))}</li>\n' for one in run.notes)
        parts.append(f"<section>\n{head}<ul>\n{sentences}{notes}</ul>\n</section>\n")
    parts.append(panels_html(panels, AXIS_LABELS[axis]))
    if said := caption(runs):
        parts.append(f'<p class="note">{escape(said)}</p>\n')
    parts += [_numbers(run, name) for run, name in zip(runs, names, strict=True)]
    return "".join(parts)


def _numbers(run: RunCurves, name: str) -> str:
    """The table beneath: a row for each validation; where there is none, for each of some equal parts of the run."""
    measure, unit = label_of(run.measure)
    at = run.validations.step or _parts(run.steps.step)
    heads = ["step", "training loss", "learning rate", "mean gradient norm", "largest", "clipped"]
    if run.validations.step:
        heads[2:2] = ["validation loss", f"{measure}{unit and ','}{unit}"]
    ends = [int(end) for end in np.searchsorted(np.array(run.steps.step), at, side="right")]
    clipped, rows = run.clipped, ""
    for k, (step, first, end) in enumerate(zip(at, [0, *ends], ends, strict=False)):
        part = slice(first, end)
        cells = [
            f"{step:,}",
            _number(_mean(run.steps.loss[part])),
            *_looked(run, k),
            _number(run.steps.learning_rate[end - 1] if end else math.nan),
            _number(_mean(run.steps.gradient_norm[part])),
            _number(max((one for one in run.steps.gradient_norm[part] if math.isfinite(one)), default=math.nan)),
            _percent(_mean(clipped[part])),
        ]
        rows += "<tr>" + "".join(f'<td class="number">{cell}</td>' for cell in cells) + "</tr>\n"
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    return (
        f"<details>\n<summary>The numbers of <bdi>{escape(name)}</bdi></summary>\n"
        '<div class="scroll" tabindex="0" role="region" aria-label="numbers">\n<table class="list">\n'
        "<caption>Training loss, gradient norms and clipped updates: since the row before</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n</details>\n"
    )


def _looked(run: RunCurves, number: int) -> list[str]:
    """What a validation gave; nothing of a run without any."""
    if not run.validations.step:
        return []
    value = run.validations.value[number]
    return [_number(run.validations.loss[number]), "" if math.isnan(value) else value_text(run.measure, value)]


def _parts(steps: Sequence[int]) -> list[int]:
    """The last steps of some equal parts of a run."""
    size = -(-len(steps) // ROWS)
    return [*steps[size - 1 :: size], *(steps[-1:] if len(steps) % size else [])]


def _mean(values: Iterable[float]) -> float:
    seen = [value for value in values if math.isfinite(value)]
    return sum(seen) / len(seen) if seen else math.nan


def _number(value: float) -> str:
    return number_text(value) if math.isfinite(value) else ""


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if math.isfinite(share) else ""
