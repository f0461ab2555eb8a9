"""Charts of one's own lines: the same numbers in a notebook, as text and as a figure."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from recurra.views import Charts, Line, Panel, matrix_figure

FIRST = Panel("loss <nats>", [Line("a & b", [1, 2, 3], [3.0, 2.0, 0.5]), Line("c", [1, 3], [1.0, 1.5])])
CHARTS = Charts([FIRST, Panel("rate", [Line("c", [2], [0.1])])], "update")


def test_a_notebook_gets_every_line_with_its_numbers_and_its_name() -> None:
    html = CHARTS._repr_html_()
    lines = [line for found in re.findall(r'data-lines="([^"]*)"', html) for line in json.loads(unescape(found))]
    assert [(line["name"], line["y"]) for line in lines] == [
        ("a & b", [3, 2, 0.5]), ("c", [1, 1.5]), ("c", [0.1]),
    ]  # fmt: skip
    assert html.count('class="key"') == 2
    assert "a &amp; b" in html
    assert "<nats>" not in html
    assert "<script" not in html


def test_printed_they_have_labels_legend_and_axis() -> None:
    text = str(CHARTS).splitlines()
    assert text[0] == "loss <nats>"
    assert "rate" in text
    assert text[-2:] == ["● a & b   ◆ c", "across: update"]
    assert max(map(len, text)) <= 80


def test_their_name_says_what_they_are_of() -> None:
    assert repr(CHARTS) == "<recurra.Charts of loss <nats>, rate over update>"


def test_the_figure_has_the_same_lines() -> None:
    pytest.importorskip("matplotlib")
    first, second = CHARTS.figure().axes
    assert [list(line.get_ydata()) for line in first.lines] == [[3, 2, 0.5], [1, 1.5]]
    assert len(second.lines) == 1


def test_a_figure_shows_itself_in_a_notebook() -> None:
    pytest.importorskip("matplotlib")
    picture = matrix_figure([[0.0, 1.0]], ["a"], ["b", "c"])._repr_png_()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 1000
