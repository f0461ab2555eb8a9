"""A step of a cell in the page: the numbers are the trace's, and the equations with them add up."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from browser import WIDTHS, overflow, violations
from cell_traces import KINDS, trace_of

from recurra.tracing import LayerTrace, Trace
from recurra.views import inspect_page
from recurra.views.cell_drawings import cell_drawings, name_of

Opened = Callable[..., Any]
TOKENS = list("abcd")
FUNCTIONS: dict[str, Any] = {
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "tanh": math.tanh,
    "ReLU": lambda a: max(0.0, a),
    "g": lambda a: a + 0.5 if a >= 0 else 1 / (1 + math.exp(-a)),
}
CLOSE = 0.004  # numbers on the screen have three decimals


def page_of(trace: Trace) -> str:
    return "".join(inspect_page(trace))


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def on_wires(page: Any) -> dict[str, str]:
    """Quantity -> what stands at it in the drawing."""
    slots = page.locator(".drawing [data-value]").evaluate_all("all => all.map(n => [n.dataset.value, n.textContent])")
    return {quantity: text for quantity, text in slots if text}


def equations(page: Any) -> dict[str, list[str]]:
    """Quantity -> what the equation with its numbers says, between the signs of equality."""
    rows = page.locator(".equation").evaluate_all(
        "all => all.map(n => [n.dataset.q, n.querySelector('.numbers').textContent])"
    )
    return {quantity: text.split("=")[1:] for quantity, text in rows}


def computed(text: str) -> float:
    """The number of a right side as it is printed."""
    plain = text.replace("−", "-").replace("·", "*").replace("σ", "sigmoid")
    return float(eval(plain, {"__builtins__": {}}, FUNCTIONS))


def state_before(layer: LayerTrace, name: str, t: int) -> np.ndarray[Any, Any]:
    before = t + 1 if layer.backward else t - 1
    return layer.states[name][before] if 0 <= before < len(layer.tokens) else layer.before[name]


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_those_of_the_trace_and_equations_add_up(browser_page: Opened, kind: str) -> None:
    trace = trace_of(kind, TOKENS)
    diagram = cell_drawings([trace])[name_of(trace.layers[0])]
    page = browser_page(page_of(trace))
    for layer in trace.layers:
        for t, unit in ((0, 1), (1, 5), (3, 2)):
            page.evaluate("hash => { location.hash = hash }", f"tab=cell&layer={layer.name}&place={t}&unit={unit}")
            expected = {quantity: layer.gates[name][t, unit] for quantity, name in diagram["gates"].items()}
            expected |= {"h": layer.states["hidden"][t, unit], "h_prev": state_before(layer, "hidden", t)[unit]}
            if "cell" in layer.states:
                expected |= {"c": layer.states["cell"][t, unit], "c_prev": state_before(layer, "cell", t)[unit]}
            seen = on_wires(page)
            assert seen["x"] == TOKENS[t]
            for quantity in expected.keys() & diagram["symbols"].keys():
                assert number(seen[quantity]) == pytest.approx(expected[quantity], abs=0.0006)
            lines = equations(page)
            assert {"h"} < lines.keys()
            for quantity, parts in lines.items():
                if not parts:  # a sum that ReLU made 0 of: no number is known
                    assert (kind, quantity, number(seen["h"])) == ("elman relu", "a", 0)
                    continue
                *right, result = parts
                if quantity in expected:
                    assert number(result) == pytest.approx(expected[quantity], abs=0.0006)
                if right and "<" not in right[0]:
                    assert computed(right[0]) == pytest.approx(number(result), abs=CLOSE)
            assert len(lines["h"]) == 2  # what is left of time is always shown with its numbers


def test_keys_and_buttons_go_the_way_the_layer_went(browser_page: Opened) -> None:
    page = browser_page(page_of(trace_of("gru", TOKENS)), "#tab=cell&layer=encoder.0.backward&place=2&unit=1")
    said = page.locator(".go p")
    assert said.inner_text() == "Step 2 of 4 reads “\u2068c\u2069”"
    page.get_by_role("button", name="next step").click()
    assert said.inner_text() == "Step 3 of 4 reads “\u2068b\u2069”"
    page.locator(".walk .strip").press("ArrowRight")
    assert said.inner_text() == "Step 2 of 4 reads “\u2068c\u2069”"
    page.get_by_role("button", name="the layer below").click()
    assert said.inner_text() == "Step 3 of 4 reads “\u2068c\u2069”"
    page.get_by_role("spinbutton", name="Unit").fill("4")
    assert page.locator(".meaning").inner_text().startswith("Unit 4 keeps")
    page.wait_for_url(re.compile(r"layer=encoder\.0\.forward.*unit=4"))


def test_a_symbol_lights_up_its_wire_and_its_equation(browser_page: Opened) -> None:
    page = browser_page(page_of(trace_of("lstm", TOKENS)), "#tab=cell")
    lit = "all => [...new Set(all.map(n => n.dataset.q))]"
    page.locator(".equation button[data-q=f]").focus()
    assert page.locator(".alight").evaluate_all(lit) == ["f"]
    assert page.locator(".drawing .wire.alight").count() == 1
    page.keyboard.press("Enter")
    page.locator(".walk .strip").focus()
    assert page.locator(".equation button[data-q=f]").get_attribute("aria-pressed") == "true"
    page.keyboard.press("ArrowRight")  # it stays lit at the next step
    assert page.locator(".alight").evaluate_all(lit) == ["f"]
    page.locator(".drawing .wire[data-q=o] .hit").first.dispatch_event("pointerover")
    assert page.locator(".alight").evaluate_all(lit) == ["o"]


def test_arrow_keys_step_on_and_the_focus_stays_on_its_symbol(browser_page: Opened) -> None:
    page = browser_page(page_of(trace_of("lstm", TOKENS)), "#tab=cell&layer=encoder.0.forward&unit=1")
    page.locator(".equation button[data-q=o]").press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator(".go p").inner_text() == "Step 3 of 4 reads “\u2068c\u2069”"
    assert page.evaluate("document.activeElement.dataset.q") == "o"


def test_several_steps_may_stand_at_one_place_of_the_text(browser_page: Opened) -> None:
    """Where readers see one letter, a layer may read it and its accent one after the other."""
    trace = trace_of("gru", ["e", "\u0301", "a"])
    page = browser_page(
        page_of(replace(trace, source_tokens=["e\u0301", "a"])), "#tab=cell&layer=encoder.0.forward&unit=1"
    )
    hidden = trace.layers[0].states["hidden"]
    for t in range(3):
        assert page.locator(".go p").inner_text().startswith(f"Step {t + 1} of 3")
        assert number(on_wires(page)["h"]) == pytest.approx(hidden[t, 1], abs=0.0006)
        assert page.locator(".walk [aria-selected=true]").inner_text() == ("e\u0301" if t < 2 else "a")
        if t < 2:
            page.get_by_role("button", name="next step").click()


def test_a_click_on_the_colours_takes_a_unit(browser_page: Opened) -> None:
    page = browser_page(page_of(trace_of("mingru", TOKENS, units=8)), "#tab=cell&layer=encoder.0.forward&unit=1")
    colours = page.locator("table.units td.colours").first
    box = colours.bounding_box()
    colours.click(position={"x": box["width"] * 6.5 / 8, "y": 5})
    assert page.locator("table.units thead").inner_text().strip().startswith("unit 6")


def other(layer: LayerTrace, **changes: Any) -> LayerTrace:
    return replace(layer, **changes)


def test_a_cell_that_does_something_else_has_its_numbers_without_a_drawing(browser_page: Opened) -> None:
    """One of an unknown name, one with other gates, and one whose numbers do not follow the equations."""
    trace = trace_of("lstm", TOKENS)
    first = trace.layers[0]
    renamed = other(first, cell="Peephole")
    lacking = other(first, gates={"forget": first.gates["forget"]})
    wrong = other(first, gates={**first.gates, "forget": 1 - first.gates["forget"]})
    for layer in (renamed, lacking, wrong):
        page = browser_page(page_of(replace(trace, layers=[layer])), "#tab=cell&layer=encoder.0.forward&place=2&unit=3")
        assert page.locator(".drawing").count() == 0
        rows = page.locator("table.units tbody tr").evaluate_all(
            "all => all.map(n => [n.cells[0].innerText, n.cells[1].innerText])"
        )
        assert [name for name, _ in rows] == [*layer.gates, *layer.states]
        assert number(dict(rows)["hidden"]) == pytest.approx(layer.states["hidden"][2, 3], abs=0.0006)
        assert violations(page) == []


def test_a_first_step_from_an_unknown_state_says_so(browser_page: Opened) -> None:
    trace = trace_of("lstm", TOKENS)
    layers = [other(layer, before={}) for layer in trace.layers]
    page = browser_page(page_of(replace(trace, layers=layers)), "#tab=cell&layer=encoder.0.forward&unit=1")
    assert "c_prev" not in on_wires(page)
    assert page.get_by_text("does not have the initial state of this layer").is_visible()
    page.get_by_role("button", name="next step").click()
    assert "c_prev" in on_wires(page)
    assert page.get_by_text("does not have the initial state of this layer").is_hidden()


def test_tokens_of_several_characters_stay_on_one_line(browser_page: Opened) -> None:
    tokens = [str(step) for step in range(1, 61)]
    page = browser_page(page_of(trace_of("lstm", tokens)), "#tab=cell", width=WIDTHS["narrow"])
    heights = page.locator(".walk bdi").evaluate_all("nodes => nodes.map(node => node.offsetHeight)")
    assert set(heights) == {heights[0]}
    assert overflow(page) <= 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("kind", ["lstm", "elman"])
def test_drawings_keep_within_the_page(browser_page: Opened, kind: str, width: int, dark: bool) -> None:
    page = browser_page(page_of(trace_of(kind, ["word"] * 5)), "#tab=cell", width=width, dark=dark)
    assert overflow(page) <= 0
    assert violations(page) == []
