"""Panels as SVG in HTML: lines, marks and numbers in the colours of their surroundings.

Each line differs by its colour, its pattern and its marks; a mark has its numbers in its title. What a script needs to
say the numbers at any place stands in the attribute `data-lines`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from recurra.text.visible import visible
from recurra.views.document import document
from recurra.views.modules import page_file
from recurra.views.palette import Pen
from recurra.views.panels import Line, Panel, across, pens, thinned
from recurra.views.ticks import tick_text, ticks

WIDTH, HEIGHT = 560, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 14, 12, 30
POINTS = 200  # of a line; one that has more is drawn by means
DIGITS = 4  # of a number that is said
SIZE = 4.0  # of a mark, from its middle
SHAPES = {  # corners around the middle
    "◆": ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
    "▲": ((0, -1.2), (1.1, 0.9), (-1.1, 0.9)),
    "■": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "▼": ((0, 1.2), (1.1, -0.9), (-1.1, -0.9)),
    "★": tuple((r * math.sin(math.pi * k / 5), -r * math.cos(math.pi * k / 5)) for k, r in enumerate([1.5, 0.6] * 5)),
}
STYLE = """
.recurra .panels { display: grid; gap: 1.2rem 2rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
.recurra .panels figure { margin: 0; container-type: inline-size; min-width: 0; }
.recurra .panels figcaption { display: flex; flex-wrap: wrap; gap: 0 1rem; min-height: 1.5em; }
.recurra .panels output { font-variant-numeric: tabular-nums; opacity: .8; }
.recurra .panels svg { display: block; width: 100%; height: auto; overflow: visible; touch-action: pan-y; }
.recurra .panels svg:focus-visible { outline: 2px solid rgb(var(--ink)); outline-offset: 2px; }
.recurra .panels text { font: 12px system-ui, sans-serif; fill: currentColor; opacity: .75; }
@container (max-width: 30rem) { .recurra .panels text { font-size: 16px; } }
.recurra .grid { stroke: currentColor; opacity: .15; }
.recurra .rule { stroke: currentColor; opacity: .6; stroke-dasharray: 2 3; }
.recurra .here { stroke: currentColor; opacity: .5; }
.recurra .keys { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; list-style: none; padding: 0; margin: 0 0 1rem; }
.recurra svg.key { width: 2.6em; height: 1em; vertical-align: -.12em; margin-inline-end: .4em; }
"""


def panels_page(title: str, body: str, style: str = "") -> str:
    """A page of its own, whose script says the numbers at the pointer.

    Args:
        style: a sheet beside that of panels.
    """
    return document(title, body, style=STYLE + style, module=page_file("charts.js") + "\nsayNumbers(document.body);\n")


def panels_html(panels: Sequence[Panel], x_label: str) -> str:
    """The legend, and below it panels beside and below each other, as many in a row as have room.

    Args:
        x_label: what the axis across is.
    """
    known, bounds = pens(panels), across(panels)
    keys = "".join(f"<li>{key_svg(pen)}<bdi>{escape(visible(name))}</bdi></li>\n" for name, pen in known.items())
    figures = "".join(_figure(one, known, bounds, x_label) for one in panels)
    return (
        f'<ul class="keys">\n{keys}<li class="note">across: {escape(visible(x_label))}</li></ul>\n'
        f'<div class="panels">\n{figures}</div>\n'
    )


def key_svg(pen: Pen) -> str:
    """A short piece of a line, for a legend."""
    line = f'<line x1="1" y1="8" x2="41" y2="8" {_stroke(pen)}/>'
    return f'<svg class="key" viewBox="0 0 42 16" aria-hidden="true">{line}{_mark(pen, 21, 8, "")}</svg>'


def number_text(value: float) -> str:
    """A number as it is said."""
    return f"{value:,.{DIGITS}g}" if abs(value) < 10**DIGITS else f"{value:,.0f}"


def _figure(panel: Panel, known: Mapping[str, Pen], bounds: tuple[float, float], x_label: str) -> str:
    thin = [thinned(line, POINTS, bounds) for line in panel.lines]
    place = _Place(panel, bounds)
    shapes = [
        *_grid(panel, place),
        *_rules(panel, place),
        *(_band(line, known[line.name], place) for line in thin if line.low),
        *(_line(line, known[line.name], place) for line in thin),
        *(mark for line in thin if line.marked or len(line.x) == 1 for mark in _marks(line, known[line.name], place)),
    ]
    low, high = panel.bounds
    said = (["logarithmic"] if panel.log else []) + [
        f"dotted: {name}" for value, name in panel.rules if low <= value <= high
    ]
    scale = f' <span class="note">{escape("; ".join(said))}</span>' if said else ""
    whole = all(float(x).is_integer() for line in panel.lines for x in line.x)  # steps and tokens, also their means
    lines = json.dumps(
        [
            {"name": line.name, "x": _short([round(x) for x in line.x] if whole else line.x), "y": _short(line.y)}
            for line in thin
        ]
    )
    frame = json.dumps([*bounds, LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM])
    return (
        f"<figure><figcaption><b>{escape(visible(panel.label))}</b>{scale}<output></output></figcaption>\n"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(visible(_in_words(panel, x_label)))}" '
        f'data-lines="{escape(lines)}" data-frame="{frame}">\n'
        f"{''.join(shapes)}\n</svg></figure>\n"
    )


class _Place:
    """Where numbers lie in a picture."""

    def __init__(self, panel: Panel, bounds: tuple[float, float]) -> None:
        self.panel, self.left, self.right = panel, *bounds
        self.low, self.high = map(self._scaled, panel.bounds)

    def across(self, x: float) -> float:
        return LEFT + (x - self.left) / (self.right - self.left) * (WIDTH - LEFT - RIGHT)

    def down(self, y: float) -> float:
        return TOP + (self.high - self._scaled(y)) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)

    def _scaled(self, y: float) -> float:
        return math.log10(y) if self.panel.log else y


def _grid(panel: Panel, place: _Place) -> Iterator[str]:
    """Thin lines at round numbers, with these beside and below."""
    low, high = panel.bounds
    for value in ticks(low, high, 6, panel.log):
        y = place.down(value)
        yield f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick_text(value)}</text>'
    for value in ticks(place.left, place.right, 6):
        x = place.across(value)
        yield f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}"/>'
        yield f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{tick_text(value)}</text>'


def _rules(panel: Panel, place: _Place) -> Iterator[str]:
    """The thin lines across."""
    low, high = panel.bounds
    for value, _ in panel.rules:
        if low <= value <= high:
            y = place.down(value)
            yield f'<line class="rule" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'


def _band(line: Line, pen: Pen, place: _Place) -> str:
    """From the smallest to the largest of the points that one stands for."""
    seen = [(x, low, high) for x, low, high in zip(line.x, line.low, line.high, strict=True)
            if place.panel.drawn(low) and place.panel.drawn(high)]  # fmt: skip
    points = [(x, high) for x, _, high in seen] + [(x, low) for x, low, _ in reversed(seen)]
    return f'<polygon points="{_points(points, place)}" fill="{pen.colour}" opacity=".18"/>'


def _line(line: Line, pen: Pen, place: _Place) -> str:
    """A line; a gap where a number has no place."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(line.x, line.y, strict=True):
        if place.panel.drawn(y):
            pieces[-1].append((x, y))
        elif pieces[-1]:
            pieces.append([])
    return "".join(
        f'<polyline points="{_points(piece, place)}" fill="none" stroke-linejoin="round" {_stroke(pen)}/>'
        for piece in pieces
        if len(piece) > 1
    )


def _marks(line: Line, pen: Pen, place: _Place) -> Iterator[str]:
    for x, y in zip(line.x, line.y, strict=True):
        if place.panel.drawn(y):
            yield _mark(pen, place.across(x), place.down(y), f"{line.name}: {number_text(y)} at {number_text(x)}")


def _mark(pen: Pen, x: float, y: float, title: str) -> str:
    said = f"<title>{escape(title)}</title>" if title else ""
    if pen.mark not in SHAPES:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{SIZE}" fill="{pen.colour}">{said}</circle>'
    corners = " ".join(f"{x + SIZE * a:.1f},{y + SIZE * b:.1f}" for a, b in SHAPES[pen.mark])
    return f'<polygon points="{corners}" fill="{pen.colour}">{said}</polygon>'


def _stroke(pen: Pen) -> str:
    dashes = f' stroke-dasharray="{" ".join(f"{2 * one:g}" for one in pen.dashes)}"' if pen.dashes else ""
    return f'stroke="{pen.colour}" stroke-width="2"{dashes}'


def _points(points: Sequence[tuple[float, float]], place: _Place) -> str:
    return " ".join(f"{place.across(x):.1f},{place.down(y):.1f}" for x, y in points)


def _short(values: Sequence[float]) -> list[float | None]:
    """With a few more digits than are said; None for what is no number."""
    return [float(f"{value:.{DIGITS + 2}g}") if math.isfinite(value) else None for value in values]


def _in_words(panel: Panel, x_label: str) -> str:
    """What someone hears who does not see the picture."""
    said: list[str] = []
    for line in panel.lines:
        seen = [(x, y) for x, y in zip(line.x, line.y, strict=True) if math.isfinite(y)]
        if seen:
            (_, first), (_, last), (where, least) = seen[0], seen[-1], min(seen, key=lambda point: point[1])
            said.append(f"{line.name} from {number_text(first)} to {number_text(last)}, "
                        f"lowest {number_text(least)} at {number_text(where)}")  # fmt: skip
    return f"{panel.label} over {x_label}: {'; '.join(said)}"
