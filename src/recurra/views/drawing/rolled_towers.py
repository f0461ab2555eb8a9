"""What reads an input, rolled: a tower for each column, and what stands above all of them."""

from __future__ import annotations

from collections.abc import Sequence

from recurra.structure import Structure, Tower
from recurra.views.drawing.boxes import HALF_HEIGHT, NOTE, draw_box, half_width, notes_of, sized
from recurra.views.drawing.canvas import Box, Canvas, Point
from recurra.views.drawing.layout import APART, name_room, shortened
from recurra.views.drawing.way import FORK, LEAST, LOOP, Way, box_half, draw_or_dots
from recurra.views.drawing.words import input_words, output_words


def draw_readers(way: Way, tower: Tower, half: float) -> None:
    """What stands at the foot of a tower: one box, or several side by side whose vectors are joined."""
    if len(tower.readers) == 1:
        way.arrow()
        way.box(tower.readers[0], half)
    elif tower.readers:
        foot = way.y
        for k, reader in enumerate(tower.readers):
            x = way.x + (k - (len(tower.readers) - 1) / 2) * (2 * half + 24)
            canvas, top = way.canvas, foot - 2 * FORK - 2 * HALF_HEIGHT
            canvas.path(
                [(way.x, foot), (way.x, foot - FORK), (x, foot - FORK), (x, foot - 2 * FORK)], "quiet", 1.75, arrow=True
            )
            draw_box(canvas, (x, top + HALF_HEIGHT), half, reader, reader.name, notes_of(reader))
            canvas.path([(x, top), (x, top - FORK + 6), (way.x, top - FORK + 6)], "quiet", 1.75)
            side = 1 if x < way.x else -1
            canvas.word((x + side * 8, top - 7), sized(reader.outputs), NOTE, anchor="start" if side > 0 else "end")
        way.y = foot - 3 * FORK - 2 * HALF_HEIGHT + 6
    sizes = [reader.outputs for reader in tower.readers]
    way.flows = sized(None if None in sizes or not sizes else sum(size or 0 for size in sizes))


def draw_tower(canvas: Canvas, at: Point, tower: Tower) -> Way:
    """A tower from its input up."""
    way = Way(canvas, at)
    half = box_half([*tower.readers, *tower.parts])
    single = not tower.ordered or any(part.kind == "image" for part in tower.readers)
    way.enter("x" if single else "x_t", input_words(tower))
    if not tower.readers and tower.parts:
        way.flows = sized(tower.parts[0].inputs)
    draw_readers(way, tower, half)
    for part in shortened(tower.parts):
        draw_or_dots(way, part, half)
    return way


def draw_towers(canvas: Canvas, structure: Structure) -> None:
    """The towers beside each other, and above them what reads all of them."""
    ways, x = list[Way](), 0.0
    for tower in structure.towers:
        reach = max(reach_of(tower), name_room(tower.name))
        if len(structure.towers) > 1:
            with canvas.panel(tower.name):
                canvas.reserve(Box(x, 0, x + 2 * reach, 0))
                ways.append(draw_tower(canvas, (x + reach, 0), tower))
        else:
            ways.append(draw_tower(canvas, (x + reach, 0), tower))
        x += 2 * reach + APART
    way = ways[0] if len(ways) == 1 else joined(canvas, ways)
    half = box_half(structure.top) if structure.top else LEAST
    for part in structure.top:
        way.part(part, half)
    once = structure.answers == "once"
    symbol = "y" if once else "x_{t+1}" if structure.ahead else "h_t" if not structure.top else "y_t"
    way.leave(symbol, output_words(structure))


def reach_of(tower: Tower) -> float:
    """How far a tower reaches to each side of its middle."""
    half = box_half([*tower.readers, *tower.parts])
    if any(part.both for part in tower.parts):
        half = max(half, 2 * max(LEAST - 18, half_width("LSTM", "reads backwards ←")) + 12)
    if len(tower.readers) > 1:
        half = max(half, 2 * half + 12)
    return half + (LOOP[0] + 46 if any(part.kind == "recurrent" for part in tower.parts) else 0)


def joined(canvas: Canvas, ways: Sequence[Way]) -> Way:
    """The ways out of all towers, side by side in one."""
    top = min(way.y for way in ways) - 62
    middle = (ways[0].x + ways[-1].x) / 2
    for way in ways:
        canvas.path([(way.x, way.y), (way.x, top), (middle, top)], "quiet", 1.75)
        canvas.word((way.x + 9, way.y - 12), way.flows, NOTE, anchor="start")
    after = Way(canvas, (middle, top))
    sizes = [way.flows.replace(",", "") for way in ways]
    after.flows = sized(sum(map(int, sizes))) if all(sizes) else ""
    return after
