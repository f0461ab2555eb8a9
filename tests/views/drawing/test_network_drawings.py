"""Drawings of networks: every structure can be drawn, is XML, and no label lies on another one or on a line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from geometry import contains, crossed
from networks_to_draw import VARIANTS, Settings, columns_structure, structure

from recurra.cells import GRU, LSTM
from recurra.layers import Bidirectional, FeedForward, Recurrent, Stack
from recurra.models.structures import layer_structure
from recurra.structure import Structure
from recurra.tasks import TASKS
from recurra.views.drawing import rolled_svg, style_sheet, unrolled_svg
from recurra.views.drawing.canvas import Canvas, overlapping, union
from recurra.views.drawing.rolled import rolled_canvas
from recurra.views.drawing.text import structure_text
from recurra.views.drawing.unrolled import unrolled_canvas

SVG = "{http://www.w3.org/2000/svg}"
LONG = "a column with a name that is rather longer than any name that fits into a box of a drawing"
RIGHT_TO_LEFT = "النص الكامل للتقييم"
DEEP = {"model.layers": 20}
STACKS: dict[str, Callable[[], Structure]] = {
    "one layer": lambda: layer_structure(Recurrent(LSTM(3, 4))),
    "both directions": lambda: layer_structure(Bidirectional(Recurrent(GRU(3, 4)), Recurrent(GRU(3, 4)))),
    "a stack": lambda: layer_structure(Stack([Recurrent(LSTM(3, 4)), Recurrent(GRU(4, 4))], residual=True)),
    "feed-forward": lambda: layer_structure(FeedForward(3, 4, 2, layers=2)),
    "columns": lambda: columns_structure(("text", "size", "colour")),
    "long columns": lambda: columns_structure((LONG, RIGHT_TO_LEFT, "x" * 200)),
}


def drawn(found: Structure) -> list[Canvas]:
    return [rolled_canvas(found), *(unrolled_canvas(found, steps) for steps in (1, 2, 5))]


def check(canvas: Canvas) -> None:
    assert overlapping(canvas.labels) == []
    assert crossed(canvas) == []
    assert all(contains(union(canvas.boxes), label.box) for label in canvas.labels)
    root = ElementTree.fromstring(canvas.svg())
    assert [root[0].tag, root[1].tag] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text
    assert root[1].text
    numbers = re.findall(r'(?:x|y|cx|cy|d|points|viewBox)="([^"]*)"', canvas.svg())
    assert not any("nan" in one or "inf" in one for one in numbers)


@pytest.mark.parametrize(("task", "settings"), VARIANTS, ids=str)
def test_every_network_can_be_drawn(task: str, settings: Settings) -> None:
    for canvas in drawn(structure(task, settings)):
        check(canvas)


@pytest.mark.parametrize("name", STACKS)
def test_layers_and_columns_too(name: str) -> None:
    for canvas in drawn(STACKS[name]()):
        check(canvas)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("settings", [{}, DEEP, {"model.cell": "gru"}], ids=str)
def test_networks_of_which_the_data_are_not_known_too(task: str, settings: Settings) -> None:
    found = TASKS[task].sketch(TASKS[task].recipe().with_settings(settings))
    assert found.parameters is None
    for canvas in drawn(found):
        check(canvas)


def parts_in(canvas: Canvas, kind: str) -> int:
    root = ElementTree.fromstring(canvas.svg())
    return sum(group.get("data-kind") == kind for group in root.iter(f"{SVG}g"))


def test_each_layer_is_there_once_rolled_and_once_for_each_step_unrolled() -> None:
    found = structure("language-model", {"model.layers": 3})
    assert parts_in(rolled_canvas(found), "recurrent") == 3
    assert parts_in(unrolled_canvas(found, 4), "recurrent") == 12
    assert parts_in(unrolled_canvas(found, 4), "output") == 4


def test_a_layer_that_reads_in_both_directions_is_two_boxes() -> None:
    found = structure("tag", {"model.layers": 2})
    assert parts_in(rolled_canvas(found), "recurrent") == 4
    assert parts_in(unrolled_canvas(found, 3), "recurrent") == 12


def test_of_many_layers_the_middle_ones_are_counted() -> None:
    found = structure("language-model", {"model.layers": 20})
    assert parts_in(rolled_canvas(found), "recurrent") < 6
    assert "17 more layers like this" in rolled_canvas(found).svg()


def words_of(canvas: Canvas) -> str:
    return " ".join(label.text for label in canvas.labels)


def test_the_decoder_begins_with_go_and_ends_with_eos() -> None:
    labels = [label.text for label in unrolled_canvas(structure("translate", {}), 3).labels]
    assert labels.count("<GO>") == 1
    assert labels.count("<EOS>") == 2
    assert {"α(1)", "α(2)", "α(3)"} <= set(labels)


def test_without_attention_there_are_no_weights() -> None:
    found = structure("translate", {"model.attention": "none"})
    assert "α" not in words_of(unrolled_canvas(found, 3))
    assert "fixed context" in words_of(rolled_canvas(found))
    assert "query" not in words_of(rolled_canvas(found))


def test_sizes_and_parameters_are_those_of_the_network() -> None:
    found = structure("translate", {"model.width": 12})
    text = structure_text(found)
    assert f"{found.parameters:,} parameters" in text
    assert "12 → 12" in text
    assert [label.text for label in rolled_canvas(found).labels].count("6") == 2  # each direction gives half


def test_names_that_are_too_long_are_cut_where_it_is_seen() -> None:
    canvas = rolled_canvas(columns_structure((LONG, RIGHT_TO_LEFT, "c")))
    assert RIGHT_TO_LEFT in canvas.svg()
    assert "…" in words_of(canvas)
    assert LONG[1:] in canvas.svg()  # in the description


def test_text_of_others_is_escaped() -> None:
    found = structure("classify", {})
    tower = replace(found.towers[0], name="<script>&", reads='"<b>')
    svg = rolled_canvas(replace(found, towers=(tower, tower))).svg()
    assert "<script>" not in svg
    assert ElementTree.fromstring(svg) is not None


ODD = ["\x00\x1b[31m", "\u202eabc", "\ud800", "\ufffe\uffff", "a\nb\tc", " ", "👩‍👩‍👧 क्षि ﷽", "]]>", "<a>&amp;"]


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_any_name_of_a_column_leaves_xml(name: str) -> None:
    found = structure("classify", {})
    tower = replace(found.towers[0], name=name, reads=name)
    for canvas in drawn(replace(found, towers=(tower, tower))):
        check(canvas)
        canvas.svg().encode("utf-8")


def test_colours_are_for_light_and_dark_and_a_page_may_set_them() -> None:
    svg = rolled_canvas(structure("translate", {})).svg()
    assert "color-scheme:light dark" in svg
    assert "var(--recurra-hidden,light-dark(" in svg
    shapes = re.findall(r"<(?:path|rect|circle|text)[^>]*>", svg)
    assert all("fill=" in shape for shape in shapes)  # so that programs without style sheets see colours too


def test_in_a_page_that_has_the_style_sheet_a_drawing_has_no_style_of_its_own() -> None:
    found = columns_structure(("text", RIGHT_TO_LEFT, "c"))
    for svg in (rolled_svg(found, sheet=False), unrolled_svg(found, 2, sheet=False)):
        assert "style" not in re.sub(r"font-style", "", svg)
    assert f"<style>{style_sheet()}</style>" in rolled_svg(found)
