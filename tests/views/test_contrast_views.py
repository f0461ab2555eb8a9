"""Two outputs beside each other, in the terminal and as HTML."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from recurra.tracing import Contrast, ContrastStep
from recurra.views import ContrastView, contrast_html, contrast_lines
from recurra.views.contrast import times

SAME = [ContrastStep(token, token, -0.01, -0.01) for token in "prefix"]
PAIR = Contrast(
    "text",
    "prefix a",
    "prefix b",
    True,
    [*SAME, ContrastStep("a", "b", -0.1, -2.1), ContrastStep("x", None, -0.5, None)],
    -0.6,
    -2.1,
)


def test_lines() -> None:
    assert contrast_lines(PAIR, 70) == [
        '"prefix a" (the answer) is 4.48 times as probable as "prefix b".',
        "They part at step 7, which decides: a 90.5% against b 12.2%.",
        "",
        "step  first       p  second      p    nats",
        "   …  steps 1 to 6: the same in both, 0.00",
        "   7  a       90.5%  b       12.2%   +2.00 ████████████████████",
        "   8  x       60.7%  -               -0.50 ▒▒▒▒▒",
        " all          -0.66          -2.16   +1.50",
    ]


def test_who_is_more_probable_comes_first_and_a_search_error_is_named() -> None:
    swapped = [ContrastStep(s.second, s.first, s.second_log_prob, s.first_log_prob) for s in PAIR.steps]
    missed = replace(PAIR, steps=swapped, first_score=-2.0, second_score=-0.5)
    lines = contrast_lines(missed, 200)
    assert lines[0] == '"prefix b" is 4.48 times as probable as "prefix a" (the answer).'
    assert "the search did not find it" in lines[2]
    ranked = replace(missed, first_score=-0.5, second_score=-0.6)
    assert "With the length penalty the answer is ranked higher all the same." in contrast_lines(ranked, 200)


def test_another_step_may_decide() -> None:
    later = replace(PAIR, steps=[*PAIR.steps, ContrastStep("y", "z", -0.1, -9.0)])
    assert "They part at step 7: a 90.5% against b 12.2%. What decides is step 9: y 90.5% against z <0.1%." in (
        contrast_lines(later, 200)
    )


@pytest.mark.parametrize("width", [44, 60, 100])
def test_lines_keep_to_the_width(width: int) -> None:
    assert max(map(cell_len, contrast_lines(PAIR, width))) <= width


def test_tags_stand_at_their_tokens() -> None:
    steps = [ContrastStep("O", "O", -0.01, -0.01, "the"), ContrastStep("B-X", "O", -0.1, -2.4, "Rhine")]
    tags = Contrast("the Rhine", "O B-X", "O O", True, steps)
    lines = contrast_lines(tags, 70)
    assert "step  token  first       p  second      p    nats" in lines
    assert "   2  Rhine  B-X     90.5%  O        9.1%   +2.30 ████████████████████" in lines
    assert "<bdi>Rhine</bdi>" in contrast_html(tags)


def test_html_has_a_row_for_each_step_and_escapes() -> None:
    strange = replace(PAIR, second="<i>", steps=[*PAIR.steps, ContrastStep("<b>", "\n", -1.0, -1.0)])
    html = contrast_html(strange)
    assert html.count("<tr") == 1 + len(strange.steps) + 1
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
    assert "⏎" in html
    assert '<rect x="50.0" width="50.0"' in html
    assert '<rect x="37.5" width="12.5"' in html


def test_times() -> None:
    assert [times(value) for value in (0.0, 1.0, 7.0, 30.0)] == [
        "1.00 times",
        "2.72 times",
        "1,097 times",
        "more than a million times",
    ]


def test_a_console_prints_the_same_lines() -> None:
    console = Console(width=80, record=True, file=StringIO())
    console.print(ContrastView(PAIR))
    assert [line.rstrip() for line in console.export_text().rstrip().splitlines()] == contrast_lines(PAIR, 80)
