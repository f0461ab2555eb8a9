"""The page to look inside: what stands in it, for every task, at every width, in light and dark, with keys alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from browser import WIDTHS, overflow, tabs, violations
from sample_traces import INPUTS, decided, image, made, real

from recurra.tasks.tracing import ShownTrace
from recurra.tracing import AttentionMap, Contrast, ContrastStep, GradientTrace, LayerTrace, SeriesTrace, Trace
from recurra.views import inspect_page
from recurra.views.packing import packed_array

Opened = Callable[..., Any]
ODD = [*"שלום", "e\u0301", "\u0301", "👨\u200d👩\u200d👧", " ", "\t", "\u200b", "</script><b>", "x" * 300, "<EOS>"]
TEXT = ["3", " ", "M", "a", "y", "<EOS>"]
HEAT = "nodes => nodes.map(node => +node.style.getPropertyValue('--w'))"
ALPHA = """mask => {
  const copy = new OffscreenCanvas(mask.width, mask.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(mask, 0, 0);
  return [...copy.getImageData(0, 0, mask.width, mask.height).data].filter((_, k) => k % 4 === 3);
}"""
OUTPUT = ["0", "5", "-", "0", "3", "<EOS>"]


def page_of(*traces: Trace) -> str:
    structures = [trace.structure if isinstance(trace, ShownTrace) else None for trace in traces]
    return "".join(inspect_page(traces if len(traces) > 1 else traces[0], structures=structures))


def said(page: Any, selector: str = ".said") -> str:
    return page.locator(selector).first.inner_text()


@pytest.mark.slow
@pytest.mark.parametrize("task", INPUTS)
def test_every_view_of_every_task(browser_page: Opened, task: str) -> None:
    page = browser_page(page_of(real(task)))
    for width, scheme in ((WIDTHS["wide"], "light"), (WIDTHS["narrow"], "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        for id in tabs(page):
            page.locator(f"#tab-{id}").click()
            assert page.locator(f"#view-{id} > .beside").inner_text()
            assert overflow(page) <= 0
            assert violations(page) == []


@pytest.mark.slow
def test_the_network_is_drawn_rolled_and_unrolled(browser_page: Opened) -> None:
    page = browser_page(page_of(real("translate")))
    page.locator("#tab-network").click()
    pictures = page.locator("#view-network svg")
    assert pictures.count() == 2
    for k in (0, 1):
        page.locator("#view-network .choice button").nth(k).click()
        assert [pictures.nth(j).is_visible() for j in (0, 1)] == [k == 0, k == 1]
    assert "encoder" in pictures.nth(1).text_content()


@pytest.mark.slow
def test_on_a_narrow_screen_the_network_scrolls_and_does_not_shrink(browser_page: Opened) -> None:
    page = browser_page(page_of(real("translate")), "#tab=network", width=WIDTHS["narrow"])
    svg = page.locator("#view-network svg").first
    assert svg.bounding_box()["width"] >= min(int(svg.get_attribute("width")), 704) - 1
    assert overflow(page) <= 0


def test_of_several_columns_it_says_where_it_looked_in_each(browser_page: Opened) -> None:
    trace = made(TEXT, OUTPUT)
    assert trace.attention is not None
    weights = [[0.1, 0.9, 0.6, 0.1, 0.1, 0.2] for _ in OUTPUT]
    attention = replace(trace.attention, weights=weights, columns=[("day", 2), ("rest", 4)])
    page = browser_page(page_of(replace(trace, attention=attention)))
    assert "It looks in day most at the space (90.0\xa0%), in rest most at “\u2068M\u2069” (60.0\xa0%)." in said(page)
    assert page.get_by_text("The weights of each column add up to 100 % by themselves: day, rest.").is_visible()


def test_a_contrast_leads_to_the_steps_of_the_output(browser_page: Opened, tmp_path: Path) -> None:
    theirs = ["0", "6", *OUTPUT[2:]]
    steps = [ContrastStep(a, b, -0.25, -2.25 if a != b else -0.25) for a, b in zip(OUTPUT, theirs, strict=True)]
    trace = replace(made(TEXT, OUTPUT), contrast=Contrast("3 May", "05-03", "06-03", True, steps))
    page = browser_page(page_of(trace), "#tab=contrast")
    assert (
        page.locator("#view-contrast .texts").inner_text().startswith('"05-03" (the answer) is 7.39 times as probable')
    )
    page.locator("#view-contrast tbody tr").nth(1).click()
    assert said(page).startswith("2 of 6")
    assert page.locator("#view-contrast tr[aria-current] th").inner_text() == "2"
    row, bar = (page.locator(f"#view-contrast tr[aria-current]{inner}").bounding_box() for inner in ("", " .odds rect"))
    assert bar["width"] > 10
    assert row["y"] < bar["y"]
    assert bar["y"] + bar["height"] < row["y"] + row["height"]
    assert overflow(page) <= 0
    assert violations(page) == []
    assert Trace.load(kept(page, "JSON", tmp_path / "trace.json")).contrast == trace.contrast
    plain = browser_page(page_of(made(TEXT, OUTPUT)))
    assert plain.locator("#tab-contrast").count() == 0


def test_a_view_that_was_left_follows_what_changed_meanwhile(browser_page: Opened) -> None:
    """Also the one that was open first, whose tab is made together with it."""
    page = browser_page(page_of(replace(made(TEXT, OUTPUT), attention=None)))
    decisions, other = page.locator("[role=tab]").all()[:2]
    assert decisions.get_attribute("aria-selected") == "true"
    for key, position in (("End", 6), ("Home", 1)):
        other.click()
        page.locator("[data-axis=output]").first.press(key)
        decisions.click()
        assert page.locator(".distribution h3").inner_text() == f"Position {position} of 6"


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize(
    "trace",
    [
        made(ODD, ODD[::-1]),
        made([*"abcd", "<EOS>"], ["<EOS>"]),
        made(["word"] * 200, list("b" * 200)),
        made(["1.1"] * 6, ["a", "b"], picture=image()),
    ],
    ids=["odd", "short", "long", "picture"],
)
def test_odd_texts_stay_within_the_page(browser_page: Opened, trace: Trace, width: int) -> None:
    page = browser_page(page_of(trace), width=width, dark=width == WIDTHS["wide"])
    for id in tabs(page):
        page.locator(f"#tab-{id}").click()
        assert overflow(page) <= 0
    if len(trace.source_tokens) < 100:
        assert violations(page) == []


@pytest.mark.parametrize(
    "trace",
    [
        Trace("", "", [], []),
        Trace("", "", [], [], task="classify"),
        Trace("a b", "", ["a", "b"], [], task="language-model"),
        Trace("a b", "c", ["a", "b"], ["c"], task="regress"),
        Trace("a b", "c", ["a", "b"], ["c"], task="tag"),
        Trace("", "c", [], ["c", "<EOS>"], AttentionMap([], ["c", "<EOS>"], [[], []]), task="translate"),
        replace(made(["a", "b"], ["c", "d"]), decisions=decided(["c"])),
        Trace("a", "b", ["a"], ["b"], layers=[LayerTrace("encoder.windows", ["a"], {}, {"hidden": np.zeros((1, 3))})]),
        Trace("1 step", "2", ["1"], ["+1"], task="forecast", series=[SeriesTrace("", [None], [2.0], [2.0], [2.0])]),
    ],
    ids=["nothing", "no text", "no output", "number", "fewer tags", "no source", "one decision", "windows", "no past"],
)
def test_a_trace_with_little_in_it_shows_what_there_is(browser_page: Opened, trace: Trace) -> None:
    page = browser_page(page_of(trace))
    for id in tabs(page):
        page.locator(f"#tab-{id}").click()
    page.locator("main").press("ArrowRight")
    assert page.locator(".overview").is_visible()


def test_gradients_of_single_outputs(browser_page: Opened) -> None:
    trace = made(TEXT, OUTPUT)
    assert trace.gradients
    norms = {name: values[[1, 4]] for name, values in trace.gradients.norms.items()}
    page = browser_page(page_of(replace(trace, gradients=GradientTrace([1, 4], ["5", "3"], norms))), "#tab=gradients")
    grid = page.locator("#view-gradients [role=application]")
    assert "the loss at" in said(page, "#view-gradients .readout")
    grid.press("ArrowDown")
    assert said(page).startswith("5 of 6")  # the position of the second of them


def test_a_text_cannot_end_the_element_it_stands_in(browser_page: Opened) -> None:
    trace = made(["</script><script>alert(1)</script>", "<!--"], ["a"])
    page = browser_page(page_of(trace))
    stored = json.loads(page.locator("#recurra-trace").text_content())
    assert stored["source_tokens"] == trace.source_tokens
    assert "</script><script>alert" in page.locator(".strip").first.inner_text()


# The numbers on the screen are those of the trace.


def test_arrays_come_back_as_they_were(browser_page: Opened) -> None:
    trace = made(TEXT, OUTPUT)
    page = browser_page(page_of(trace))
    unpacked = """async (path) => {
      const { unpack } = await import("recurra/arrays.js");
      let value = JSON.parse(document.getElementById("recurra-trace").textContent);
      for (const name of path) value = value[name];
      const { shape, data } = unpack(value);
      return [shape, [...data]];
    }"""
    layer = trace.layers[0]
    gradient = trace.gradients
    assert gradient
    places: list[tuple[list[Any], Any, float]] = [
        (["layers", 0, "states", "cell"], layer.states["cell"], 2e-5),
        (["layers", 0, "gates", "forget"], layer.gates["forget"], 2e-5),
        (["attention", "weights"], trace.attention and trace.attention.weights, 1e-7),
        (["gradients", "norms", layer.name], gradient.norms[layer.name], 1e-12),  # small ones count as well
    ]
    for path, expected, error in places:
        shape, data = page.evaluate(unpacked, path)
        wanted = np.asarray(expected)
        assert shape == list(wanted.shape)
        np.testing.assert_allclose(data, wanted.ravel(), rtol=0, atol=error)
    lists = page.evaluate(
        """async () => { const { unpack } = await import("recurra/arrays.js"); const found = unpack([[1, 2], [3, 4]]);
        return [found.shape, found.at(1, 0), [...found.row(1)]]; }"""
    )
    assert lists == [[2, 2], 3, [3, 4]]


def test_packed_arrays_of_zeros_and_of_nothing() -> None:
    assert packed_array(np.zeros((2, 3), np.float32))["scale"] == 1.0
    assert packed_array(np.zeros((0, 3), np.float32)) == {"shape": [0, 3], "scale": 1.0, "int16": ""}


def test_attention_says_the_weight_of_every_cell(browser_page: Opened) -> None:
    trace = made(TEXT, OUTPUT)
    assert trace.attention
    page = browser_page(page_of(trace))
    grid = page.locator("#view-attention [role=application]")
    grid.focus()
    for row in range(len(OUTPUT)):
        for column in range(len(TEXT)):
            weight = trace.attention.weights[row][column]
            assert said(page, ".readout").endswith(f": {shown_percent(weight)}")
            grid.press("ArrowRight")
        grid.press("Home")
        grid.press("ArrowDown")
    best = int(np.argmax(trace.attention.weights[2]))
    page.locator("#view-attention svg").hover(position={"x": 200, "y": 100})
    page.mouse.move(0, 0)
    page.locator("[data-axis=output] .token").nth(2).click()
    assert f"({shown_percent(trace.attention.weights[2][best])})" in said(page)
    heat = page.locator("[data-axis=place] .token").evaluate_all(
        "nodes => nodes.map(n => +n.style.getPropertyValue('--w'))"
    )
    np.testing.assert_allclose(heat, trace.attention.weights[2], atol=6e-4)


def shown_percent(share: float) -> str:
    """As dom.js writes it, with spaces at which no line breaks."""
    if 0 < share < 0.0005:
        return "<\u00a00.1\u00a0%"
    return ">\u00a099.9\u00a0%" if 0.9995 < share < 1 else f"{100 * share:.1f}\u00a0%"


def test_decisions_say_what_else_could_have_been(browser_page: Opened) -> None:
    trace = made(TEXT, OUTPUT)
    page = browser_page(page_of(trace), "#tab=decisions")
    for k, decision in enumerate(trace.decisions):
        page.locator(".column").nth(k).click()
        rows = page.locator(".bars tbody tr").all_inner_texts()
        for (_, chance), row in zip(decision.top, rows, strict=False):
            assert shown_percent(chance) in row
        assert page.locator(".bars .chosen").count() == 1
        facts = page.locator(".facts").inner_text()
        assert f"{decision.entropy:.2f} bits" in facts
        assert f"{-np.log2(decision.probability):.2f} bits" in facts
        assert str(decision.rank) in facts
        assert shown_percent(0.25) in facts  # copied
        assert shown_percent(decision.probability) in said(page)


def test_the_table_of_arrays_has_their_statistics(browser_page: Opened, tmp_path: Path) -> None:
    trace = made(TEXT, OUTPUT)
    page = browser_page(page_of(trace), "#tab=arrays")
    values = trace.layers[0].states["hidden"]
    row = page.locator("#view-arrays tbody").nth(1).locator("tr", has_text="hidden")
    expected = [
        f"{len(TEXT)} × 6",
        *(f"{value:.3f}" for value in (values.min(), values.mean(), values.max(), values.std())),
    ]
    assert [text.replace("−", "-") for text in row.locator("td").all_inner_texts()][:5] == expected
    with page.expect_download() as waiting:
        row.locator("button").click()
    waiting.value.save_as(tmp_path / "hidden.csv")
    with (tmp_path / "hidden.csv").open(encoding="utf-8", newline="") as file:
        head, *lines = csv.reader(file)
    assert head[1:] == [str(unit) for unit in range(6)]
    assert [line[0] for line in lines] == TEXT
    np.testing.assert_allclose(np.array([line[1:] for line in lines], float), values, atol=2e-5)


def test_gradients_over_many_powers_of_ten(browser_page: Opened) -> None:
    trace = made(TEXT, OUTPUT)
    assert trace.gradients
    page = browser_page(page_of(trace), "#tab=gradients&output=0")
    norms = trace.gradients.norms["encoder.0.forward"]
    small = float(said(page, "#view-gradients .readout").rsplit(": ", 1)[1].replace("−", "-"))
    assert small == pytest.approx(norms[0, 0], rel=0.01)
    page.locator("#view-gradients [role=application]").press("End")
    page.locator("#view-gradients select").select_option("decoder.first")
    other = trace.gradients.norms["decoder.first"]
    grid = page.locator("#view-gradients [role=application]")
    grid.press("ArrowDown")
    grid.press("ArrowRight")  # the steps of a decoder are walked by themselves: the output stays
    text = said(page, "#view-gradients .readout").rsplit(": ", 1)[1].replace("−", "-")
    assert float(text) == pytest.approx(other[1, 1], rel=0.01)
    assert page.locator("[data-axis=output] [aria-selected=true]").get_attribute("data-place") == "1"


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_forecast_with_its_numbers(browser_page: Opened, width: int) -> None:
    trace = real("forecast")
    page = browser_page(page_of(trace), "#output=3", width=width)
    second = trace.series[1]
    numbers = [f"{values[1]:.3f}" for values in (second.median, second.low, second.high)]
    assert "{} ({} to {})".format(*numbers) in said(page)
    figure = page.locator(".series figure").nth(1)
    figure.press("End")
    assert f"20: {second.past[-1]:.3f}; +2: {numbers[0]} " in figure.locator("figcaption").inner_text()
    svg = figure.locator("svg").bounding_box()
    assert svg["width"] <= width
    figure.locator("svg").click(position={"x": svg["width"] - 40, "y": 60})  # the last step
    assert said(page).startswith("6 of 6")


def test_what_counted_has_the_scores_of_every_token(browser_page: Opened) -> None:
    trace = real("translate")
    assert trace.attribution
    page = browser_page(page_of(trace), "#tab=attribution")
    for k in range(len(trace.target_tokens)):
        page.locator("[data-axis=output] .token").nth(k).click()
        for one, row in zip(trace.attribution.inputs, page.locator(".scores").all(), strict=True):
            titles = row.locator("li").evaluate_all("nodes => nodes.map(node => node.title.replaceAll('−', '-'))")
            np.testing.assert_allclose([float(title) for title in titles], one.scores[k], rtol=0.01, atol=6e-4)
            above = row.locator(".up > span").evaluate_all("nodes => nodes.map(node => parseFloat(node.style.height))")
            assert [height > 0 for height in above] == [bool(score > 0) for score in one.scores[k]]
        assert (
            f"{trace.attribution.values[k]:.3f}".replace("-", "−") in page.locator(".attribution p").first.inner_text()
        )


def test_the_search_can_be_walked_along(browser_page: Opened) -> None:
    trace = real("translate")
    assert trace.search
    page = browser_page(page_of(trace), "#tab=search")
    boxes = page.locator("#view-search svg.tree g")
    assert boxes.count() == len(trace.search.nodes)
    way = trace.search.path(trace.search.outputs[0].node)
    page.locator("[data-axis=output]").press("End")
    now = boxes.evaluate_all("nodes => nodes.findIndex(node => node.classList.contains('now'))")
    assert now == way[-1]
    boxes.nth(way[0]).click()
    assert said(page).startswith("1 of ")
    assert said(page, "#view-search .readout").startswith(f"step 1: {trace.search.nodes[way[0]].token}")


def test_tags_stand_under_their_tokens(browser_page: Opened) -> None:
    trace = real("tag")
    page = browser_page(page_of(trace))
    assert page.locator(".token .below").all_inner_texts() == trace.target_tokens
    assert page.locator(".token .word").all_inner_texts() == trace.source_tokens


def test_a_language_model_shows_how_surprising_each_unit_was(browser_page: Opened) -> None:
    trace = real("language-model")
    page = browser_page(page_of(trace))
    bits = [-np.log2(decision.probability) for decision in trace.decisions]
    heights = page.locator(".surprise > span").evaluate_all("nodes => nodes.map(node => parseFloat(node.style.height))")
    np.testing.assert_allclose(heights, [100 * bit / max(4, *bits) for bit in bits], rtol=1e-4)
    page.locator(".strip").press("ArrowRight")
    assert shown_percent(trace.decisions[1].probability) in said(page)


def test_a_classifier_weighs_the_tokens(browser_page: Opened) -> None:
    trace = real("classify")
    assert trace.attention
    page = browser_page(page_of(trace))
    for k, weight in enumerate(trace.attention.weights[0]):
        page.locator(".token").nth(k).click()
        assert f"its weight in the answer is {shown_percent(weight)}" in said(page)
    assert trace.prediction in page.locator(".result").inner_text()
    assert shown_percent(trace.decisions[0].probability) in page.locator(".result").inner_text()


def test_a_picture_is_lit_where_the_network_looked(browser_page: Opened) -> None:
    trace = made([f"{row}.{column}" for row in (1, 2) for column in (1, 2, 3)], ["a", "b"], picture=image())
    assert trace.attention
    page = browser_page(page_of(trace))
    for k, weights in enumerate(trace.attention.weights):
        page.locator(".look").nth(k).click()
        best = int(np.argmax(weights))
        where = f"row {best // 3 + 1}, column {best % 3 + 1}"
        assert f"It looks most at {where} ({shown_percent(weights[best])})" in said(page)
        shades = page.locator(".overview .mask").evaluate(ALPHA)
        np.testing.assert_allclose(shades, [217 * (1 - weight / weights[best]) for weight in weights], atol=1)


# Ways about.


def test_keys_move_along_the_texts_and_the_tabs(browser_page: Opened) -> None:
    page = browser_page(page_of(made(TEXT, OUTPUT)))
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.locator("[data-axis=place] [aria-selected=true]").get_attribute("data-place") == "1"
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    assert said(page).startswith("6 of 6")
    page.keyboard.press("ArrowRight")
    assert said(page).startswith("6 of 6")
    page.keyboard.press("ArrowLeft")
    assert said(page).startswith("5 of 6")
    page.keyboard.press("Tab")  # previous
    page.keyboard.press("Enter")
    assert said(page).startswith("4 of 6")
    page.keyboard.press("Tab")  # next
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.locator("[role=tab][aria-selected=true]").inner_text() == "Decisions"
    assert page.locator("#view-decisions").is_visible()


def test_right_to_left_keys_go_to_the_left(browser_page: Opened) -> None:
    page = browser_page(page_of(made([*"שלום"], ["a"])))
    strip = page.locator("[data-axis=place]")
    boxes = strip.locator(".token").evaluate_all("nodes => nodes.map(node => node.getBoundingClientRect().left)")
    assert boxes == sorted(boxes, reverse=True)
    strip.press("ArrowLeft")
    assert strip.locator("[aria-selected=true]").get_attribute("data-place") == "1"


def test_the_address_holds_the_state(browser_page: Opened) -> None:
    page = browser_page(page_of(made(TEXT, OUTPUT)))
    page.locator("[data-axis=output] .token").nth(3).click()
    page.locator("[data-axis=place] .token").nth(2).click()
    page.locator("#tab-gradients").click()
    page.locator("#view-gradients select").select_option("decoder.first")
    page.wait_for_url("**#*decoder.first*")
    assert page.url.endswith("#tab=gradients&layer=decoder.first&output=3&place=2")
    page.reload()
    assert said(page).startswith("4 of 6")
    assert page.locator("#view-gradients select").input_value() == "decoder.first"
    page.locator("#tab-decisions").click()
    page.go_back()
    assert page.locator("#tab-gradients").get_attribute("aria-selected") == "true"
    page.go_forward()
    assert page.locator("#tab-decisions").get_attribute("aria-selected") == "true"


@pytest.mark.parametrize("hash", ["#output=99&place=-3", "#output=x&tab=nothing&unit=1e99", "#%E0%A4%A&=&layer=a.b"])
def test_an_address_of_nonsense_shows_the_page_all_the_same(browser_page: Opened, hash: str) -> None:
    page = browser_page(page_of(made(TEXT, OUTPUT)), hash)
    assert " of 6 " in said(page)
    assert page.locator("#view-attention").is_visible()


def test_the_pointer_lights_up_partners(browser_page: Opened) -> None:
    trace = made(TEXT, OUTPUT)
    assert trace.attention
    page = browser_page(page_of(trace))
    page.locator("[data-axis=place] .token").nth(4).hover()
    heat = page.locator("[data-axis=output] .token").evaluate_all(
        "nodes => nodes.map(n => +n.style.getPropertyValue('--w'))"
    )
    np.testing.assert_allclose(heat, np.array(trace.attention.weights)[:, 4], atol=6e-4)
    assert "hover" not in page.url
    page.get_by_role("button", name="Lines").click()
    page.locator(".side.output li").nth(1).hover()
    shares = page.locator(".side.place .share").all_inner_texts()
    for share, weight in zip(shares, trace.attention.weights[1], strict=True):
        assert share == (shown_percent(weight) if weight >= 0.005 else "")


def test_a_finger_moves_as_a_pointer_does(browser_page: Opened) -> None:
    page = browser_page(page_of(made(TEXT, OUTPUT)), width=400, has_touch=True)
    page.locator("[data-axis=output] .token").nth(2).tap()
    assert said(page).startswith("3 of 6")
    page.get_by_role("button", name="next").tap()
    assert said(page).startswith("4 of 6")
    page.locator("#tab-decisions").tap()
    page.locator(".column").nth(1).tap()
    assert said(page).startswith("2 of 6")


def test_another_output_than_the_models_own(browser_page: Opened) -> None:
    page = browser_page(page_of(replace(made(TEXT, OUTPUT), target="05-03", prediction="05-04")))
    assert "Target" in page.locator(".overview").inner_text()
    assert "The model's own output is 05-04." in page.locator(".overview").inner_text()


# What is taken along.


def kept(page: Any, name: str, path: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"{name}:").click()
    waiting.value.save_as(path)
    return path


def test_what_is_kept(browser_page: Opened, tmp_path: Path) -> None:
    trace = made(TEXT, OUTPUT)
    page = browser_page(page_of(trace), dark=True)
    found = Trace.load(kept(page, "JSON", tmp_path / "trace.json"))
    assert found.decisions == trace.decisions
    assert found.source_tokens == trace.source_tokens
    for layer, other in zip(found.layers, trace.layers, strict=True):
        np.testing.assert_allclose(layer.states["cell"], other.states["cell"], atol=1e-3)
    svg = kept(page, "SVG", tmp_path / "view.svg").read_text("utf-8")
    assert "var(" not in svg
    assert len(ElementTree.fromstring(svg).findall(".//{*}text")) == len(TEXT) + len(OUTPUT)
    from PIL import Image

    with Image.open(kept(page, "PNG", tmp_path / "view.png")) as picture:
        assert picture.width > 800
        assert len(picture.convert("RGB").getcolors(2**24) or []) > 20
        assert picture.convert("RGB").getpixel((picture.width - 5, 5)) == (22, 25, 31)  # dark, as the page


# Several at once.


def test_two_inputs_side_by_side_move_together(browser_page: Opened) -> None:
    page = browser_page(page_of(made(TEXT, OUTPUT), made([*"May", "<EOS>"], ["5", "<EOS>"])))
    page.locator("[data-axis=output]").first.press("ArrowRight")
    assert said(page).startswith("2 of 6")
    assert page.locator(".said").nth(1).inner_text().startswith("2 of 2")
    assert page.locator("#view-attention .matrix").count() == 2
    assert page.locator(".which").all_inner_texts() == ["input 1", "input 2"]
    assert overflow(page) <= 0
    assert violations(page) == []


def test_the_networks_of_an_ensemble_by_turns_or_together(browser_page: Opened) -> None:
    trace = made(TEXT, OUTPUT)
    other = made([*"Mays ", "<EOS>"], OUTPUT)  # other numbers
    page = browser_page(page_of(replace(trace, members=[replace(other, source_tokens=TEXT, attention=None)])))
    assert page.locator(".overview").count() == 1
    page.get_by_role("button", name="network 2").click()
    assert "attention" not in tabs(page)
    page.get_by_role("button", name="side by side").click()
    assert page.locator(".overview").count() == 2
    assert page.url.endswith("#member=all")
    page.go_back()
    assert page.locator(".overview").count() == 1


def test_a_sentence_of_a_wide_network_is_under_a_megabyte() -> None:
    numbers = np.random.default_rng(0)

    def layer(name: str, units: int) -> LayerTrace:
        def arrays(*names: str) -> dict[str, Any]:
            return {one: numbers.random((30, units), np.float32) for one in names}

        gates, states = arrays("input", "forget", "candidate", "output"), arrays("hidden", "cell")
        return LayerTrace(name, ["a"] * 30, gates, states, "LSTM")

    encoder = [layer(f"encoder.{k}.{way}", 128) for k in range(2) for way in ("forward", "backward")]
    decoder = [layer("decoder.first", 256), layer("decoder.upper.0", 256)]
    trace = replace(made(["a"] * 30, ["b"] * 30), layers=[*encoder, *decoder])
    assert len(page_of(trace).encode("utf-8")) < 1_000_000
