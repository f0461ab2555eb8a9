"""An attention map in the terminal: target tokens down, source tokens across, a shade for each weight.

            12.␣März␣1954 <EOS>
          1 ░       █
          9          █

A map that is wider than the terminal goes on below, and a very long one is cut, which is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from recurra.text.counted import counted
from recurra.text.visible import visible
from recurra.tracing import AttentionMap
from recurra.views.image_text import looks_lines
from recurra.views.styled_lines import Line, plain, styled, wrapped
from recurra.views.token_columns import MAX_LABEL, Column, blocks, columns
from recurra.views.tokens import cut, held, label

SHADES = " ░▒▓█"
STEPS = (0.05, 0.25, 0.5, 0.75)  # the least weight of each shade but the first
MAX_ROWS, MAX_COLUMNS = 60, 240
STYLES = {"label": "bold", "weight": "blue", "largest": "bold green", "note": "dim", "": ""}


class AttentionView:
    """An attention map for rich: `console.print(AttentionView(attention))`."""

    def __init__(self, attention: AttentionMap) -> None:
        self.attention = attention

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.attention.picture is not None:
            for look in looks_lines(self.attention, self.attention.picture, options.max_width):
                yield Text(look, no_wrap=True, overflow="crop")
            return
        yield from styled(_lines(self.attention, options.max_width), STYLES)


def attention_lines(attention: AttentionMap, width: int = 80) -> list[str]:
    """The map as plain lines of at most `width` cells (wider only if the width has no room for one token)."""
    if attention.picture is not None:
        return list(looks_lines(attention, attention.picture, width))
    return plain(_lines(attention, width))


def shade(weight: float) -> str:
    """The shade for a weight between 0 and 1."""
    return SHADES[sum(weight >= step for step in STEPS)]


def _lines(attention: AttentionMap, width: int) -> Iterator[Line]:
    if not attention.source_tokens or not attention.target_tokens:
        yield [("no tokens, so no attention", "note")]
        return
    rows = [cut(label(token), MAX_LABEL) for token in attention.target_tokens[:MAX_ROWS]]
    margin = max(map(cell_len, rows))
    for block in blocks(columns(attention.source_tokens[:MAX_COLUMNS]), width - margin - 1):
        yield [(" " * (margin + 1), ""), *((column.header(), "label") for column in block)]
        for text, weights in zip(rows, attention.weights, strict=False):
            name = " " * (margin - cell_len(text)) + held(text)
            yield [(f"{name} ", "label"), *_shaded(block, weights, attention.spans())]
        yield [("", "")]
    yield [(_legend(), "note")]
    if said := columns_said(attention):
        yield from ([(line, "note")] for line in wrapped(said, max(1, width)))
    yield from _left_out(attention)


def columns_said(attention: AttentionMap) -> str:
    """That the weights of each column add up by themselves; nothing of a single one."""
    names = ", ".join(visible(name) for name, _ in attention.columns)
    return f"The weights of each column add up to 100 % by themselves: {names}." if len(attention.columns) > 1 else ""


def _shaded(block: list[Column], weights: list[float], spans: list[tuple[str, int, int]]) -> Iterator[tuple[str, str]]:
    largest = {max(range(first, end), key=weights.__getitem__) for _, first, end in spans if first < end}
    for column in block:
        drawn = column.filled(shade(weights[column.place]))
        yield drawn, "" if drawn.isspace() else "largest" if column.place in largest else "weight"


def _legend() -> str:
    return ", ".join(f"{shade(step)} from {step:.0%}" for step in STEPS)


def _left_out(attention: AttentionMap) -> Iterator[Line]:
    rows = len(attention.target_tokens) - MAX_ROWS
    across = len(attention.source_tokens) - MAX_COLUMNS
    if rows > 0 or across > 0:
        yield [
            (f"left out: {counted(max(0, rows), 'target token')} and {counted(max(0, across), 'source token')}", "note")
        ]
