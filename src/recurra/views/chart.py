"""A forecast in the terminal: the past, the forecast with its interval, and the truth where it is known.

21.40 ┤        ⣀⠤⠒⠒⠤⡀    ░░░░
      │      ⡠⠊      ⠈⠢⡀░⣀⠤⠒░
17.20 ┤⠤⠤⠔⠒⠁          ░⠑⠉░░
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from recurra.text.decimals import decimal_text, decimals_for
from recurra.views.canvas import GROUND, GROUND_STYLE, Canvas
from recurra.views.panels import spread

STYLES = {"past": "", "forecast": "bold cyan", "truth": "magenta"}


class Chart(NamedTuple):
    """What is drawn. All but the past begin at the first step that is forecast; NaN leaves a gap."""

    title: str
    past: Sequence[float]
    forecast: Sequence[float]
    low: Sequence[float]  # the bounds of the interval
    high: Sequence[float]
    truth: Sequence[float] = ()  # empty where it is not known

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest number; apart where all are one."""
        return spread([value for part in self[1:] for value in part if math.isfinite(value)] or [0.0])


class ChartView:
    """A chart that rich prints to the width at hand.

    Args:
        height: rows.
    """

    def __init__(self, chart: Chart, height: int = 9) -> None:
        self.chart = chart
        self.height = height

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from chart_lines(self.chart, options.max_width, self.height)


def chart_lines(chart: Chart, width: int, height: int = 9) -> list[Text]:
    """The chart as lines of at most `width` columns; the oldest steps are left out where there is no room."""
    low, high = chart.bounds
    labels = axis(low, high, height)
    margin = max(map(len, labels)) + 2
    ahead = max(len(chart.forecast), len(chart.truth))
    room = max(2 * (width - margin), ahead + 2)
    past = list(chart.past)[-(room - ahead) :]
    canvas = Canvas(-(-(len(past) + ahead) // 2), height, low, high)
    canvas.shade(len(past), chart.low, chart.high)
    for kind, first, values in (("past", 0, past), ("truth", len(past), chart.truth),
                                ("forecast", len(past), chart.forecast)):  # fmt: skip
        canvas.line(STYLES[kind], first, values)
    lines = [Text(chart.title)] if chart.title else []
    for label, row in zip(labels, canvas.rows(), strict=True):
        lines.append(Text(f"{label:>{margin - 2}} {'┤' if label else '│'}", style="dim").append_text(row))
    lines.append(legend(chart, margin))
    return lines


def axis(low: float, high: float, height: int) -> list[str]:
    """What stands before each row: the highest number, the middle, the lowest, and nothing between."""
    decimals = decimals_for(high - low, digits=3)
    rows = {0: high, height // 2: (low + high) / 2, height - 1: low}
    return [decimal_text(rows[row], decimals, grouped=True) if row in rows else "" for row in range(height)]


def legend(chart: Chart, margin: int) -> Text:
    """What is what."""
    line = Text(" " * margin)
    if chart.past:
        line.append("⠤⠤ past  ", style=STYLES["past"])
    line.append("⠤⠤ forecast", style=STYLES["forecast"])
    if list(chart.low) != list(chart.high):
        line.append(f"  {GROUND}{GROUND} interval", style=GROUND_STYLE)
    if chart.truth:
        line.append("  ⠤⠤ what happened", style=STYLES["truth"])
    return line
