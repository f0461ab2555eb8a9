"""The way up through a rolled drawing: boxes above each other, arrows between them, a loop at what is recurrent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from recurra.structure import Part
from recurra.views.drawing.boxes import HALF_HEIGHT, NOTE, draw_box, half_width, notes_of, sized
from recurra.views.drawing.canvas import Canvas, Point
from recurra.views.drawing.markup import text_width

LEAST, MOST = 88.0, 150.0  # half of the width of a box
ARROW = 42.0  # between two boxes
FORK = 26.0  # below and above two directions, where the way parts and meets
LOOP = (46.0, 28.0)  # how far the loop of each state reaches beside its box


class Way:
    """The way up through a tower: where it has come to, and what flows there.

    Args:
        at: the foot of the next arrow.
    """

    def __init__(self, canvas: Canvas, at: Point) -> None:
        self.canvas = canvas
        self.x, self.y = at
        self.flows = ""  # the size beside the next arrow

    def enter(self, symbol: str, words: str) -> None:
        """What comes in at the foot."""
        self.canvas.symbol((self.x, self.y), symbol, 20, fill="input")
        self.canvas.word((self.x, self.y + 20), words)
        self.y -= 22

    def arrow(self, length: float = ARROW) -> None:
        """Up to the next box, with the size of what flows."""
        foot, self.y = self.y, self.y - length
        self.canvas.path([(self.x, foot), (self.x, self.y)], "quiet", 1.75, arrow=True)
        self.canvas.word((self.x + 9, foot - length / 2 + 6), self.flows, NOTE, anchor="start")

    def part(self, part: Part, half: float) -> None:
        """An arrow and the part that it leads to."""
        if part.both:
            self.both(part)
        else:
            self.arrow()
            self.box(part, half)
        self.flows = sized(part.outputs)

    def box(self, part: Part, half: float) -> None:
        """The part's box, with its loops."""
        centre = (self.x, self.y - HALF_HEIGHT)
        draw_box(self.canvas, centre, half, part, part.name, notes_of(part))
        draw_loops(self.canvas, centre, half, part, right=True)
        self.y -= 2 * HALF_HEIGHT

    def both(self, part: Part) -> None:
        """Two boxes beside each other, one for each direction, between a fork and where the two meet."""
        canvas, half = self.canvas, max(LEAST - 18, half_width(part.name, "reads backwards ←"))
        reach = half + 12
        self.canvas.word((self.x + 9, self.y - 8), self.flows, NOTE, anchor="start")
        fork = self.y - FORK + 6
        top = fork - FORK - 2 * HALF_HEIGHT
        half_size = sized(None if part.outputs is None else part.outputs // 2)
        for side, notes in ((-1, "reads forwards →"), (1, "reads backwards ←")):
            x = self.x + side * reach
            canvas.path([(self.x, self.y), (self.x, fork), (x, fork), (x, fork - FORK)], "quiet", 1.75, arrow=True)
            centre = (x, fork - FORK - HALF_HEIGHT)
            single = replace(part, both=False)
            draw_box(canvas, centre, half, single, part.name, notes)
            draw_loops(canvas, centre, half, part, right=side > 0, backward=side > 0)
            canvas.path([(x, top), (x, top - FORK + 6), (self.x, top - FORK + 6)], "quiet", 1.75)
            canvas.word((x - side * 8, top - 7), half_size, NOTE, anchor="start" if side < 0 else "end")
        self.y = top - FORK + 6
        if part.notes:
            canvas.word((self.x, fork - FORK + 14), notes_of(part), NOTE)

    def leave(self, symbol: str, words: str, length: float = 34) -> None:
        """What goes out at the top."""
        self.arrow(length)
        self.canvas.symbol((self.x, self.y - 10), symbol, 20, fill="cell")
        self.canvas.word((self.x + text_width(symbol, 20) * 0.5 + 8, self.y - 11), words, anchor="start")


def draw_loops(canvas: Canvas, centre: Point, half: float, part: Part, *, right: bool, backward: bool = False) -> None:
    """The arrow of each state from a recurrent layer back to itself."""
    if part.kind != "recurrent":
        return
    side = 1 if right else -1
    (x, y), before = (centre[0] + side * half, centre[1]), "t+1" if backward else "t-1"
    for k, (state, reach) in enumerate(zip(part.states, LOOP, strict=False)):
        down = 17 - 9 * k
        colour = "cell" if state == "c" else "hidden"
        way = [(x, y - down), (x + side * reach, y - down), (x + side * reach, y + down), (x, y + down)]
        canvas.path(way, colour, 1.75, arrow=True, radius=9 - 2 * k)
        place = (x + side * (LOOP[0] + 6), y - 4 + 20 * k if len(part.states) > 1 else y + 5)
        canvas.symbol(place, f"{state}_{{{before}}}", 14, anchor="start" if right else "end", fill=colour)


def box_half(parts: Sequence[Part]) -> float:
    """Half of the width of the boxes of a tower: the same for all."""
    return min(MOST, max([LEAST, *(half_width(part.name, notes_of(part)) for part in parts)]))


def draw_or_dots(way: Way, part: Part | int, half: float) -> None:
    """A part, or a word on those that are left out."""
    if isinstance(part, Part):
        way.part(part, half)
        return
    way.arrow(30)
    way.canvas.word((way.x, way.y - 8), f"{part} more layers like this", 12, fill="ink")
    way.y -= 24
