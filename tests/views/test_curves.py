"""Curves as text, HTML and figures: the recorded numbers at their places, also for those who do not see them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from browser import WIDTHS, overflow, violations
from documents import EVIL, Document
from made_runs import events, write_run
from rich.console import Console

import recurra
from recurra.runs import read_run
from recurra.tracing import RunCurves, StepCurves
from recurra.views import CurvesView, Line, Panel, curves_html, curves_page, curves_text
from recurra.views.curve_panels import curve_panels
from recurra.views.panels import across, pens, thinned
from recurra.views.panels_text import panel_lines
from recurra.views.ticks import tick_text, ticks

Opened = Callable[..., Any]  # the fixture `browser_page`


@pytest.fixture
def run(tmp_path: Path) -> RunCurves:
    falling = events(
        training=lambda done: 4 * 0.1**done, valid=lambda done: 3 * 0.1**done, norm=lambda done: 3 - 2.9 * done
    )
    return read_run(write_run(tmp_path / "falling", falling))


def printed(runs: list[RunCurves], width: int) -> str:
    console = Console(file=StringIO(), width=width, color_system=None)
    with console.capture() as capture:
        console.print(CurvesView(runs))
    return capture.get()


def dots(text: str) -> bool:
    return any(0x2800 < ord(sign) < 0x2900 for sign in text)


def test_a_line_is_drawn_from_above_to_below_between_its_numbers() -> None:
    panel = Panel("x", [Line("a", [0, 10], [8.0, 0.0])])
    label, *rows, numbers = (one.plain for one in panel_lines(panel, pens([panel]), across([panel]), 24))
    assert label == "x"
    assert rows[0].startswith("8 ┤")
    assert rows[-1].startswith("0 ┤")
    first = [next((k for k, sign in enumerate(row[3:]) if dots(sign)), -1) for row in rows]
    assert first == sorted(first)
    assert first[0] == 0
    assert len(rows[-1]) == 24
    assert numbers.split()[0] == "0"


def test_on_a_logarithmic_axis_equal_factors_are_equally_far() -> None:
    panel = Panel("x", [Line("a", [1, 2, 3], [100.0, 10.0, 1.0], marked=True)], log=True)
    rows = [one.plain for one in panel_lines(panel, pens([panel]), across([panel]), 40)][1:-1]
    marked = [k for k, row in enumerate(rows) if "●" in row]
    assert marked[2] - marked[1] == pytest.approx(marked[1] - marked[0], abs=1)
    assert [row.split("┤")[0].strip() for row in rows if "┤" in row] == ["100", "10", "1"]


def test_lines_differ_by_marks_without_colours(run: RunCurves) -> None:
    text = printed([run, replace(run, name="other")], 80)
    chart = text[text.index("training loss") : text.index("validation loss")]
    assert chart.count("●") + chart.count("◆") >= 7
    assert "● falling:" in text
    assert "◆ other:" in text


@pytest.mark.parametrize("width", [20, 40, 80, 160, 300])
def test_no_line_is_wider_than_there_is_room(run: RunCurves, width: int) -> None:
    for runs in ([run], [run, replace(run, name="other")]):
        assert max(map(len, printed(runs, width).splitlines())) <= width


def test_a_run_of_one_step_and_of_nothing_but_steps(tmp_path: Path) -> None:
    one = RunCurves("one", StepCurves([1], [2.0], [0.1], [0.5], [10.0], [0.1]))
    bare = RunCurves("bare", StepCurves([1, 2], [2.0, math.nan], *[[math.nan] * 2] * 4))
    for runs in ([one], [bare], [one, bare]):
        assert "loss" in curves_text(runs)
        assert "<svg" in curves_page(runs)
        assert recurra.Curves(tuple(runs)).figure().axes
    assert [panel.label for panel in curve_panels([bare])] == ["loss"]


def test_a_linear_axis_begins_at_zero_where_that_is_near() -> None:
    assert Panel("", [Line("a", [1, 2], [1.0, 10.0])]).bounds == (0.0, 10.0)
    assert Panel("", [Line("a", [1, 2], [9.0, 10.0])]).bounds == (9.0, 10.0)
    assert Panel("", [Line("a", [1, 2], [1.0, 10.0])], log=True).bounds == (1.0, 10.0)
    assert Panel("", [Line("a", [1, 2], [5.0, 5.0])]).bounds == (0.0, 10.0)
    assert Panel("", [Line("a", [1], [0.0])], log=True).bounds == (0.1, 1.0)


def test_a_line_of_many_points_is_drawn_by_means_and_a_band() -> None:
    line = Line("a", list(range(1, 101)), [float(k % 2) for k in range(100)])
    thin = thinned(line, 10, (1, 100))
    assert len(thin.x) == 10
    assert thin.y == pytest.approx([0.5] * 10, abs=0.1)
    assert (set(thin.low), set(thin.high)) == ({0.0}, {1.0})
    assert thinned(line._replace(smooth=True), 10, (1, 100)).low == ()
    assert thinned(line, 100, (1, 100)) is line
    assert thinned(Line("a", list(range(50)), [math.nan] * 50), 10, (0, 49)) == Line("a", [], [])


@pytest.mark.parametrize("most", [2, 3, 5, 8])
@pytest.mark.parametrize(
    "bounds", [(0, 1), (1, 1599), (-3.5, 2), (0.0513, 0.0514), (1e-9, 5e-9), (0, 3e9), (43.2, 95.1)]
)
def test_ticks_are_few_and_within(bounds: tuple[float, float], most: int) -> None:
    for log in (False, True):
        if log and bounds[0] <= 0:
            continue
        found = ticks(*bounds, most, log)
        room = 1e-6 * (bounds[1] - bounds[0])
        assert len(found) <= most
        assert all(bounds[0] - room <= value <= bounds[1] + room for value in found)
        assert found == sorted(set(found))
        assert len(set(map(tick_text, found))) == len(found) or bounds[0] == 0.0513


def test_round_numbers_are_written_shortly() -> None:
    assert [*map(tick_text, (0, 0.05, 0.30000000000000004, 2000.0, 1.5e6, 1e-5, -20))] == [
        "0", "0.05", "0.3", "2,000", "1.5M", "1e-05", "-20",
    ]  # fmt: skip


def test_the_page_is_whole_and_loads_nothing_and_shows_names_as_they_are(run: RunCurves) -> None:
    page = curves_page([replace(run, name=EVIL), run])
    document = Document(page)
    assert sum(tag == "script" for tag, _ in document.tags) == 1
    for _, attributes in document.tags:
        assert not {"src", "href"} & attributes.keys()
        assert not [key for key in attributes if key.startswith("on")]
    without_namespace = page.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|@import|url\(", without_namespace)
    assert "\u202e" not in page
    assert "nan" not in "".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL)).lower()


def test_a_chart_says_its_numbers_to_those_who_do_not_see_it(run: RunCurves) -> None:
    html = curves_html([run])
    assert "<script" not in html
    charts = [ElementTree.fromstring(one) for one in re.findall(r"<svg viewBox=\"0 0 560.*?</svg>", html, re.DOTALL)]
    loss = charts[0]
    assert loss.get("role") == "img"
    assert loss.get("aria-label") == (
        "loss over step: training from 3.977 to 0.4, lowest 0.4 at 400; validation from 2.674 to 0.3, lowest 0.3 at 400"
    )
    titles = [title.text for title in loss.iter("title")]
    assert len(titles) == 20
    assert titles[-1] == "validation: 0.3 at 400"
    training, validation = json.loads(loss.get("data-lines", ""))
    assert (training["name"], validation["name"]) == ("training", "validation")
    assert validation["x"] == run.validations.step
    assert validation["y"] == pytest.approx(run.validations.loss, rel=1e-5)


def test_points_lie_where_their_numbers_say(run: RunCurves) -> None:
    html = curves_html([run])
    loss = ElementTree.fromstring(re.findall(r"<svg viewBox=\"0 0 560.*?</svg>", html, re.DOTALL)[0])
    low, high, left, right, top, bottom = json.loads(loss.get("data-frame", ""))
    assert (low, high) == (1, 400)
    marks = [one for one in loss.iter("polygon") if one.find("title") is not None]
    corners = [[tuple(map(float, point.split(","))) for point in one.get("points", "").split()] for one in marks]
    middle = [(sum(x for x, _ in one) / len(one), sum(y for _, y in one) / len(one)) for one in corners]
    bounds = curve_panels([run])[0].bounds
    for (x, y), step, value in zip(middle, run.validations.step, run.validations.loss, strict=True):
        assert x == pytest.approx(left + (step - low) / (high - low) * (right - left), abs=0.2)
        share = math.log(value / bounds[0]) / math.log(bounds[1] / bounds[0])
        assert y == pytest.approx(bottom - share * (bottom - top), abs=0.2)


def test_the_table_beneath_has_every_validation(run: RunCurves) -> None:
    table = curves_html([run]).split("<tbody>")[1]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in table.split("<tr>")[1:]]
    assert len(rows) == 20
    mean = sum(run.steps.loss[:20]) / 20
    assert rows[0][:4] == ["20", f"{mean:.4g}", f"{run.validations.loss[0]:.4g}", "50.00"]
    assert rows[0][-2:] == [f"{max(run.steps.gradient_norm[:20]):.4g}", "100.0 %"]
    assert rows[-1][0] == "400"


def test_runs_of_different_tasks_have_their_measures_apart(run: RunCurves) -> None:
    other = replace(run, name="other", measure="bits_per_character")
    labels = [panel.label for panel in curve_panels([run, other])]
    assert labels[2:4] == ["token error rate, %", "bits per character"]


def test_runs_of_one_name_are_told_apart(run: RunCurves) -> None:
    assert [line.name for line in curve_panels([run, run])[0].lines] == ["falling (1)", "falling (2)"]


def test_as_a_figure(run: RunCurves) -> None:
    figure = recurra.Curves((run,)).figure()
    assert [axes.get_ylabel() for axes in figure.axes] == [
        "loss", "token error rate, %", "learning rate", "gradient norm", "clipped updates, %",
    ]  # fmt: skip
    assert figure.axes[-1].get_xlabel() == "step"


def test_in_python(run: RunCurves, tmp_path: Path) -> None:
    found = recurra.curves(tmp_path / "falling", over="tokens")
    assert str(found).startswith("falling: 400 steps")
    assert found._repr_html_().startswith('<div class="recurra">')
    assert found.runs[0] == run
    with pytest.raises(recurra.RecurraError, match="unknown axis 'epochs'"):
        recurra.curves(tmp_path / "falling", over="epochs")
    with pytest.raises(recurra.RecurraError, match="expected the path of a model folder"):
        recurra.curves(7)  # type: ignore[arg-type]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_in_the_browser(run: RunCurves, browser_page: Opened, width: str, dark: bool) -> None:
    page = browser_page(curves_page([run, replace(run, name=EVIL)]), width=WIDTHS[width], dark=dark)
    assert page.locator(".panels figure").count() == 6
    assert overflow(page) == 0
    page.locator("summary").first.click()
    assert overflow(page) == 0
    assert violations(page) == []


def test_the_pointer_and_the_keys_say_the_numbers_of_all_charts(run: RunCurves, browser_page: Opened) -> None:
    page = browser_page(curves_page([run]))
    charts, said = page.locator(".panels svg"), page.locator(".panels output")
    box = charts.nth(1).bounding_box()
    across = box["x"] + box["width"] * (64 + (200 - 1) / 399 * (560 - 64 - 14)) / 560
    page.mouse.move(across, box["y"] + 50)
    loss = run.validations.loss[9]
    assert f"validation {loss:.4g} at 200" in said.nth(0).text_content()
    assert said.nth(1).text_content() == "validation 50 at 200"
    page.mouse.move(1, 1)
    assert said.nth(0).text_content() == ""
    charts.nth(0).focus()  # where the pointer was last
    assert f"validation {loss:.4g} at 200" in said.nth(0).text_content()
    page.keyboard.press("End")
    assert said.nth(0).text_content() == "training 0.4012 at 400 · validation 0.3 at 400"
    page.keyboard.press("Home")
    assert charts.nth(0).get_attribute("aria-valuenow") == "1"
    page.keyboard.press("PageDown")  # no further than the end
    assert charts.nth(0).get_attribute("aria-valuenow") == "1"
    for _ in range(5):
        page.keyboard.press("PageUp")
    assert "validation" in charts.nth(0).get_attribute("aria-valuetext")
    assert said.nth(2).text_content() == charts.nth(2).get_attribute("aria-valuetext")
    page.keyboard.press("Tab")
    assert charts.nth(1).evaluate("node => node === document.activeElement")
    assert float(charts.nth(1).get_attribute("aria-valuenow")) == pytest.approx(1 + 399 / 2)
