"""Panels as charts of characters in the terminal: in wide terminals two side by side, and what their lines are.

Lines differ by their marks (● ◆ ▲) as well as by colour.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

from recurra.text.visible import visible
from recurra.views.canvas import Canvas
from recurra.views.palette import Pen
from recurra.views.panels import Line, Panel, across, thinned
from recurra.views.ticks import tick_text, ticks

HEIGHT, MOST = 8, 100  # rows of a chart, and columns of the widest one
BESIDE = 110  # columns from which on two charts stand side by side
GAP = 3  # columns between two charts
LEAST = 12  # columns of a chart, in however narrow a terminal
MARKS = 7  # about so many marks has a line whose points are not marked


def charts(panels: Sequence[Panel], known: Mapping[str, Pen], width: int) -> Table:
    """Panels below each other, in wide terminals two beside each other.

    Args:
        known: the pen of each line.
    """
    bounds = across(panels)
    aside = 2 if width >= BESIDE and len(panels) > 1 else 1
    each = min(MOST, width // aside - GAP * (aside - 1))
    drawn = [Group("", *panel_lines(panel, known, bounds, each)) for panel in panels]
    table = Table.grid(padding=(0, GAP, 0, 0), pad_edge=False)
    for k in range(0, len(drawn), aside):
        table.add_row(*drawn[k : k + aside])
    return table


def keys(known: Mapping[str, Pen]) -> list[Text]:
    """The mark and the name of each line."""
    return [Text(f"{pen.mark} {visible(name)}", pen.name) for name, pen in known.items()]


def panel_lines(panel: Panel, known: Mapping[str, Pen], bounds: tuple[float, float], width: int) -> list[Text]:
    """A panel as lines of at most `width` columns: its label, the chart, and the numbers across.

    Args:
        known: the pen of each line.
        bounds: from where to where the axis across goes.
    """
    low, high = (scaled(panel, value) for value in panel.bounds)
    numbers = ticks(*panel.bounds, 5, panel.log)
    margin = max((len(tick_text(value)) for value in numbers), default=0) + 2
    columns = max(LEAST, width - margin)
    canvas = Canvas(columns, HEIGHT, low, high)
    for line in panel.lines:
        draw_band(canvas, panel, line, bounds)
    rules = [(value, name) for value, name in panel.rules if low <= scaled(panel, value) <= high]
    for value, _ in rules:
        canvas.line("dim", 0, [scaled(panel, value) if k % 4 == 0 else math.nan for k in range(2 * columns)])
    for number, line in enumerate(panel.lines):
        draw(canvas, panel, line, known[line.name], bounds, number)
    rows = {canvas.row_of(scaled(panel, value)): tick_text(value) for value in numbers}
    lines = [Text(visible(panel.label) + (" (logarithmic)" if panel.log else ""), "bold")]
    for k, row in enumerate(canvas.rows()):
        label = rows.get(k, "")
        lines.append(Text(f"{label:>{margin - 2}} {'┤' if label else '│'}", "dim").append_text(row))
    return [*lines, numbers_across(bounds, columns, margin), *map(rule_line, rules)]


def scaled(panel: Panel, value: float) -> float:
    """Where a number lies on the axis of its panel; NaN where there is no place for it."""
    if not panel.drawn(value):
        return math.nan
    return math.log10(value) if panel.log else value


def draw(canvas: Canvas, panel: Panel, line: Line, pen: Pen, bounds: tuple[float, float], number: int) -> None:
    """One line with its marks; of several lines each has them at other places."""
    points = places(canvas, panel, line, bounds)
    dots = between(points, 2 * canvas.columns)
    canvas.line(pen.name, 0, dots)
    if line.marked or len(points) == 1:
        for dot, value in points:
            canvas.mark(pen.name, dot, value, pen.mark)
    elif len(panel.lines) > 1 and not any(one.marked for one in panel.lines):
        apart = max(1, len(dots) // MARKS)
        for dot in range(apart * (number % MARKS + 1) // (MARKS + 1), len(dots), apart):
            if math.isfinite(dots[dot]):
                canvas.mark(pen.name, dot, dots[dot], pen.mark)


def draw_band(canvas: Canvas, panel: Panel, line: Line, bounds: tuple[float, float]) -> None:
    """From the smallest to the largest of the points that one dot stands for; of one line only, or nothing is seen."""
    if sum(not one.marked for one in panel.lines) == 1 and not line.marked:
        thin = thinned(line, 2 * canvas.columns, bounds)
        for dot, low, high in zip(dots_of(thin.x, canvas, bounds), thin.low, thin.high, strict=False):
            canvas.shade(dot, [scaled(panel, low)], [scaled(panel, high)])


def places(canvas: Canvas, panel: Panel, line: Line, bounds: tuple[float, float]) -> list[tuple[int, float]]:
    """The points of a line that can be drawn: the step of the canvas, and where on the panel's axis."""
    thin = thinned(line, 2 * canvas.columns, bounds)
    found = zip(dots_of(thin.x, canvas, bounds), (scaled(panel, value) for value in thin.y), strict=True)
    return [(dot, value) for dot, value in found if math.isfinite(value)]


def dots_of(x: Sequence[float], canvas: Canvas, bounds: tuple[float, float]) -> list[int]:
    """The steps of the canvas at which some places of the axis lie."""
    low, high = bounds
    return [round((place - low) / (high - low) * (2 * canvas.columns - 1)) for place in x]


def between(points: Sequence[tuple[int, float]], dots: int) -> list[float]:
    """A number for each step of a canvas: straight from point to point, NaN before the first and after the last."""
    if not points:
        return [math.nan] * dots
    x, y = zip(*points, strict=True)
    return np.interp(np.arange(dots), x, y, left=math.nan, right=math.nan).tolist()


def numbers_across(bounds: tuple[float, float], columns: int, margin: int) -> Text:
    """Round numbers below the places where they lie; those that would touch the one before are left out."""
    low, high = bounds
    row = [" "] * (margin + columns)
    free = 0
    for value in ticks(low, high, max(2, columns // 12)):
        text = tick_text(value)
        start = margin + round((value - low) / (high - low) * (columns - 1)) - len(text) // 2
        start = min(start, margin + columns - len(text))
        if start >= free:
            row[start : start + len(text)] = text
            free = start + len(text) + 1
    return Text("".join(row).rstrip(), "dim")


def rule_line(rule: tuple[float, str]) -> Text:
    """What a dotted line is."""
    return Text(f"⠁⠁⠁ {rule[1]}", "dim")
