"""A forecast as a picture in HTML: inline SVG, nothing loaded and nothing run, in the colours of its surroundings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from recurra.text.counted import counted
from recurra.text.visible import visible
from recurra.views.chart import Chart, axis
from recurra.views.style import fragment

WIDTH, HEIGHT, LEFT, EDGE = 640, 220, 70, 8
FORECAST, TRUTH = "#0891b2", "#c026d3"


def chart_html(charts: Iterable[Chart]) -> str:
    """Charts below each other, as a fragment for a notebook."""
    return fragment("".join(map(chart_svg, charts)))


def chart_svg(chart: Chart) -> str:
    """One chart: its title, the picture, and what is said about it for those who do not see it."""
    low, high = chart.bounds
    past = len(chart.past)
    steps = past + max(len(chart.forecast), len(chart.truth))

    def points(values: Sequence[float], first: int) -> list[str]:
        across = (WIDTH - LEFT - EDGE) / max(steps - 1, 1)
        return [
            f"{LEFT + (first + k) * across:.1f},{EDGE + (high - value) / (high - low) * (HEIGHT - 2 * EDGE):.1f}"
            for k, value in enumerate(values)
            if math.isfinite(value)
        ]

    area = [*points(chart.high, past), *reversed(points(chart.low, past))]
    shapes = [
        f'<polygon points="{" ".join(area)}" fill="{FORECAST}" opacity=".2"/>',
        _line(points(chart.past, 0), "currentColor", "past"),
        _line(points(chart.truth, past), TRUTH, "what happened") if chart.truth else "",
        _line(points(chart.forecast, past), FORECAST, "forecast"),
        *_axis(low, high),
    ]
    title = escape(visible(chart.title))
    seen = f"{title}: {counted(past, 'step')} of the past, {len(chart.forecast)} forecast"
    return (
        f'<figure style="margin:0 0 1rem"><figcaption class="note">{title}</figcaption>\n'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{seen}" '
        f'style="max-width:{WIDTH}px;width:100%;height:auto">\n{"".join(shapes)}\n</svg></figure>\n'
    )


def _line(points: Sequence[str], colour: str, title: str) -> str:
    """A line; of a single point, a dot."""
    if len(points) == 1:
        across, down = points[0].split(",")
        return f'<circle cx="{across}" cy="{down}" r="3" fill="{colour}"><title>{title}</title></circle>'
    return (
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="1.6">'
        f"<title>{title}</title></polyline>"
    )


def _axis(low: float, high: float) -> list[str]:
    highest, middle, lowest = axis(low, high, 3)
    places = ((highest, EDGE + 4), (middle, HEIGHT / 2 + 4), (lowest, HEIGHT - EDGE + 4))
    return [
        f'<text x="{LEFT - 8}" y="{down}" text-anchor="end" font-size="11" fill="currentColor">{label}</text>'
        for label, down in places
    ]
