"""Gates over time and units along the text in the page: what is drawn, said and found is what the trace has."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from browser import WIDTHS, overflow, violations
from cell_traces import trace_of

from recurra.tracing import LayerTrace, Trace
from recurra.views import inspect_page

Opened = Callable[..., Any]
TOKENS = list("abcdefgh")


def page_of(trace: Trace) -> str:
    return "".join(inspect_page(trace))


def with_hidden(values: Any, tokens: list[str] | None = None) -> Trace:
    """A trace of one layer whose hidden state is this array [steps, units]."""
    hidden = np.asarray(values, np.float32)
    tokens = tokens or TOKENS[: len(hidden)]
    layer = LayerTrace("encoder.0.forward", tokens, {}, {"hidden": hidden}, "Elman", activation="tanh")
    return Trace("".join(tokens), "x", tokens, ["x"], layers=[layer], task="classify")


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def on_map(page: Any, layer: str, name: str, place: tuple[float, float]) -> Any:
    """A map, and the pointer over it at this share of its width and height."""
    found = page.locator(f"section[aria-label='{layer}'] .map", has_text=re.compile(f"^{name} ")).locator(".ground")
    found.scroll_into_view_if_needed()
    box = found.bounding_box()
    page.mouse.move(box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"])
    return found


def test_the_pointer_reads_the_numbers_of_the_trace(browser_page: Opened) -> None:
    trace = trace_of("lstm", TOKENS, units=10)
    page = browser_page(page_of(trace), "#tab=gates&layer=encoder.0.forward&unit=1")
    page.get_by_label("order of the units").select_option("as they are")
    for layer in trace.layers:
        for t, unit in ((0, 0), (5, 7), (7, 9)):
            on_map(page, layer.name, "forget", ((t + 0.5) / 8, (unit + 0.5) / 10))
            said = page.locator(f"section[aria-label='{layer.name}'] .readout").inner_text()
            assert said.startswith(f"“\u2068{TOKENS[t]}\u2069”, unit {unit}: ")
            seen = dict(re.findall(r"(\w+) (−?[\d.]+)(?:,|$)", said.split(": ")[1]))
            for name, values in {**layer.gates, **layer.states}.items():
                assert number(seen[name]) == pytest.approx(values[t, unit], abs=0.0006)


def test_what_is_saturated_is_counted(browser_page: Opened) -> None:
    trace = trace_of("gru", TOKENS)
    layer = trace.layers[0]
    pushed = replace(layer, gates={**layer.gates, "reset": np.where(layer.gates["reset"] > 0.5, 0.95, 0.05)})
    page = browser_page(page_of(replace(trace, layers=[pushed])), "#tab=gates")
    captions = [text.replace("\u00a0", " ") for text in page.locator(".map figcaption").all_inner_texts()]
    share = 100 * float((layer.gates["reset"] > 0.5).mean())
    mean = float(pushed.gates["reset"].mean())
    assert captions[0] == f"reset above 0.9 in {share:.1f} %, below 0.1 in {100 - share:.1f} %, mean {mean:.3f}"
    low, high = (float((layer.gates["new"] * sign > 0.9).mean()) for sign in (-1, 1))
    assert captions[2].startswith(f"new above 0.9 in {100 * high:.1f} %, below −0.9 in {100 * low:.1f} %")


def test_colours_are_the_numbers(browser_page: Opened) -> None:
    values = [[0.5, -1.0, 0.0], [2.0, -0.25, 1.0]]
    page = browser_page(page_of(with_hidden(values)), "#tab=gates")
    page.get_by_label("order of the units").select_option("as they are")
    pixels = "n => [...n.getContext('2d').getImageData(0, 0, n.width, n.height).data]"
    seen = np.array(page.locator(".map canvas").evaluate(pixels)).reshape(3, 2, 4)  # a row for each unit
    np.testing.assert_allclose(seen[..., 3].T, np.abs(values) / 2 * 255, atol=1)
    blue = seen[..., 2] > seen[..., 0]
    assert blue[0].tolist() == [True, True]
    assert not blue[1].any()
    page = browser_page(page_of(with_hidden(values)), "#tab=gates")
    page.get_by_label("order of the units").select_option("mean")
    sorted_by_mean = np.array(page.locator(".map canvas").evaluate(pixels)).reshape(3, 2, 4)
    assert sorted_by_mean.tolist() == seen[[0, 2, 1]].tolist()


def test_orders_of_the_units(browser_page: Opened) -> None:
    """Similar ones stand together whatever their places; by mean and by saturation the largest is on top."""
    groups = [np.sin(np.arange(12) * pace) for pace in (0.3, 1.1, 2.9)]
    rng = np.random.default_rng(0)
    hidden = np.stack([0.9 * groups[k % 3] + 0.01 * rng.normal(size=12) for k in range(30)], 1)
    page = browser_page(page_of(with_hidden(hidden, list("abcdefghijkl"))), "#tab=gates")
    orders = page.evaluate(
        """async () => {
          const [{ ORDERS }, { unpack }] = [await import("recurra/order.js"), await import("recurra/arrays.js")];
          const trace = JSON.parse(document.getElementById("recurra-trace").textContent);
          const array = unpack(trace.layers[0].states.hidden);
          return Object.fromEntries(Object.entries(ORDERS).map(([name, order]) => [name, order(array)]));
        }"""
    )
    assert orders["as they are"] == list(range(30))
    assert all(sorted(order) == list(range(30)) for order in orders.values())
    changes = sum(
        one % 3 != other % 3 for one, other in zip(orders["similarity"], orders["similarity"][1:], strict=False)
    )
    assert changes == 2
    assert orders["mean"] == sorted(range(30), key=lambda unit: -hidden[:, unit].mean())
    saturated = ((hidden > 0.9).mean(0) - (hidden < -0.9).mean(0)).round(6)
    assert orders["saturation"] == sorted(range(30), key=lambda unit: (-saturated[unit], unit))


def test_maps_with_keys_alone(browser_page: Opened) -> None:
    trace = trace_of("minlstm", TOKENS)
    layer = trace.layers[1]
    page = browser_page(page_of(trace), f"#tab=gates&layer={layer.name}&place=3&unit=2")
    page.get_by_label("order of the units").select_option("mean")
    page.get_by_label("gate or state that the order is of").select_option("hidden")
    order = sorted(range(6), key=lambda unit: -layer.states["hidden"][:, unit].mean())
    ground = page.locator(f"section[aria-label='{layer.name}'] .ground").last
    ground.press("ArrowRight")
    ground.press("ArrowUp")
    unit = order[max(0, order.index(2) - 1)]
    readout = page.locator(f"section[aria-label='{layer.name}'] .readout")
    assert readout.inner_text().startswith(f"“\u2068e\u2069”, unit {unit}: ")
    table = page.locator(f"section[aria-label='{layer.name}'] details")
    table.locator("summary").press("Enter")
    rows = table.locator("tbody tr").evaluate_all("all => all.map(n => [...n.cells].map(cell => cell.innerText))")
    assert [int(row[0]) for row in rows] == order
    assert [number(row[-1]) for row in rows] == pytest.approx(layer.states["hidden"][4, order], abs=0.0006)
    ground.press("Enter")
    assert page.locator("#view-units .legend").inner_text().startswith(f"unit {unit}")


def matching(values: np.ndarray[Any, Any], first: int, last: int, threshold: float) -> dict[int, float]:
    """Unit -> what the span and the steps at which it is active have in common, as the definition says it."""
    span = np.zeros(len(values), bool)
    span[first : last + 1] = True
    found = {}
    for unit in range(values.shape[1]):
        scores = []
        for sign in (1, -1):
            active = sign * values[:, unit] > threshold
            scores.append((active & span).sum() / (active | span).sum())
        if max(scores) > 0:
            found[unit] = float(max(scores))
    return found


def test_units_that_are_active_in_a_span_are_found(browser_page: Opened) -> None:
    trace = trace_of("gru", TOKENS, units=40)
    values = trace.layers[0].states["hidden"]
    page = browser_page(page_of(trace), "#tab=units&layer=encoder.0.forward&unit=3&span=2-4,0.2")
    found = page.evaluate(
        """async () => {
          const [{ matches }, { unpack }] = [await import("recurra/match.js"), await import("recurra/arrays.js")];
          const trace = JSON.parse(document.getElementById("recurra-trace").textContent);
          return matches(unpack(trace.layers[0].states.hidden), 2, 4, 0.2);
        }"""
    )
    expected = matching(values, 2, 4, 0.2)
    assert {one["unit"]: one["score"] for one in found} == pytest.approx(expected)
    assert [one["score"] for one in found] == sorted(expected.values(), reverse=True)
    exact = sum(score == 1 for score in expected.values())
    assert page.locator("#view-units [role=status]").inner_text().startswith(f"{exact} of 40 units are beyond 0.200")
    assert page.locator(".matches b").all_inner_texts() == [f"unit {one['unit']}" for one in found[:12]]


def test_a_span_and_a_threshold_by_pointer_and_by_keys(browser_page: Opened) -> None:
    page = browser_page(page_of(trace_of("gru", TOKENS, units=12)), "#tab=units&layer=encoder.0.forward&unit=3")
    box = page.locator(".plot").bounding_box()
    at = lambda t, value: (box["x"] + (t + 0.5) / 8 * box["width"], box["y"] + 10 + (1 - value) / 2 * 220)  # noqa: E731
    page.mouse.move(*at(1, 0.9))
    page.mouse.down()
    page.mouse.move(*at(4, 0.9))
    page.mouse.up()
    said = page.locator("#view-units [role=status]")
    assert "from “\u2068b\u2069” to “\u2068e\u2069” (steps 2 to 5)" in said.inner_text()
    page.mouse.move(*at(6, number(page.locator(".sliders label").last.inner_text().split()[-1])))
    page.mouse.down()
    page.mouse.move(*at(6, 0.5))
    page.mouse.up()
    assert re.search(r"beyond 0\.(4[89]|5[01])\d", said.inner_text())
    page.get_by_label("last step of the span").press("ArrowRight")
    page.get_by_label("threshold").press("ArrowLeft")
    assert "(steps 2 to 6)" in said.inner_text()
    page.wait_for_url(re.compile(r"span=1-5"))


def test_a_match_joins_the_chart_and_the_address(browser_page: Opened) -> None:
    page = browser_page(
        page_of(trace_of("gru", TOKENS, units=12)), "#tab=units&layer=encoder.0.forward&unit=3&span=0-3,0.1"
    )
    match = page.locator(".matches button[aria-pressed=false]").first
    unit = match.locator("b").inner_text()
    match.press("Enter")
    assert [text.rsplit(" ", 1)[0] for text in page.locator(".legend li").all_inner_texts()] == ["unit 3", unit]
    assert page.locator(".plot polyline").count() == 2
    page.wait_for_url(re.compile(f"also={unit.split()[1]}"))
    page.get_by_role("button", name="without unit 3").click()
    assert page.locator(".plot polyline").count() == 1
    page.get_by_label("what is drawn").select_option("all of this unit")
    assert page.locator(".plot polyline").count() == 4  # three gates and the state


LONG = {"words": ["word"] * 200, "letters": list("ab " * 66), "arabic": list("مرحبا بكم")}


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("tab", ["gates", "units"])
@pytest.mark.parametrize("tokens", LONG.values(), ids=LONG)
def test_long_texts_and_other_directions_keep_within_the_page(
    browser_page: Opened, tokens: list[str], tab: str, width: int
) -> None:
    page = browser_page(page_of(trace_of("lstm", tokens, units=16)), f"#tab={tab}", width=width, dark=True)
    assert overflow(page) <= 0
    assert violations(page) == []


def test_the_first_step_of_a_text_from_right_to_left_is_on_the_right(browser_page: Opened) -> None:
    tokens = LONG["arabic"]
    page = browser_page(page_of(trace_of("gru", tokens, units=8)), "#tab=gates&layer=encoder.0.forward&unit=0&place=4")
    ground = on_map(page, "encoder.0.forward", "reset", (0.99, 0.5))
    assert page.locator("section .readout").first.inner_text().startswith(f"“\u2068{tokens[0]}\u2069”")
    page.mouse.move(0, 0)
    ground.press("ArrowLeft")
    assert page.locator("section .readout").first.inner_text().startswith("the space")
