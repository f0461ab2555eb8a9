"""Charts of forecasts in the terminal and as SVG."""

from __future__ import annotations

import math
from xml.etree import ElementTree

from recurra.views import Chart, ChartView, chart_html, chart_lines

RISING = Chart("load <kW>", [1, 2, math.nan, 4], [5, 6], [2, 2], [6.5, 7], [5, 6])


def test_a_line_that_rises_goes_from_below_to_above() -> None:
    title, *rows, legend = (line.plain for line in chart_lines(RISING, 80, height=7))
    assert title == "load <kW>"
    assert len(rows) == 7
    assert rows[0].startswith("7.00 ┤")
    assert rows[3].startswith("4.00 ┤")
    assert rows[6].startswith("1.00 ┤")
    assert all("░" in row or any(map(_dots, row)) for row in rows[:6])
    assert "░" in rows[4]
    first = [next((k for k, row in enumerate(rows) if _dots(row[6 + column])), None) for column in range(3)]
    assert first == sorted(first, reverse=True)  # type: ignore[type-var]
    assert "what happened" in legend
    assert "interval" in legend


def _dots(character: str) -> bool:
    return 0x2800 < ord(character) < 0x2900


def test_all_one_number_and_nothing_known() -> None:
    flat = chart_lines(Chart("", [3, 3], [3], [3], [3]), 40)
    assert "interval" not in flat[-1].plain
    assert len(chart_lines(Chart("", [math.nan], [math.nan], [math.nan], [math.nan]), 40)) == 10


def test_no_line_is_wider_than_there_is_room() -> None:
    long = Chart("", [math.sin(k / 5) for k in range(500)], [0.5] * 8, [0.4] * 8, [0.6] * 8)
    for width in (40, 80):
        lines = chart_lines(long, width)
        assert max(len(line.plain) for line in lines[:-1]) <= width


def test_as_svg() -> None:
    html = chart_html([RISING])
    assert "load &lt;kW&gt;" in html
    svg = html[html.index("<svg") : html.index("</svg>") + 6]
    shapes = [element.tag for element in ElementTree.fromstring(svg)]
    assert shapes[:4] == ["polygon", "polyline", "polyline", "polyline"]
    assert "nan" not in svg
    one = chart_html([Chart("x", [1, 2], [3], [2], [4])])
    assert "<circle" in one  # a single step is no line


def test_rich_prints_it_to_its_width() -> None:
    from rich.console import Console

    console = Console(width=50, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(ChartView(RISING))
    assert all(len(line) <= 50 for line in console.export_text().splitlines()[:-1])
