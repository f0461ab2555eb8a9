"""A forecast in the terminal: the past, the forecast with its interval, and the truth where it is known.

    21.40 ┤        ⣀⠤⠒⠒⠤⡀    ░░░░
          │      ⡠⠊      ⠈⠢⡀░⣀⠤⠒░
    17.20 ┤⠤⠤⠔⠒⠁          ░⠑⠉░░

A character holds two steps across and four dots in height (braille), so that a line is seen in a few rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from recurra.text.decimals import decimal_text, decimals_for

DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # of a braille character: left column, right column
BRAILLE = 0x2800
STYLES = {"past": "", "forecast": "bold cyan", "truth": "magenta"}
INTERVAL = "░"


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
        every = [value for part in self[1:] for value in part if math.isfinite(value)] or [0.0]
        low, high = min(every), max(every)
        room = abs(low) or 1.0
        return (low, high) if high > low else (low - room, high + room)


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
        canvas.line(kind, first, values)
    lines = [Text(chart.title)] if chart.title else []
    for label, row in zip(labels, canvas.rows(), strict=True):
        lines.append(Text(f"{label:>{margin - 2}} {'┤' if label else '│'}", style="dim").append_text(row))
    lines.append(legend(chart, margin))
    return lines


class Canvas:
    """Characters of braille dots over a shaded ground."""

    def __init__(self, columns: int, height: int, low: float, high: float) -> None:
        self.columns, self.height, self.low, self.high = columns, height, low, high
        self.dots: dict[tuple[int, int], tuple[int, str]] = {}  # (row, column) -> dots and what was drawn last there
        self.shaded: set[tuple[int, int]] = set()

    def line(self, kind: str, first: int, values: Sequence[float]) -> None:
        """One dot a step, and as many below or above it as make it a line."""
        before: int | None = None
        for step, value in enumerate(values, first):
            if not math.isfinite(value):
                before = None
                continue
            here = self._place(value)
            there = here if before is None else before
            for dot in range(min(here, there + (there < here)), max(here, there - (there > here)) + 1):
                self._dot(step, dot, kind)
            before = here

    def shade(self, first: int, lows: Sequence[float], highs: Sequence[float]) -> None:
        """The ground between two bounds."""
        for step, (low, high) in enumerate(zip(lows, highs, strict=True), first):
            if not math.isfinite(low + high):
                continue
            for row in range(self._place(high) // 4, self._place(low) // 4 + 1):
                self.shaded.add((row, step // 2))

    def rows(self) -> list[Text]:
        """The lines, from the top."""
        return [self._row(row) for row in range(self.height)]

    def _row(self, row: int) -> Text:
        text = Text()
        for column in range(self.columns):
            dots, kind = self.dots.get((row, column), (0, ""))
            ground = INTERVAL if (row, column) in self.shaded else " "
            text.append(chr(BRAILLE + dots) if dots else ground, style=STYLES.get(kind, "cyan dim"))
        return text

    def _place(self, value: float) -> int:
        """The dot of a value, from the top."""
        share = (self.high - value) / (self.high - self.low)
        return min(max(round(share * (4 * self.height - 1)), 0), 4 * self.height - 1)

    def _dot(self, step: int, place: int, kind: str) -> None:
        where = (place // 4, step // 2)
        dots, _ = self.dots.get(where, (0, ""))
        self.dots[where] = (dots | DOTS[step % 2][place % 4], kind)


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
        line.append(f"  {INTERVAL}{INTERVAL} interval", style="cyan dim")
    if chart.truth:
        line.append("  ⠤⠤ what happened", style=STYLES["truth"])
    return line
