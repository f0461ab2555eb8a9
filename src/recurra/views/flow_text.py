"""Gradient flow in the terminal: the verdict first, then a chart, the layers as a table, and what was taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from recurra.text.visible import visible
from recurra.tracing import GradientFlow
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
from recurra.views.panels import Panel, pens
from recurra.views.panels_text import charts, keys
from recurra.views.plain_text import plain_text, points

STYLES = {"vanishing": "bold yellow", "exploding": "bold red", "healthy": "bold green", "unknown": "bold"}
WIDTH = 100  # of plain text


class FlowView:
    """What rich prints of the gradient flow of one or several networks, to the width at hand."""

    def __init__(self, flows: Sequence[GradientFlow]) -> None:
        self.flows = flows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for flow in self.flows:
            yield from head(flow, named=len(self.flows) > 1)
        yield from drawn(flow_panels(self.flows), options.max_width)
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
        yield from drawn(self.panels, options.max_width)


def flow_text(flows: Sequence[GradientFlow], width: int = WIDTH) -> str:
    """The same as plain text."""
    return plain_text(FlowView(flows), width)


def head(flow: GradientFlow, *, named: bool) -> Iterator[RenderableType]:
    """The verdict, and what to change."""
    title = Text(f"{visible(flow.title)}: " if named and flow.title else "", "bold")
    yield title.append(flow.verdict.kind, STYLES[flow.verdict.kind]).append(f": {flow.verdict.words}", "not bold")
    yield from points(flow.verdict.advice)


def drawn(panels: Sequence[Panel], width: int) -> Iterator[RenderableType]:
    """The charts, what their lines are, and what is across."""
    if not panels:
        return
    known = pens(panels)
    yield charts(panels, known, width)
    yield Text("   ").join(keys(known))
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
