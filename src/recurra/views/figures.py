"""Figures for papers, made by matplotlib (the extra `plots`): lines over a common axis, and a matrix with its names.

A figure stands by itself: nothing here reads or changes pyplot's state or settings, so it looks the same from a script,
a notebook and a server. Keep it with `figure.savefig("curves.pdf")`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from recurra.errors import RecurraError
from recurra.views.figure_fonts import families_for
from recurra.views.palette import Pen
from recurra.views.panels import Panel, across, pens, thinned
from recurra.views.ticks import tick_text, ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

    from recurra.tracing import Matrix

WIDTH, PANEL = 6.4, 2.0  # inches: of a figure of lines, and the height of each of its panels
CELL, UNNAMED = 0.22, 0.05  # inches: of a cell of a matrix, and of one that has no name to be written beside it
LEAST, MOST = 1.5, 14.0  # inches: of all cells
BAR = 0.12  # inches: the width of the bar of colours
LONG = 2  # characters of a name; a longer one is written upwards above its column
POINTS = 200  # of a line; one that has more is drawn by means
NAMES = 90  # of rows or columns that are all written; of more, some
SMALL = 8  # points
MOST_TICKS = 6
GREY = "#808080"
POSITIVE, NEGATIVE, PAPER = "#3b82f6", "#f58b0b", "#ffffff"
MARKS = {"●": "o", "◆": "D", "▲": "^", "■": "s", "▼": "v", "★": "*"}  # matplotlib's names


def lines_figure(panels: Sequence[Panel], x_label: str, title: str = "") -> Figure:
    """Panels below each other, with one axis across and one legend.

    Args:
        panels: at least one.

    Raises:
        RecurraError: matplotlib is not installed.
    """
    figure = _figure(WIDTH, max(1.4 * PANEL, PANEL * len(panels)))
    names, bounds = pens(panels), across(panels)
    axes = [axes for row in figure.subplots(len(panels), 1, sharex=True, squeeze=False) for axes in row]
    for one, panel in zip(axes, panels, strict=True):
        _draw_lines(one, panel, names, bounds)
    numbers = ticks(*bounds, MOST_TICKS)
    axes[-1].set_xticks(numbers, list(map(tick_text, numbers)))
    axes[-1].set_xlabel(x_label, fontsize=SMALL + 1)
    if title:
        figure.suptitle(title, fontsize=SMALL + 3)
    if len(names) > 1:
        keys = {text: handle for one in axes for handle, text in zip(*one.get_legend_handles_labels(), strict=True)}
        figure.legend(list(keys.values()), list(keys), loc="outside lower center", ncols=min(3, len(keys)),
                      frameon=False, fontsize=SMALL)  # fmt: skip
    _as_given(figure, [title, x_label, *names, *(panel.label for panel in panels)])
    return figure


def matrix_figure(
    values: Matrix,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    row_label: str = "",
    column_label: str = "",
    value_label: str = "",
    title: str = "",
    signed: bool = False,
) -> Figure:
    """A matrix [R, C] as a picture: a cell for each number, with the names of rows and columns beside it.

    Args:
        rows, columns: the names; empty where they have none (units of a layer).
        signed: whether numbers lie on both sides of zero; otherwise they begin at zero.

    Raises:
        RecurraError: matplotlib is not installed.
    """
    from_left, from_top = len(values[0]) if values else 0, len(values)
    width, height = _inches(from_left, columns), _inches(from_top, rows)
    figure = _figure(width + 2.2, height + 1.4)
    axes = figure.add_subplot()
    full = max((abs(value) for row in values for value in row if math.isfinite(value)), default=0.0) or 1.0
    image = axes.imshow(values if from_left else [[0.0]], cmap=_colours(signed), vmin=-full if signed else 0.0,
                        vmax=full, aspect="auto", interpolation="nearest")  # fmt: skip
    bar = figure.colorbar(image, ax=axes, shrink=0.8, aspect=0.8 * height / BAR)
    bar.ax.tick_params(labelsize=SMALL, length=2)
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue] (a Spine, typed as a function)
    bar.ax.set_ylabel(value_label, fontsize=SMALL)
    _name_cells(axes, rows, columns)
    axes.set_ylabel(row_label, fontsize=SMALL + 1)
    axes.set_xlabel(column_label, fontsize=SMALL + 1)
    axes.set_title(title, fontsize=SMALL + 3)
    _as_given(figure, [title, row_label, column_label, value_label, *rows, *columns])
    return figure


def _inches(count: int, names: Sequence[str]) -> float:
    """How long so many cells are."""
    return min(max((CELL if names else UNNAMED) * count, LEAST), MOST)


def _figure(width: float, height: float) -> Figure:
    try:
        from recurra.views.shown_figure import ShownFigure
    except ImportError as error:
        fix = 'Install it: pip install "recurra[plots]"'
        raise RecurraError("a figure is made by matplotlib, which is not installed", fix=fix) from error
    return ShownFigure(figsize=(width, height), layout="constrained", facecolor=PAPER)


def _draw_lines(axes: Axes, panel: Panel, names: Mapping[str, Pen], bounds: tuple[float, float]) -> None:
    for line in (thinned(line, POINTS, bounds) for line in panel.lines):
        how = names[line.name]
        style = (0, how.dashes) if how.dashes else "solid"
        mark = MARKS[how.mark] if line.marked or len(line.x) == 1 else None
        axes.plot(line.x, line.y, color=how.colour, linestyle=style, linewidth=1.4, marker=mark, markersize=4,
                  label=line.name)  # fmt: skip
        if line.low:
            axes.fill_between(line.x, line.low, line.high, color=how.colour, alpha=0.18, linewidth=0)
    for value, name in panel.rules:
        axes.axhline(value, color=GREY, linewidth=0.8, linestyle=(0, (2, 2)))
        axes.annotate(name, (1, value), xycoords=("axes fraction", "data"), xytext=(-2, 2), ha="right",
                      textcoords="offset points", fontsize=SMALL - 1, color=GREY)  # fmt: skip
    if panel.log and any(value > 0 for line in panel.lines for value in line.y):
        axes.set_yscale("log")
        axes.minorticks_off()
    numbers = ticks(*panel.bounds, MOST_TICKS, panel.log)
    axes.set_yticks(numbers, list(map(tick_text, numbers)))
    axes.set_ylabel(panel.label, fontsize=SMALL + 1)
    axes.tick_params(labelsize=SMALL)
    axes.grid(visible=True, color=GREY, alpha=0.2, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)


def _name_cells(axes: Axes, rows: Sequence[str], columns: Sequence[str]) -> None:
    """Names on the left and above; of very many, every second, third, ... one."""
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    for axis, names in ((axes.yaxis, rows), (axes.xaxis, columns)):
        step = max(1, -(-len(names) // NAMES))
        axis.set_ticks(range(0, len(names), step), names[::step], fontsize=SMALL)
    for text in axes.get_xticklabels():
        text.set_rotation(90 if len(text.get_text()) > LONG else 0)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _colours(signed: bool) -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    colours = [NEGATIVE, PAPER, POSITIVE] if signed else [PAPER, POSITIVE]
    return LinearSegmentedColormap.from_list("recurra", colours)


def _as_given(figure: Figure, texts: Sequence[str]) -> None:
    """Writes texts as they are: a dollar begins no formula, and a script that the first font lacks has another one.

    Args:
        texts: all that are not made of letters and digits of ASCII alone.
    """
    from matplotlib.text import Text

    families = families_for(texts)
    for text in figure.findobj(lambda artist: isinstance(artist, Text) and bool(artist.get_text())):
        text.set(parse_math=False, fontfamily=families)
