"""Lines over a common axis, in panels below each other, as plain data: the terminal, SVG and matplotlib draw the same.

A line of very many points is drawn by fewer: each is the mean of those in an equal part of the axis, and a band goes
from the smallest of them to the largest.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from recurra.views.palette import Pen, pen

NEAR = 0.3  # of the highest number: an axis of numbers above zero that begins below it begins at zero


class Line(NamedTuple):
    """A line of a panel. Where its number is not finite, there is a gap.

    Args:
        name: in the legend; lines of one name have one pen in all panels.
        x, y: its N points, from left to right.
        low, high: bounds of a band around it [N]; empty where it has none.
        marked: whether each of its points is marked, as of few points.
        smooth: whether it goes straight from point to point, so that no band is needed where it is drawn by fewer.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    marked: bool = False
    smooth: bool = False


class Panel(NamedTuple):
    """Lines that are drawn over each other.

    Args:
        label: what is drawn, at its axis.
        log: whether the axis is logarithmic; what is not above zero is then a gap.
        rules: numbers at which a thin line goes across, with their names.
    """

    label: str
    lines: Sequence[Line]
    log: bool = False
    rules: Sequence[tuple[float, str]] = ()

    def drawn(self, value: float) -> bool:
        """Whether there is a place for a number."""
        return math.isfinite(value) and (value > 0 or not self.log)

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest number that is drawn, bands included; apart where all are one.

        A linear axis begins at zero where that is not far.
        """
        every = [value for line in self.lines for part in (line.y, line.low, line.high) for value in part]
        low, high = spread([value for value in every if self.drawn(value)], self.log)
        return (0.0 if not self.log and 0 < low < NEAR * high else low), high


def spread(values: Sequence[float], log: bool = False) -> tuple[float, float]:
    """The lowest and the highest of some numbers, apart where all are one or there is none."""
    if not values:
        return (0.1, 1.0) if log else (0.0, 1.0)
    low, high = min(values), max(values)
    if low < high:
        return low, high
    return (low / 2, high * 2) if log else (low - (abs(low) or 1.0), high + (abs(high) or 1.0))


def across(panels: Iterable[Panel]) -> tuple[float, float]:
    """From where to where the axis of all panels goes."""
    places = [place for panel in panels for line in panel.lines for place in line.x]
    return spread([place for place in places if math.isfinite(place)])


def pens(panels: Iterable[Panel]) -> dict[str, Pen]:
    """The pen of each line by its name, in the order in which they come."""
    names = dict.fromkeys(line.name for panel in panels for line in panel.lines)
    return {name: pen(number) for number, name in enumerate(names)}


def thinned(line: Line, parts: int, bounds: tuple[float, float]) -> Line:
    """A line of more points than parts of the axis, by their means, with a band; others as they are.

    Args:
        bounds: from where to where the axis goes.
    """
    if len(line.x) <= parts:
        return line
    x, y = np.array(line.x, dtype=float), np.array(line.y, dtype=float)
    seen = np.isfinite(x) & np.isfinite(y)
    x, y = x[seen], y[seen]
    if not len(x):
        return Line(line.name, [], [], marked=line.marked)
    low, high = bounds
    part = np.clip((x - low) / (high - low) * parts, 0, parts - 1).astype(int)
    first = np.flatnonzero(np.diff(part, prepend=-1))  # the first point of each part that has any
    counts = np.diff(first, append=len(x))
    drawn = [np.add.reduceat(values, first) / counts for values in (x, y)]
    if not line.smooth:
        drawn += [end.reduceat(y, first) for end in (np.minimum, np.maximum)]
    return Line(line.name, *(values.tolist() for values in drawn), marked=line.marked, smooth=line.smooth)
