"""The way up through an unrolled drawing: the steps of a sequence beside each other, a row for each part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from recurra.structure import Part
from recurra.views.drawing.boxes import NOTE, ROLES, described, notes_of, sized
from recurra.views.drawing.canvas import Canvas, Point, around
from recurra.views.drawing.layout import shortened
from recurra.views.drawing.markup import text_width

PITCH, WIDE_PITCH = 118.0, 148.0  # from step to step, with one direction and with two
HALF, LOW = 33.0, 19.0  # half of the width and of the height of a small box
ASIDE, ABOVE = 27.0, 58.0  # how far the two directions are moved to the sides, and the upper one up
ARROW = 32.0  # between two rows
LABEL = 24.0  # between the first box and the words on its row
GO, EOS = "<GO>", "<EOS>"


@dataclass
class Columns:
    """The steps of a sequence beside each other, on their way up.

    Args:
        xs: the middle of each step.
        y: where they have come to.
        two_ways: a row reads in both directions, and so is wider.
    """

    canvas: Canvas
    xs: Sequence[float]
    y: float = 0.0
    two_ways: bool = False
    labelled: bool = False  # whether the states of a row have their names: those of the lowest do

    @property
    def label_x(self) -> float:
        """Where the words on a row end."""
        return self.xs[0] - HALF - LABEL - 26 - (ASIDE if self.two_ways else 0)

    def enter(self, symbols: Sequence[str], words: str) -> None:
        """What comes in at the foot of each step."""
        for x, symbol in zip(self.xs, symbols, strict=True):
            self.symbol((x, self.y), symbol, "input")
        self.say(self.y, words)
        self.y -= 22

    def leave(self, symbols: Sequence[str], words: str, length: float = ARROW) -> None:
        """What goes out at the top of each step."""
        self.arrows(length)
        for x, symbol in zip(self.xs, symbols, strict=True):
            self.symbol((x, self.y - 10), symbol, "cell")
        self.say(self.y - 10, words)

    def symbol(self, at: Point, symbol: str, colour: str) -> None:
        """A symbol, or one of the special tokens."""
        if symbol.startswith("<"):
            self.canvas.word(at, symbol, 14, fill=colour, weight=600)
        else:
            self.canvas.symbol(at, symbol, 19, fill=colour)

    def say(self, y: float, words: str, more: str = "") -> None:
        """Words on a row, left of it."""
        self.canvas.word((self.label_x, y), words, 12.5, anchor="end", fill="ink")
        if more:
            self.canvas.word((self.label_x, y + 15), more, NOTE, anchor="end")

    def arrows(self, length: float = ARROW) -> None:
        """Up, at every step."""
        for x in self.xs:
            self.canvas.path([(x, self.y), (x, self.y - length)], "quiet", 1.75, arrow=True)
        self.y -= length

    def rows(self, parts: Sequence[Part]) -> None:
        """A row for each part; of many that are alike, words in the place of the middle ones."""
        for part in shortened(parts):
            if isinstance(part, Part):
                self.row(part)
            else:
                self.arrows()
                self.say(self.y - 6, f"{part} more layers like this")
                self.y -= 20

    def row(self, part: Part) -> None:
        """A part at every step."""
        if part.both:
            self.both(part)
            return
        if part.kind == "convolution":
            self.neighbours()
        self.arrows()
        y = self.y - LOW
        for x in self.xs:
            small_box(self.canvas, (x, y), HALF, part, part.name if part.kind == "recurrent" else "")
        self.say(y + 4, part.name, row_note(part))
        if part.kind == "recurrent":
            hand_on(self.canvas, self.xs, y, part, labelled=not self.labelled)
            self.labelled = True
        self.y -= 2 * LOW

    def neighbours(self) -> None:
        """From each step to the ones beside it, whose windows it lies in."""
        for here, there in (*pairwise(self.xs), *pairwise(self.xs[::-1])):
            side = HALF * 0.6 if here > there else -HALF * 0.6
            self.canvas.path([(here, self.y), (there + side, self.y - ARROW)], "quiet", 1.25, arrow=True)

    def both(self, part: Part) -> None:
        """A row that reads forwards, and above it one that reads backwards."""
        canvas, foot = self.canvas, self.y
        ahead, back = foot - 48 - LOW, foot - 48 - LOW - ABOVE
        top = back - LOW - 30
        for x in self.xs:
            left, right = x - ASIDE, x + ASIDE
            canvas.path([(x, foot), (x, foot - 20), (left, foot - 20), (left, ahead + LOW)], "quiet", 1.75, arrow=True)
            aside = right + 24
            canvas.path([(x, foot), (x, foot - 20), (aside, foot - 20), (aside, back + LOW)], "quiet", 1.75, arrow=True)
            canvas.path([(left - 12, ahead - LOW), (left - 12, top + 16), (x, top + 16), (x, top)], "quiet", 1.75)
            canvas.path([(right, back - LOW), (right, top + 16), (x, top + 16), (x, top)], "quiet", 1.75)
        hand_on(canvas, [x - ASIDE for x in self.xs], ahead, part, labelled=not self.labelled)
        hand_on(canvas, [x + ASIDE for x in reversed(self.xs)], back, part, labelled=False)
        for x in self.xs:
            small_box(canvas, (x - ASIDE, ahead), HALF, part, part.name)
            small_box(canvas, (x + ASIDE, back), HALF, part, part.name)
        half = sized(None if part.outputs is None else part.outputs // 2)
        self.say(back + 4, f"{part.name} ←", half)
        self.say(ahead + 4, f"{part.name} →", half)
        self.labelled = True
        self.y = top


def row_note(part: Part) -> str:
    """Size and notes of a row."""
    return ", ".join(filter(None, [sized(part.outputs), notes_of(part)]))


def small_box(canvas: Canvas, at: Point, half: float, part: Part, name: str) -> None:
    """A part at one step."""
    role = ROLES[part.kind]
    with canvas.group(described(part), class_="part", data_kind=part.kind):
        canvas.rectangle(around(at, half, LOW), 8, "paper", role, 1.5, tint=role)
        if name:
            size = min(13.0, 13.0 * (2 * half - 8) / (text_width(name, 13) * 1.06))
            canvas.word((at[0], at[1] + 4.5), name, size, fill="ink", weight=600)


def hand_on(canvas: Canvas, xs: Sequence[float], y: float, part: Part, *, labelled: bool) -> None:
    """The arrows of each state from step to step, in the direction of the steps."""
    side = 1 if len(xs) < 2 or xs[1] > xs[0] else -1
    for k, state in enumerate(part.states):
        colour = "cell" if state == "c" else "hidden"
        level = y + (8 - 16 * k if len(part.states) > 1 else 0)
        starts = [xs[0] - side * (HALF + LABEL), *(x + side * HALF for x in xs)]
        ends = [*(x - side * HALF for x in xs), xs[-1] + side * (HALF + LABEL)]
        for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
            canvas.path([(start, level), (end, level)], colour, 1.75, arrow=True)
            if labelled:
                middle = start + 21 if part.both and number else (start + end) / 2
                below = k == 0 and len(part.states) > 1
                canvas.symbol((middle, level + (17 if below else -7)), f"{state}_{number}", 13, fill=colour)


def spread(count: int, start: float, pitch: float) -> list[float]:
    """The middles of so many steps."""
    return [start + k * pitch for k in range(count)]


def symbols(letter: str, count: int, first: int = 1) -> list[str]:
    """x_1, x_2, ..."""
    return [f"{letter}_{k}" for k in range(first, first + count)]


def words_width(words: Iterable[str], parts: Iterable[Part]) -> float:
    """The room that words on rows take, up to the middle of the first step."""
    parts = list(parts)
    named = [text_width(one, 12.5) for one in (*words, *(part.name for part in parts))]
    return max(*named, *(text_width(row_note(part), NOTE) for part in parts)) + 2 * HALF + LABEL + 26
