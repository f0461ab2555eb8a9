"""The gates and states of layers in the terminal: a line for each, a bar under every token.

    encoder.0.forward: LSTM, 64 units
               3␣May␣1998 <EOS>    mean  < 0.1  > 0.9
    input      ▅▅▆▅▅▅▆▆▅▅ ▅▅▅▅▅    0.57    25%    36%
    forget     ▆▄▆▆▄▂▅▆▆▆ ▆▆▆▆▆    0.53    29%    34%
    unit 48    ▄█▁▂▃█▇▇▅▄ ▄▄▄▄▄

A bar is the mean over the units, of signed values that of their absolute values. The shares are those of units and
steps at which a gate is nearly shut or wide open (saturated; of signed values, near -1 or 1). Below
stand the units whose hidden state changes most along the text, from ▁ below 0 to █ above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult

from recurra.text.counted import counted
from recurra.tracing import Array, LayerTrace
from recurra.views.styled_lines import Line, plain, styled, wrapped
from recurra.views.token_columns import Column, blocks, columns

BARS = "▁▂▃▄▅▆▇█"
LOW, HIGH = 0.1, 0.9  # below and above, a gate is saturated (Karpathy et al. 2015)
UNITS = 3  # that are shown one by one
MAX_COLUMNS = 240
HEAD = " mean  < 0.1  > 0.9"
STYLES = {"name": "bold", "label": "bold", "above": "blue", "below": "yellow", "note": "dim", "": ""}


class Row(NamedTuple):
    """A line of bars."""

    name: str
    values: Array  # [T] from 0 to `full`, or from -full if signed
    full: float
    signed: bool
    facts: str  # what stands beside it, under HEAD; empty of single units


class GatesView:
    """Gates and states for rich: `console.print(GatesView(trace.layers))`.

    Args:
        layers: those without steps of a cell, such as windows, are shown by their states alone.
        units: how many units are shown one by one.
    """

    def __init__(self, layers: Sequence[LayerTrace], units: int = UNITS) -> None:
        self.layers = layers
        self.units = units

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from styled(_lines(self.layers, options.max_width, self.units), STYLES)


def gates_lines(layers: Sequence[LayerTrace], width: int = 80, units: int = UNITS) -> list[str]:
    """The same as plain lines of at most `width` cells (wider only where one token or three numbers have no room)."""
    return plain(_lines(layers, width, units))


def bar(value: float, full: float, *, signed: bool) -> str:
    """The bar for a number from 0 to `full`, or from -full if signed."""
    share = (value + full) / (2 * full) if signed else value / full
    return BARS[min(len(BARS) - 1, int(len(BARS) * max(0.0, share)))]


def liveliest(states: Array, count: int) -> list[int]:
    """The units of states [T, H] that differ most from step to step, the first of them the most."""
    return np.argsort(-states.var(0), kind="stable")[:count].tolist()


def _lines(layers: Sequence[LayerTrace], width: int, units: int) -> Iterator[Line]:
    for layer in layers:
        yield [(layer.name, "name"), (f": {_about(layer)}", "note")]
        if layer.tokens:
            yield from _layer(layer, width, units)
        yield [("", "")]
    if layers:
        yield from _legend(width)


def _about(layer: LayerTrace) -> str:
    units = next((counted(values.shape[1], "unit") for values in layer.states.values()), "")
    way = "from the last token to the first" if layer.backward else ""
    return ", ".join(filter(None, (layer.cell, units, way))) + ("" if layer.tokens else "; no tokens")


def _layer(layer: LayerTrace, width: int, units: int) -> Iterator[Line]:
    rows = [*_means(layer), *_single(layer, units)]
    margin = max(cell_len(row.name) for row in rows) + 2
    parts = list(blocks(columns(layer.tokens[:MAX_COLUMNS]), width - margin))
    across = sum(column.gap + column.width for column in parts[0])
    beside = len(parts) == 1 and margin + across + 3 + len(HEAD) <= width
    for part in parts:
        header: Line = [(" " * margin, ""), *((column.header(), "label") for column in part)]
        yield [*header, (f"   {HEAD}", "note")] if beside else header
        for row in rows:
            facts = f"   {row.facts}" if beside and row.facts else ""
            yield [(row.name.ljust(margin), "label"), *_bars(row, part), (facts, "note")]
    if not beside:
        yield [(" " * margin + HEAD, "note")]
        yield from ([(f"{row.name.ljust(margin)}{row.facts}", "note")] for row in rows if row.facts)
    if len(layer.tokens) > MAX_COLUMNS:
        yield [(f"left out: {counted(len(layer.tokens) - MAX_COLUMNS, 'token')}", "note")]


def _means(layer: LayerTrace) -> Iterator[Row]:
    for name, values in (*layer.gates.items(), *layer.states.items()):
        signed = bool((values < 0).any())
        low, high = float((values < (-HIGH if signed else LOW)).mean()), float((values > HIGH).mean())
        mean = round(float(values.mean()), 2) or 0.0  # and not -0.0
        facts = f"{mean:5.2f}  {low:>5.0%}  {high:>5.0%}"
        yield Row(name, np.abs(values).mean(1), _full(values), False, facts)


def _single(layer: LayerTrace, units: int) -> Iterator[Row]:
    hidden = layer.states.get("hidden")
    for unit in [] if hidden is None else liveliest(hidden, units):
        assert hidden is not None
        yield Row(f"unit {unit}", hidden[:, unit], _full(hidden), True, "")


def _full(values: Array) -> float:
    return max(1.0, float(np.abs(values).max(initial=0)))


def _bars(row: Row, part: list[Column]) -> Iterator[tuple[str, str]]:
    for column in part:
        value = float(row.values[column.place])
        drawn = column.filled(bar(value, row.full, signed=row.signed))
        yield drawn, "below" if row.signed and value < 0 else "above"


def _legend(width: int) -> Iterator[Line]:
    said = [
        "Bars: ▁ 0 to █ 1 (or the largest value), the mean over units (of signed values: of their absolute values).",
        "Single units: ▁ below 0, █ above.",
        "< 0.1, > 0.9: the share of units and steps with such a value (of signed values: below -0.9, above 0.9).",
    ]
    for sentence in said:
        yield from ([(line, "note")] for line in wrapped(sentence, max(1, width)))
