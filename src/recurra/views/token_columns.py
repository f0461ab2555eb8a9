"""Tokens as the columns of a picture in the terminal, each as wide as it is shown.

The columns of single characters stand close together, so that the header reads as the text; wider tokens are set
apart. What is wider than the terminal goes on below, in blocks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from recurra.views.tokens import cut, held, label

MAX_LABEL = 16  # cells; a longer token is cut


class Column(NamedTuple):
    """A token: its place in the text, counted from 0, and how it is shown."""

    place: int
    text: str
    width: int  # cells, the gap before it not counted
    gap: int

    def header(self) -> str:
        """The token in its column, the gap before it included."""
        return " " * self.gap + held(set_cell_size(self.text, self.width))

    def filled(self, sign: str) -> str:
        """The column full of one sign, the gap before it included."""
        return " " * self.gap + sign * self.width


def columns(tokens: Iterable[str]) -> list[Column]:
    """A column for each token."""
    found: list[Column] = []
    close = True  # whether the column before is a single character
    for place, token in enumerate(tokens):
        text = cut(label(token), MAX_LABEL)
        single = _is_single(text)
        found.append(Column(place, text, max(1, cell_len(text)), gap=0 if single and close else 1))
        close = single
    return found


def blocks(all_columns: list[Column], width: int) -> Iterator[list[Column]]:
    """The columns in groups that fit the width; at least one in each."""
    block: list[Column] = []
    used = 0
    for column in all_columns:
        if block and used + column.gap + column.width > width:
            yield block
            block, used = [], 0
        if not block:
            column = column._replace(gap=0)
        block.append(column)
        used += column.gap + column.width
    if block:
        yield block


def _is_single(text: str) -> bool:
    """Whether the text is one character, perhaps with marks on it."""
    return all(unicodedata.category(character).startswith("M") for character in text[1:])
