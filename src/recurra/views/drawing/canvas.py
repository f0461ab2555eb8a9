"""What a drawing is made of: shapes and labels in the order they are painted, and the SVG of them.

A canvas knows where its labels stand and how large they are, about, so that whether two of them overlap is a fact.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import NamedTuple

from recurra.text.visible import visible
from recurra.views.drawing.markup import cut, in_words, symbol_tspans, symbol_width, text_width
from recurra.views.drawing.style import NUMBERS, SYMBOLS, WORDS, painted, style_sheet

Point = tuple[float, float]
BOLD = 1.06  # how much wider than others bold letters are
PANEL_NAME = 13  # size of the name of a panel
ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}
HEAD = 8.0  # length of an arrow's head
ASCENT, DESCENT = 0.76, 0.24  # of the size of a font, above and below the line


class Box(NamedTuple):
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two have an inner point in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


class Label(NamedTuple):
    """A text and where it stands."""

    text: str
    box: Box


@dataclass
class Canvas:
    """Shapes are painted as they are called; `svg` is the drawing.

    Args:
        title: a short name, for screen readers and as what is shown when the pointer rests on the drawing.
        description: what there is to see, in sentences.
    """

    title: str
    description: str
    parts: list[str] = field(default_factory=list[str])
    labels: list[Label] = field(default_factory=list[Label])
    boxes: list[Box] = field(default_factory=list[Box])  # where something is painted
    lines: list[tuple[Point, Point]] = field(default_factory=list[tuple[Point, Point]])  # the straight parts of paths

    def svg(self, margin: float = 12, *, sheet: bool = True) -> str:
        """The drawing, with so much room around it.

        Args:
            sheet: with its style sheet; not where a page has it (style.style_sheet) and allows no other.
        """
        left, top, right, bottom = union(self.boxes)
        left, top = math.floor(left - margin), math.floor(top - margin)
        width, height = math.ceil(right + margin) - left, math.ceil(bottom + margin) - top
        title, description = escape(visible(self.title)), escape(visible(self.description))
        style = f"<style>{style_sheet()}</style>\n" if sheet else ""
        body = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="recurra-drawing" role="img" width="{width}" '
            f'height="{height}" viewBox="{left} {top} {width} {height}" '
            f'font-family="{WORDS}">\n<title>{title}</title>\n<desc>{description}</desc>\n{style}{body}\n</svg>\n'
        )

    @contextmanager
    def group(self, title: str = "", **attributes: str) -> Generator[None]:
        """What is painted within belongs together: <g class=... data-...=...>; the title is shown on hover."""
        names = ((name.strip("_").replace("_", "-"), value) for name, value in attributes.items())
        self.parts.append("<g" + "".join(f' {name}="{escape(value)}"' for name, value in names) + ">")
        if title:
            self.parts.append(f"<title>{escape(visible(title))}</title>")
        yield
        self.parts.append("</g>")

    def reserve(self, box: Box) -> None:
        """Room that is kept free: it counts as painted."""
        self.boxes.append(box)

    @contextmanager
    def panel(self, name: str, padding: float = 22) -> Generator[None]:
        """A ground under all that is painted within, with its name at the top, left of what may leave it there."""
        first, painted_before = len(self.parts), len(self.boxes)
        yield
        within = self.boxes[painted_before:]
        left, top, right, bottom = union(within)
        highest = min(within, key=lambda box: box.top)
        box = Box(left - padding, top - padding - 20, right + padding, bottom + padding)
        above, self.parts = self.parts[first:], self.parts[:first]
        self.rectangle(box, 16, "panel", "edge", 1.25)
        room = (highest.left + highest.right) / 2 - box.left - 28
        shown = cut(name, PANEL_NAME, room / BOLD)
        self.word((box.left + 16, box.top + 24), shown, PANEL_NAME, anchor="start", weight=600)
        self.parts += above

    def rectangle(
        self,
        box: Box,
        radius: float,
        fill: str = "",
        line: str = "",
        width: float = 1.5,
        *,
        tint: str = "",
        dashes: str = "",
    ) -> None:
        """A box with round corners; a tint is a light shade over its fill."""
        sides = f'width="{box.right - box.left:g}" height="{box.bottom - box.top:g}"'
        broken = f' stroke-dasharray="{dashes}"' if dashes else ""
        place = f'x="{box.left:g}" y="{box.top:g}" {sides} rx="{radius:g}"'
        self.boxes.append(box)
        if tint:
            self.parts.append(f"<rect {place}{painted(fill)}/>")
            self.parts.append(f'<rect {place}{painted(tint, line, width)} fill-opacity=".13"{broken}/>')
        else:
            self.parts.append(f"<rect {place}{painted(fill, line, width)}{broken}/>")

    def circle(self, centre: Point, radius: float, fill: str = "", line: str = "", width: float = 1.5) -> None:
        """A circle."""
        place = f'cx="{centre[0]:g}" cy="{centre[1]:g}" r="{radius:g}"'
        self.boxes.append(around(centre, radius, radius))
        self.parts.append(f"<circle {place}{painted(fill, line, width)}/>")

    def path(
        self,
        points: Sequence[Point],
        line: str,
        width: float = 2,
        *,
        arrow: bool = False,
        radius: float = 10,
        dashes: str = "",
    ) -> None:
        """A line through the points, round at its corners; `arrow`: it ends in a head."""
        self.boxes += [around(point, width / 2, width / 2) for point in points]
        self.lines += pairwise(points)
        end = points[-1]
        stem = [*points[:-1], _towards(points[-2], end, HEAD * 0.8)] if arrow else points
        drawn = rounded(stem, radius)
        broken = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(f'<path d="{drawn}"{painted(line=line, width=width)}{broken}/>')
        if arrow:
            self.parts.append(f'<path d="{arrow_head(points[-2], end)}"{painted(fill=line)}/>')

    def symbol(self, place: Point, markup: str, size: float = 17, *, anchor: str = "middle", fill: str = "ink") -> None:
        """A symbol of a formula; its line is at `place`."""
        self._text(place, symbol_tspans(markup, size), size, anchor, fill, SYMBOLS, "")
        self._label(in_words(markup), place, symbol_width(markup, size), size, anchor)

    def word(
        self,
        place: Point,
        text: str,
        size: float = 12,
        *,
        anchor: str = "middle",
        fill: str = "quiet",
        weight: int = 400,
    ) -> None:
        """A plain text; whatever its script, it keeps to itself."""
        bold = f' font-weight="{weight}"' if weight != 400 else ""
        isolated = bold + ("" if text.isascii() else ' direction="ltr" unicode-bidi="isolate"')
        self._text(place, escape(visible(text)), size, anchor, fill, WORDS, isolated)
        self._label(text, place, text_width(text, size) * (BOLD if weight > 400 else 1), size, anchor)

    def operator(self, centre: Point, sign: str, reach: float) -> None:
        """A plus or a cross of two strokes."""
        (x, y), d = centre, reach * (0.72 if sign == "×" else 1)
        ends = f"M{x - d:g},{y - d:g}L{x + d:g},{y + d:g}M{x - d:g},{y + d:g}L{x + d:g},{y - d:g}"
        if sign == "+":
            ends = f"M{x - d:g},{y:g}L{x + d:g},{y:g}M{x:g},{y - d:g}L{x:g},{y + d:g}"
        self.parts.append(f'<path d="{ends}"{painted(line="ink", width=1.75)} stroke-linecap="round"/>')

    def slot(self, place: Point, quantity: str, anchor: str = "start", size: float = 12) -> None:
        """An empty place for a number: whoever shows a step of a real run writes this quantity's value there."""
        self._text(place, "", size, anchor, "ink", NUMBERS, f' data-value="{escape(quantity)}"')
        self._label(f"number of {quantity}", place, text_width("-0.000", size), size, anchor)

    def _text(
        self, place: Point, inside: str, size: float, anchor: str, fill: str, fonts: str, attributes: str
    ) -> None:
        where = f'x="{place[0]:g}" y="{place[1]:g}" font-size="{size:g}"'
        aligned = f' text-anchor="{anchor}"' if anchor != "start" else ""
        family = f' font-family="{fonts}"' if fonts != WORDS else ""  # those of words stand at the root
        self.parts.append(f"<text {where}{aligned}{family}{painted(fill)}{attributes}>{inside}</text>")

    def _label(self, text: str, place: Point, width: float, size: float, anchor: str) -> None:
        left = place[0] - ANCHORS[anchor] * width
        box = Box(left, place[1] - ASCENT * size, left + width, place[1] + DESCENT * size)
        self.labels.append(Label(text, box))
        self.boxes.append(box)


def around(centre: Point, across: float, down: float) -> Box:
    """The box around a point, of this half width and half height."""
    return Box(centre[0] - across, centre[1] - down, centre[0] + across, centre[1] + down)


def union(boxes: Sequence[Box]) -> Box:
    """The smallest box around all of them."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True) if boxes else ([0.0],) * 4
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


def overlapping(labels: Sequence[Label]) -> list[tuple[str, str]]:
    """The pairs of labels that stand on each other."""
    return [
        (one.text, other.text)
        for k, one in enumerate(labels)
        for other in labels[k + 1 :]
        if one.box.overlaps(other.box)
    ]


def rounded(points: Sequence[Point], radius: float) -> str:
    """The path of an SVG through the points, its corners cut by curves."""
    steps = [f"M{_pair(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        steps.append(
            f"L{_pair(_towards(before, corner, reach))}Q{_pair(corner)} {_pair(_towards(after, corner, reach))}"
        )
    return "".join([*steps, f"L{_pair(points[-1])}"])


def arrow_head(before: Point, end: Point) -> str:
    """The path of an arrow's head that points from `before` to `end`."""
    length = math.dist(before, end) or 1.0
    along = ((end[0] - before[0]) / length, (end[1] - before[1]) / length)
    foot = (end[0] - HEAD * along[0], end[1] - HEAD * along[1])
    half = HEAD * 0.5
    sides = (
        (foot[0] - half * along[1], foot[1] + half * along[0]),
        (foot[0] + half * along[1], foot[1] - half * along[0]),
    )
    return f"M{_pair(end)}L{_pair(sides[0])}L{_pair(sides[1])}Z"


def _towards(start: Point, end: Point, short: float) -> Point:
    """The point on the way from `start` to `end` that is `short` before the end."""
    whole = math.dist(start, end)
    share = max(whole - short, 0) / whole if whole else 0
    return (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))


def _pair(point: Point) -> str:
    return f"{round(point[0], 1):g},{round(point[1], 1):g}"
