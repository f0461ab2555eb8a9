"""Gradient flow in the terminal: the verdict first, then a chart, the layers as a table, and what was taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from recurra.text.visible import visible
from recurra.tracing import GradientFlow
from recurra.views.curves_text import panel_lines
from recurra.views.flow_panels import (
    ACROSS,
    CAPTION,
    GATE_HEADS,
    LAYER_HEADS,
    flow_panels,
    gate_rows,
    heads,
    layer_rows,
    taken,
)
from recurra.views.panels import Panel, across, pens

STYLES = {"vanishing": "bold yellow", "exploding": "bold red", "healthy": "bold green", "unknown": "bold"}
BESIDE = 110  # columns from which on two charts stand side by side
MOST, GAP = 100, 3  # columns of the widest chart, and between two
WIDTH = 100  # of plain text


class FlowView:
    """What rich prints of the gradient flow of one or several networks, to the width at hand."""

    def __init__(self, flows: Sequence[GradientFlow]) -> None:
        self.flows = flows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for flow in self.flows:
            yield from head(flow, named=len(self.flows) > 1)
        yield from charts(flow_panels(self.flows), options.max_width)
        yield from tables(self.flows)
        yield Text(CAPTION, "dim")
        for flow in self.flows:
            name = f"{flow.title}: " if len(self.flows) > 1 else ""
            yield from points([f"{name}{note}" for note in (taken(flow), *flow.notes)], "dim")


class FlowCharts:
    """Charts of gradient flow alone."""

    def __init__(self, panels: Sequence[Panel]) -> None:
        self.panels = panels

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from charts(self.panels, options.max_width)


def flow_text(flows: Sequence[GradientFlow], width: int = WIDTH) -> str:
    """The same as plain text."""
    console = Console(file=StringIO(), width=width, color_system=None)
    with console.capture() as capture:
        console.print(FlowView(flows))
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def head(flow: GradientFlow, *, named: bool) -> Iterator[RenderableType]:
    """The verdict, and what to change."""
    title = Text(f"{visible(flow.title)}: " if named and flow.title else "", "bold")
    yield title.append(flow.verdict.kind, STYLES[flow.verdict.kind]).append(f": {flow.verdict.words}", "not bold")
    yield from points(flow.verdict.advice)


def charts(panels: Sequence[Panel], width: int) -> Iterator[RenderableType]:
    """Panels below each other, in wide terminals two beside each other, and what their lines are."""
    if not panels:
        return
    known, bounds = pens(panels), across(panels)
    aside = 2 if width >= BESIDE and len(panels) > 1 else 1
    each = min(MOST, width // aside - GAP * (aside - 1))
    drawn = [Group("", *panel_lines(panel, known, bounds, each)) for panel in panels]
    table = Table.grid(padding=(0, GAP, 0, 0), pad_edge=False)
    for k in range(0, len(drawn), aside):
        table.add_row(*drawn[k : k + aside])
    yield table
    yield Text("   ").join(Text(f"{pen.mark} {visible(name)}", pen.name) for name, pen in known.items())
    yield Text(f"across: {ACROSS}", "dim")


def tables(flows: Sequence[GradientFlow]) -> Iterator[RenderableType]:
    """The layers, and how often their gates are at an end."""
    if rows := layer_rows(flows):
        yield _table(heads(LAYER_HEADS, flows), rows)
    if rows := gate_rows(flows):
        yield _table(heads(GATE_HEADS, flows), rows)


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*map(visible, row))
    return table


def points(sentences: Iterable[str], style: str = "") -> Iterator[RenderableType]:
    """Sentences one below the other."""
    for sentence in sentences:
        row = Table.grid(padding=(0, 1, 0, 0))
        row.add_row("-", Text(visible(sentence), style))
        yield row
