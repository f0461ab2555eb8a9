"""A canvas of characters: lines of braille dots, marks on them, over a shaded ground.

A character holds two steps across and four dots in height, so that a line is seen in a few rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.text import Text

DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # of a braille character: left column, right column
BRAILLE = 0x2800
GROUND, GROUND_STYLE = "░", "cyan dim"  # of what is shaded


class Canvas:
    """What is drawn last is seen.

    Args:
        columns, height: in characters.
        low, high: the numbers at the lower and the upper edge.
    """

    def __init__(self, columns: int, height: int, low: float, high: float) -> None:
        self.columns, self.height, self.low, self.high = columns, height, low, high
        self.dots: dict[tuple[int, int], tuple[int, str]] = {}  # (row, column) -> dots and the style of the last one
        self.marks: dict[tuple[int, int], tuple[str, str]] = {}  # (row, column) -> a sign and its style
        self.shaded: set[tuple[int, int]] = set()

    def line(self, style: str, first: int, values: Sequence[float]) -> None:
        """One dot a step, and as many below or above it as make it a line; a number that is not finite is a gap."""
        before: int | None = None
        for step, value in enumerate(values, first):
            if not math.isfinite(value):
                before = None
                continue
            here = self._place(value)
            there = here if before is None else before
            for dot in range(min(here, there + (there < here)), max(here, there - (there > here)) + 1):
                self._dot(step, dot, style)
            before = here

    def mark(self, style: str, step: int, value: float, sign: str) -> None:
        """A sign at a point."""
        self.marks[self._place(value) // 4, step // 2] = (sign, style)

    def shade(self, first: int, lows: Sequence[float], highs: Sequence[float]) -> None:
        """The ground between two bounds."""
        for step, (low, high) in enumerate(zip(lows, highs, strict=True), first):
            if not math.isfinite(low + high):
                continue
            for row in range(self._place(high) // 4, self._place(low) // 4 + 1):
                self.shaded.add((row, step // 2))

    def row_of(self, value: float) -> int:
        """The row in which a number lies, from the top."""
        return self._place(value) // 4

    def rows(self) -> list[Text]:
        """The lines, from the top."""
        return [self._row(row) for row in range(self.height)]

    def _row(self, row: int) -> Text:
        text = Text()
        for column in range(self.columns):
            text.append(*self._character(row, column))
        return text

    def _character(self, row: int, column: int) -> tuple[str, str]:
        """What stands in a place, and its style."""
        if (row, column) in self.marks:
            return self.marks[row, column]
        dots, style = self.dots.get((row, column), (0, GROUND_STYLE))
        ground = GROUND if (row, column) in self.shaded else " "
        return chr(BRAILLE + dots) if dots else ground, style

    def _place(self, value: float) -> int:
        """The dot of a value, from the top."""
        share = (self.high - value) / (self.high - self.low)
        return min(max(round(share * (4 * self.height - 1)), 0), 4 * self.height - 1)

    def _dot(self, step: int, place: int, style: str) -> None:
        where = (place // 4, step // 2)
        dots, _ = self.dots.get(where, (0, ""))
        self.dots[where] = (dots | DOTS[step % 2][place % 4], style)
