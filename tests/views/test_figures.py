"""Figures for papers: what is drawn, with the texts that were given, and without pyplot."""

from __future__ import annotations

import io
import math
import subprocess
import sys
import warnings

import numpy as np
import pytest
from matplotlib.figure import Figure

from recurra.errors import UsageError
from recurra.tracing import AttentionMap, GradientTrace, LayerTrace, Trace
from recurra.views import Line, Panel, lines_figure, matrix_figure, trace_figure
from recurra.views.figure_fonts import OWN, families_for
from recurra.views.palette import PENS, pen

WITHOUT = """
import sys
sys.modules["matplotlib"] = None
from recurra.views import matrix_figure
from recurra.errors import RecurraError
try:
    matrix_figure([[1.0]], ["a"], ["b"])
except RecurraError as error:
    print(error)
"""
ALONE = """
import sys
from recurra.views import Line, Panel, lines_figure
lines_figure([Panel("loss", [Line("a", [1, 2], [1.0, 2.0])])], "step").savefig(sys.argv[1])
assert "matplotlib.pyplot" not in sys.modules
"""


def drawn(figure: Figure) -> bytes:
    """The picture; a warning (a sign that no font has, a layout that does not fit) is an error."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(file, dpi=60)
    return file.getvalue()


def test_lines_are_the_numbers_that_were_given() -> None:
    figure = lines_figure(
        [
            Panel("loss", [Line("a", [1, 2, 3], [1.0, math.nan, 0.1], [0.9, 1, 0], [1.1, 1, 1])], log=True),
            Panel("norm", [Line("b", [2], [5.0])], rules=[(1.0, "clipped above 1")]),
        ],
        "step",
        "two",
    )
    loss, norm = figure.axes
    assert (loss.get_yscale(), norm.get_yscale()) == ("log", "linear")
    assert (loss.get_ylabel(), norm.get_ylabel(), norm.get_xlabel()) == ("loss", "norm", "step")
    np.testing.assert_array_equal(np.asarray(loss.lines[0].get_ydata()), [1.0, math.nan, 0.1])
    assert loss.lines[0].get_color() == PENS[0].colour
    assert norm.lines[0].get_color() == PENS[1].colour  # another name, another pen, in all panels
    assert norm.lines[0].get_marker() == "D"  # a single point is seen
    assert [text.get_text() for text in norm.texts] == ["clipped above 1"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b"]
    assert drawn(figure)


def test_without_numbers_above_zero_no_axis_is_logarithmic() -> None:
    figure = lines_figure([Panel("loss", [Line("a", [1, 2], [0.0, -1.0])], log=True), Panel("x", [])], "step")
    assert figure.axes[0].get_yscale() == "linear"
    assert drawn(figure)


def test_a_matrix_is_drawn_with_its_names_and_from_zero() -> None:
    figure = matrix_figure([[0.25, 0.5, 0.0], [0.0, 0.1, 1.0]], ["x", "y"], ["a", "b", "c"], value_label="weight")
    axes, bar = figure.axes
    (image,) = axes.images
    np.testing.assert_array_equal(np.asarray(image.get_array()), [[0.25, 0.5, 0.0], [0.0, 0.1, 1.0]])
    assert image.get_clim() == (0.0, 1.0)
    assert [text.get_text() for text in axes.get_yticklabels()] == ["x", "y"]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["a", "b", "c"]
    assert bar.get_ylabel() == "weight"
    assert drawn(figure)


def test_signed_numbers_have_zero_in_the_middle() -> None:
    assert matrix_figure([[-4.0, 1.0]], ["x"], [], signed=True).axes[0].images[0].get_clim() == (-4.0, 4.0)


@pytest.mark.parametrize("values", [[], [[]], [[0.0]], [[math.nan]]])
def test_nothing_zero_and_no_number_can_be_drawn(values: list[list[float]]) -> None:
    assert drawn(matrix_figure(values, [], []))


def test_of_very_many_names_some_are_written_and_the_figure_stays_printable() -> None:
    names = [str(k) for k in range(500)]
    figure = matrix_figure([[float(k) for k in range(500)]] * 500, names, names)
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()][:3] == ["0", "6", "12"]
    assert max(figure.get_size_inches()) < 17


def test_a_dollar_is_a_dollar() -> None:
    tokens = ["$a$", r"\frac", "$^$"]
    one = matrix_figure([[1.0, 0.0, 0.0]], tokens[:1], tokens, title=r"$\nope$")
    two = lines_figure([Panel("$x$", [Line(name, [1, 2], [1, 2]) for name in tokens])], r"$\nope$", r"$\nope$")
    assert drawn(one)
    assert drawn(two)  # as formulas some of them cannot be read
    assert not one.axes[0].get_xticklabels()[0].get_parse_math()
    assert not two.legends[0].get_texts()[0].get_parse_math()


def test_fonts_are_asked_only_for_what_the_first_one_lacks() -> None:
    assert families_for(["plain", "Ελληνικά", "é̂", "مرحبا"]) == [OWN]
    found = families_for(["ก", "plain"])  # Thai, if this machine has a font for it
    assert found[0] == OWN
    assert len(found) <= 2
    assert families_for(["\U0010fffd\u200b"]) == [OWN]  # what no font has is left to matplotlib, which says so


def test_nothing_of_pyplot_is_touched(tmp_path: object) -> None:
    subprocess.run([sys.executable, "-c", ALONE, f"{tmp_path}/x.pdf"], check=True)


def test_without_matplotlib_it_says_what_is_missing() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    assert 'pip install "recurra[plots]"' in done.stdout


def test_pens_differ_by_colour_mark_and_pattern_and_are_seen_on_white_and_black() -> None:
    for part in zip(*PENS, strict=True):
        assert len(set(part)) == len(PENS)
    for one in PENS:
        red, green, blue = (int(one.colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert 1.05 / (luminance + 0.05) >= 3  # WCAG's contrast, with white
        assert (luminance + 0.05) / 0.05 >= 3
    assert pen(len(PENS)) == pen(0)


def layer(name: str, **values: list[list[float]]) -> LayerTrace:
    arrays = {key: np.array(value) for key, value in values.items()}
    return LayerTrace(name, ["a", " "], {}, arrays)


def test_any_matrix_of_a_trace_by_its_name() -> None:
    attention = AttentionMap(["a", " "], ["x"], [[0.25, 0.75]])
    layers = [layer("encoder.0", hidden=[[1.0, -2.0, 3.0], [4.0, 5.0, 6.0]])]
    gradients = GradientTrace([0], ["x"], {"encoder.0": np.array([[0.5, 0.1]])})
    trace = Trace("a ", "x", ["a", " "], ["x"], attention, layers, gradients=gradients)
    first = trace_figure(trace).axes[0]
    assert [text.get_text() for text in first.get_xticklabels()] == ["a", "␣"]
    np.testing.assert_array_equal(np.asarray(first.images[0].get_array()), [[0.25, 0.75]])
    hidden = trace_figure(trace, "encoder.0.hidden").axes[0]
    np.testing.assert_array_equal(np.asarray(hidden.images[0].get_array()), [[1, 4], [-2, 5], [3, 6]])
    assert hidden.images[0].get_clim() == (-6.0, 6.0)
    assert (hidden.get_ylabel(), hidden.get_xlabel(), hidden.get_title()) == ("unit", "step", "encoder.0.hidden")
    found = trace_figure(trace, "gradients.encoder.0").axes[0]
    assert [text.get_text() for text in found.get_yticklabels()] == ["x"]
    assert found.images[0].get_clim() == (0.0, 0.5)
    with pytest.raises(UsageError, match=r"unknown figure 'encoder\.0\.hiden'\n  Did you mean 'encoder\.0\.hidden'"):
        trace_figure(trace, "encoder.0.hiden")


def test_without_attention_comes_what_is_first_and_nothing_is_refused() -> None:
    only = Trace("a ", "x", ["a", " "], ["x"], layers=[layer("reader.0", hidden=[[1.0], [2.0]])])
    assert trace_figure(only).axes[0].get_title() == "reader.0.hidden"
    with pytest.raises(UsageError, match="nothing that could be drawn"):
        trace_figure(Trace("a", "x", ["a"], ["x"]))
