"""What tells the lines of one chart apart: a colour, and beside it a mark and a pattern, for those who see no colours.

The colours can be read on white and on black paper alike (a contrast of 3 to 1 or more), and differ for most people who
do not see all of them. Terminal, SVG and matplotlib draw line k in the same one.
"""

from __future__ import annotations

from typing import NamedTuple


class Pen(NamedTuple):
    """How one line is drawn."""

    colour: str  # "#3b82f6"
    name: str  # of the colour nearest to it that a terminal has
    dashes: tuple[float, ...]  # drawn, left out, ... in widths of the line; empty for a whole line
    mark: str  # of its single points


PENS = (
    Pen("#3b82f6", "blue", (), "●"),
    Pen("#d97706", "yellow", (6, 2), "◆"),
    Pen("#059669", "green", (2, 2), "▲"),
    Pen("#c026d3", "magenta", (8, 2, 2, 2), "■"),
    Pen("#dc2626", "red", (12, 3), "▼"),
    Pen("#64748b", "bright_black", (1, 3), "★"),
)


def pen(number: int) -> Pen:
    """The pen of line `number`, from 0; they begin anew after the last."""
    return PENS[number % len(PENS)]
