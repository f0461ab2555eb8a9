"""Units of a layer, as a page and in the terminal: the answers are those of the values, for everybody to read."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from browser import WIDTHS, overflow, violations
from documents import EVIL
from rich.console import Console

from recurra.tracing import Activations, Place
from recurra.views import place_lines, units_page, units_table

Opened = Callable[..., Any]
WORDS = ["12 May 2020", "no digits", "7 and 8", "3", "عدد ٧ هنا", EVIL]


def made(units: int = 12) -> Activations:
    """Unit 0 is high at digits, unit 1 low; the others are random but the same each time."""
    texts = [list(text) for text in WORDS]
    tokens = [token for text in texts for token in text]
    values = np.random.default_rng(2).uniform(-0.25, 0.25, (len(tokens), units))
    digits = np.array([token.isdigit() for token in tokens])
    values[:, 0] = np.where(digits, 0.9, -0.1)
    values[:, 1] += np.where(digits, -0.6, 0.1)
    return Activations("encoder.0", "hidden", texts, values.astype(np.float16), notes=["6 of 9 inputs"])


def page_of(found: Activations) -> str:
    return "".join(units_page(found, "Units of a model"))


def values_in(page: Any, section: int = 0) -> list[float]:
    """The numbers before the texts of a list of places."""
    shown = page.locator(".found").nth(section).locator(".value").all_inner_texts()
    return [float(text.replace("−", "-")) for text in shown]


def test_the_unit_that_is_clearest_stands_first(browser_page: Opened) -> None:
    found = made()
    page = browser_page(page_of(found))
    assert page.locator("#one-unit").inner_text() == "Unit 0 correlates with digits (r = 1.00)"
    assert values_in(page) == pytest.approx([place.value for place in found.strongest(0)], abs=0.01)
    assert values_in(page, 1) == pytest.approx([place.value for place in found.strongest(0, 3, lowest=True)], abs=0.01)
    others = page.locator("section").first.locator(".links button").all_inner_texts()
    assert others[0] == "{} ({:.2f})".format(*found.alike(0, 1)[0]).replace("-", "−")
    assert len(others) == 8
    page.locator(".links button").first.click()
    assert page.locator("#one-unit").inner_text().startswith("Unit 1 ")
    assert "unit=1" in page.evaluate("location.hash")


def test_steps_are_marked_and_found_elsewhere(browser_page: Opened) -> None:
    found = made()
    page = browser_page(page_of(found), "#text=0&first=0&last=2")
    units = page.locator(".answer-to-place > p .links button").all_inner_texts()
    assert units == [f"unit {unit}" for unit in found.active(0, 0, 2)]
    assert "unit 0" in units
    pattern = found.pattern(0, 0, 2, count=100)
    expected = [match for match in pattern.matches if match.number != 1]
    assert expected
    assert values_in(page, 3) == pytest.approx([len(one.units) / len(pattern.units) for one in expected[:10]], abs=0.01)
    steps = page.locator(".steps-of button")
    steps.nth(7).hover()
    page.mouse.down()
    steps.nth(10).hover()
    page.mouse.up()
    assert "first=7&last=11" in page.evaluate("location.hash")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowRight")
    marked = steps.evaluate_all("nodes => nodes.flatMap((node, k) => (node.ariaPressed === 'true' ? [k] : []))")
    assert len(marked) == 2


def test_a_threshold_is_set_and_said(browser_page: Opened) -> None:
    page = browser_page(page_of(made()), "#text=3&first=0&last=1&threshold=0.95")
    assert "No unit is above 0.95 at these steps alone." in page.locator(".answer-to-place").inner_text()
    page.locator("[type=range]").fill("0.5")
    assert "unit 0" in page.locator(".answer-to-place").inner_text()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_everybody_can_read_it(browser_page: Opened, width: int, dark: bool) -> None:
    page = browser_page(page_of(made(units=60)), "#text=4&first=1&last=3&threshold=0", width=width, dark=dark)
    assert "\n".join(violations(page)) == ""
    assert overflow(page) <= 0
    page.locator(".unit-list").focus()
    before = page.locator("#one-unit").inner_text()
    page.keyboard.press("ArrowDown")
    assert page.locator("#one-unit").inner_text() != before


def test_of_more_texts_than_there_is_room_for_some_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(units_page.__globals__, "MOST", 300)
    page = page_of(made())
    assert "of 6 texts, spread evenly over them" in page
    assert "<script>alert" not in page


def drawn(*views: Any) -> str:
    console = Console(file=io.StringIO(), width=60)
    for view in views:
        console.print(view, soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_in_a_terminal_names_what_units_follow() -> None:
    lines = drawn(units_table(made())).splitlines()
    assert [line.split()[:3] for line in lines[3:5]] == [["0", "digits", "1.00"], ["1", "digits", "-0.86"]]
    assert "[1]" in lines[3]  # not read as the markup of a style


def test_values_stand_under_the_text() -> None:
    text, bars, *_ = drawn(*place_lines(made(), Place(0, 0, 2, 0.9), 0, 60)).splitlines()
    assert text == "  0.90  12␣May␣2020"
    assert bars == "        ██▔▔▔▔▔████"
    text, bars, *_ = drawn(*place_lines(made(), Place(0, 0, 2, 0.9), [0], 16)).splitlines()
    assert text == "  0.90  12␣May␣2"
