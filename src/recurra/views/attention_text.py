"""An attention map in the terminal: target tokens down, source tokens across, a shade for each weight.

            12.␣März␣1954 <EOS>
          1 ░       █
          9          █

The columns of single characters stand close together, so that the header reads as the text; wider tokens are set
apart. A map that is wider than the terminal goes on below, and a very long one is cut, which is said.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from recurra.tracing import AttentionMap
from recurra.views.image_text import looks_lines
from recurra.views.tokens import held, label

SHADES = " ░▒▓█"
STEPS = (0.05, 0.25, 0.5, 0.75)  # the least weight of each shade but the first
MAX_ROWS, MAX_COLUMNS = 60, 240
MAX_LABEL = 16  # cells; a longer token is cut
STYLES = {"label": "bold", "weight": "blue", "largest": "bold green", "note": "dim", "": ""}

Line = list[tuple[str, str]]  # pieces of text, each with the name of its style


class Column(NamedTuple):
    """A source token: its place in the source, counted from 0, and how it is shown."""

    place: int
    text: str
    width: int  # cells, the gap before it not counted
    gap: int


class AttentionView:
    """An attention map for rich: `console.print(AttentionView(attention))`."""

    def __init__(self, attention: AttentionMap) -> None:
        self.attention = attention

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.attention.picture is not None:
            for plain in looks_lines(self.attention, self.attention.picture, options.max_width):
                yield Text(plain, no_wrap=True, overflow="crop")
            return
        for line in _lines(self.attention, options.max_width):
            text = Text(no_wrap=True, overflow="crop")
            for style, pieces in groupby(line, key=itemgetter(1)):
                text.append("".join(piece for piece, _ in pieces), STYLES[style])
            yield text


def attention_lines(attention: AttentionMap, width: int = 80) -> list[str]:
    """The map as plain lines of at most `width` cells (wider only if the width has no room for one token)."""
    if attention.picture is not None:
        return list(looks_lines(attention, attention.picture, width))
    return ["".join(text for text, _ in line).rstrip() for line in _lines(attention, width)]


def shade(weight: float) -> str:
    """The shade for a weight between 0 and 1."""
    return SHADES[sum(weight >= step for step in STEPS)]


def _lines(attention: AttentionMap, width: int) -> Iterator[Line]:
    if not attention.source_tokens or not attention.target_tokens:
        yield [("no tokens, so no attention", "note")]
        return
    rows = [_cut(label(token), MAX_LABEL) for token in attention.target_tokens[:MAX_ROWS]]
    margin = max(map(cell_len, rows))
    for block in _blocks(_columns(attention.source_tokens[:MAX_COLUMNS]), width - margin - 1):
        yield [(" " * (margin + 1), ""), *((_padded(column), "label") for column in block)]
        for text, weights in zip(rows, attention.weights, strict=False):
            name = " " * (margin - cell_len(text)) + held(text)
            yield [(f"{name} ", "label"), *_shaded(block, weights)]
        yield [("", "")]
    yield [(_legend(), "note")]
    yield from _left_out(attention)


def _columns(tokens: Iterable[str]) -> list[Column]:
    columns: list[Column] = []
    close = True  # whether the column before is a single character
    for place, token in enumerate(tokens):
        text = _cut(label(token), MAX_LABEL)
        single = _is_single(text)
        columns.append(Column(place, text, max(1, cell_len(text)), gap=0 if single and close else 1))
        close = single
    return columns


def _is_single(text: str) -> bool:
    """Whether the text is one character, perhaps with marks on it."""
    return all(unicodedata.category(character).startswith("M") for character in text[1:])


def _blocks(columns: list[Column], width: int) -> Iterator[list[Column]]:
    """The columns in groups that fit the width; at least one in each."""
    block: list[Column] = []
    used = 0
    for column in columns:
        if block and used + column.gap + column.width > width:
            yield block
            block, used = [], 0
        if not block:
            column = column._replace(gap=0)
        block.append(column)
        used += column.gap + column.width
    if block:
        yield block


def _shaded(block: list[Column], weights: list[float]) -> Iterator[tuple[str, str]]:
    largest = max(weights)
    for column in block:
        weight = weights[column.place]
        drawn = " " * column.gap + shade(weight) * column.width
        yield drawn, "" if drawn.isspace() else "largest" if weight == largest else "weight"


def _padded(column: Column) -> str:
    return " " * column.gap + held(set_cell_size(column.text, column.width))


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def _legend() -> str:
    return ", ".join(f"{shade(step)} from {step:.0%}" for step in STEPS)


def _left_out(attention: AttentionMap) -> Iterator[Line]:
    rows = len(attention.target_tokens) - MAX_ROWS
    columns = len(attention.source_tokens) - MAX_COLUMNS
    if rows > 0 or columns > 0:
        yield [(f"left out: {max(0, rows)} target tokens and {max(0, columns)} source tokens", "note")]
