"""What an answer rests on and how sure it was, in the terminal and as HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from recurra.tracing import AttributedInput, Attribution, Decision, Trace
from recurra.views import attribution_figure, attribution_html, attribution_lines, decision_lines, trace_lines

EVIL = '<script>alert("1")</script>'


def attribution(*rows: list[float], tokens: list[str], instead: list[str] | None = None) -> Attribution:
    scores = np.array(rows, np.float32)
    inputs = [AttributedInput("source", tokens, scores)]
    outputs = list(range(len(rows)))
    values = scores.sum(1).tolist()
    names = [f"out{k}" for k in outputs]
    kind = "log-odds" if instead else "log-probability"
    return Attribution(
        "a text", "integrated-gradients", kind, outputs, names, instead or [], values, [0.0] * len(rows), inputs
    )


def test_of_several_outputs_the_strongest_tokens_on_each_side_are_named() -> None:
    lines = attribution_lines(attribution([2.0, -1.0, 0.01], [0.0, 0.0, 0.0], tokens=["a", "b", "c"]))
    assert lines[1:] == ["  out0  for a +2.00; against b -1.00", "  out1  nothing in particular"]
    assert lines[0].startswith("What the output rests on (integrated gradients; scores are parts of the log-prob")


def test_of_one_output_every_token_has_a_bar() -> None:
    lines = attribution_lines(attribution([2.0, -1.0, 2.0], tokens=["a", "b", "a"], instead=["bad"]))
    assert lines[0].endswith("and not 'bad'")
    assert lines[1:4] == [
        "  a #1   +2.000 ████████████████████",
        "  b      -1.000 ▒▒▒▒▒▒▒▒▒▒",
        "  a #3   +2.000 ████████████████████",
    ]
    assert lines[-1] == "  together +3.000; █ speaks for the output, ▒ against it"


def test_what_is_left_out_is_counted() -> None:
    many = attribution([1.0] * 100, tokens=[f"t{k}" for k in range(100)])
    assert "  ... and 40 more tokens, +40.000 together" in attribution_lines(many)
    outputs = attribution(*[[1.0]] * 70, tokens=["a"])
    assert attribution_lines(outputs)[-1] == "  ... and 10 more outputs"


class Cells(HTMLParser):
    """The cells of the body of a table: their classes, titles and texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: list[tuple[str, str, str]] = []
        self.inside = False
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.inside = tag == "td" and "title" in found
        if self.inside:
            self.cells.append((found.get("class") or "", found["title"] or "", ""))

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.cells[-1] = (*self.cells[-1][:2], self.cells[-1][2] + data)

    def handle_endtag(self, tag: str) -> None:
        self.inside = False


def test_the_table_has_every_number_and_any_text_is_escaped() -> None:
    found = Cells(attribution_html(attribution([2.0, -1.26], tokens=["a", EVIL])))
    assert [(kind, text) for kind, _, text in found.cells] == [("", "+2.0"), ("against", "-1.3")]
    assert found.cells[1][1] == f"out0 ← {EVIL}: -1.2600"
    assert "script" not in found.tags


def test_parts_of_numbers_have_three_digits_and_each_output_its_own_shades() -> None:
    parts = AttributedInput("window", ["a", "b"], np.array([[1234.5, -617.0], [0.012345, 0.0]], np.float32))
    found = Attribution("s", "gradient", "number", [0, 1], ["x", "y"], [], [0.0, 0.0], [0.0, 0.0], [parts])
    cells = Cells(attribution_html(found))
    assert [text for *_, text in cells.cells] == ["+1,234", "-617", "+0.0123", "+0"]
    assert re.findall(r"--w:([\d.]+)", attribution_html(found)) == ["1", "0.5", "1", "0"]
    lines = attribution_lines(found)
    assert "in the units of the data" in lines[0]
    assert lines[1].split() == ["x", "for", "a", "+1,234;", "against", "b", "-617"]


def test_decisions_say_what_else_could_stand_there() -> None:
    sure = Decision("a", 0.9, 1, 0.5, [("a", 0.9), ("\n", 0.0001)], 0.105, 0.25)
    unsure = Decision("b", 0.2, 2, 1.5, [("c", 0.7), ("b", 0.2)])
    assert decision_lines([sure, unsure]) == [
        "token  probability  rank   bits   loss  copied  instead",
        "a            90.0%     1   0.50   0.10   25.0%  ⏎ <0.1%",
        "b            20.0%     2   1.50                 c 70.0%",
    ]
    assert decision_lines([]) == []
    assert decision_lines([unsure] * 61)[-1] == "... and 1 more decision"


def test_a_trace_is_printed_part_by_part() -> None:
    decision = Decision("x", 1.0, 1, 0.0, [("x", 1.0)])
    trace = Trace("a b", "x", ["a", "b"], ["x"], target="y", decisions=[decision], notes=["something"])
    assert trace_lines(trace)[:4] == ["a b → x", "traced with the output: y", "note: something", ""]


def test_a_figure_has_the_scores_of_everything_that_was_read() -> None:
    pytest.importorskip("matplotlib", reason="the extra plots is not installed")
    one = attribution([2.0, -1.0], [0.5, 0.25], tokens=["a", "b"])
    before = AttributedInput("output", ["<GO>"], np.array([[0.1], [0.2]], np.float32))
    figure = attribution_figure(replace(one, inputs=[*one.inputs, before]))
    (image,) = figure.axes[0].images
    assert np.asarray(image.get_array()) == pytest.approx(np.array([[2.0, -1.0, 0.1], [0.5, 0.25, 0.2]]))
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == ["source: a", "b", "output: <GO>"]
