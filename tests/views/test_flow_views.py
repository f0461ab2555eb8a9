"""Gradient flow in the terminal, as a page, in the browser and as a figure: the numbers are those of the record."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from browser import WIDTHS, overflow, violations
from rich.cells import cell_len

from recurra.tracing import Curve, GradientFlow, Jacobians, LayerFlow, Saturation, Verdict
from recurra.views import compared_panel, flow_html, flow_page, flow_panels, flow_text, memory_text
from recurra.views.figures import lines_figure

Opened = Callable[..., Any]  # the fixture `browser_page`
EVIL = "<b>x</b> & \u202emodel\u202c $a$ مودل"


def layer(name: str, rate: float, cell: str = "GRU", length: int = 60) -> LayerFlow:
    """A layer that multiplies every error by `rate`."""
    distance = list(range(length))
    left = [rate ** (d - 1) for d in distance]
    low, high = [one * 0.5 for one in left], [one * 2 for one in left]
    curve = Curve(distance, [9] * length, [3 * one for one in left], left, low, high, {"hidden": left})
    memory = 1 / math.log(1 / rate) if rate < 1 else None
    kind = "vanishing" if left[-1] < 0.01 else "healthy"
    verdict = Verdict(kind, 12 if kind == "vanishing" else None, "words of the layer")
    products = [rate**d for d in (1, 8, 30)]
    gates = [Saturation("update", 0.12, 0.34), Saturation("hidden", 0.56, 0.0, ("= 0", ""))]
    return LayerFlow(name, cell, 24, curve, 0, Jacobians([rate] * 3, [1, 8, 30], products), gates, memory, verdict)


def flow(title: str = "model", *layers: LayerFlow) -> GradientFlow:
    verdict = Verdict("vanishing", 12, "from distance 12 on <nothing> is left", ["change & be <well>"])
    found = [*(layers or (layer("encoder.0.forward", 0.7), layer("decoder.first", 0.99)))]
    return GradientFlow(title, found, verdict, 32, 512, 0.42, ["a note"])


def test_the_verdict_comes_first_and_what_to_change_below_it() -> None:
    lines = flow_text([flow()]).splitlines()
    assert lines[0] == "vanishing: from distance 12 on <nothing> is left"
    assert lines[1] == "- change & be <well>"


@pytest.mark.parametrize("width", [40, 80, 100, 160])
def test_no_line_is_wider_than_there_is_room(width: int) -> None:
    for shown in ([flow()], [flow("a"), flow("b")]):
        assert all(cell_len(line) <= width for line in flow_text(shown, width).splitlines())


def test_the_tables_have_the_numbers_of_the_record() -> None:
    words = " ".join(flow_text([flow()], 140).split())
    assert "encoder.0.forward GRU of 24 vanishing from 12 2.8 steps 1e-09 at 59 0.70" in words
    assert "decoder.first GRU of 24 healthy 99 steps 56 % at 59 0.99" in words
    assert "encoder.0.forward update 12 % < 0.1 34 % > 0.9" in words
    assert "56 % = 0" in words
    assert "512 losses of 32 examples; 42 % of the updates in training were clipped" in words
    assert "- a note" in words


def test_an_effective_memory_beyond_the_data_says_so() -> None:
    assert memory_text(layer("", 1.0)) == "> 58 steps"
    assert memory_text(layer("", 0.5)) == "1.4 steps"
    assert memory_text(layer("", 0.95)) == "19 steps"


def test_several_networks_lie_over_each_other() -> None:
    one, two = flow("a", layer("0", 0.7)), flow("b", layer("0", 0.9, "LSTM"))
    (panel,) = flow_panels([one, two])
    assert [line.name for line in panel.lines] == ["a", "b"]
    assert panel == compared_panel(panel.label, [one, two])
    deep = flow_panels([flow("a"), flow("b")])
    assert [panel.label for panel in deep] == ["signal left in the lowest layer", "a", "b"]
    words = " ".join(flow_text([one, two], 140).split())
    assert "a: vanishing: " in words
    assert "b 0 LSTM of 24" in words


def test_what_no_training_would_notice_is_not_drawn() -> None:
    (line,) = flow_panels([flow("m", layer("0", 0.5))])[0].lines
    drawn = [y for y in line.y if math.isfinite(y)]
    assert len(drawn) == 21  # 2^-19 is 2e-06
    assert min(line.low) == 1e-6


@pytest.mark.parametrize("title", ["plain", EVIL])
def test_the_page_is_whole_loads_nothing_and_shows_names_as_they_are(title: str) -> None:
    page = flow_page([flow(title)])
    assert page.startswith("<!DOCTYPE html>")
    assert "<b>x</b>" not in page
    assert "change &amp; be &lt;well&gt;" in page
    assert "://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert page.count("<details>") == 2
    assert len(re.findall("<figure>", page)) == 2
    fragment = flow_html([flow(title)])
    assert fragment.startswith('<div class="recurra">')
    assert "<script" not in fragment


def test_the_page_has_every_number_of_a_curve() -> None:
    page = flow_page([flow("m", layer("0", 0.9, length=4))])
    (table,) = re.findall(r"<details>.*?</details>", page, re.DOTALL)
    rows = re.findall(r"<td><bdi>(.*?)</bdi></td>", table)
    assert rows[7:14] == ["1", "9", "3", "1", "1", "0.5", "2"]
    assert rows.count("9") == 4


def test_nothing_at_all() -> None:
    bare = GradientFlow("m", [], Verdict("unknown", None, "there is no recurrent layer"), 0, 0)
    assert flow_text([bare]).startswith("unknown: there is no recurrent layer")
    assert "<svg" not in flow_page([bare]).partition("<script")[0]
    short = replace(layer("0", 0.9), curve=Curve([], [], [], [], [], []), jacobians=Jacobians([], [], []))
    assert "0 losses of 0 examples" in flow_text([replace(bare, layers=[short])])
    endless = replace(layer("0", 0.9), curve=Curve([0, 1, 2], [1] * 3, *[[1.0, 1.0, math.inf]] * 4))
    assert "more than any number at 2" in flow_text([replace(bare, layers=[endless])])
    assert "<td><bdi>infinite</bdi></td>" in flow_page([replace(bare, layers=[endless])])


def test_as_a_figure() -> None:
    pytest.importorskip("matplotlib")
    figure = lines_figure(flow_panels([flow()]), "steps", EVIL)
    assert [axes.get_yscale() for axes in figure.axes] == ["log", "log"]
    assert len(figure.axes[0].lines) >= 2


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_in_the_browser(browser_page: Opened, width: str, dark: bool) -> None:
    page = browser_page(flow_page([flow(EVIL), flow("b")]), width=WIDTHS[width], dark=dark)
    assert violations(page) == []
    assert overflow(page) <= 0
    page.locator("summary").first.click()
    assert overflow(page) <= 0


def test_the_keys_say_the_signal_at_a_distance(browser_page: Opened) -> None:
    page = browser_page(flow_page([flow()]))
    chart = page.locator("svg[data-lines]").first
    chart.focus()
    page.keyboard.press("Home")
    said = page.locator("output").first.inner_text()
    assert "encoder.0.forward 1.429 at 0" in said
    assert "decoder.first 1.01 at 0" in said
