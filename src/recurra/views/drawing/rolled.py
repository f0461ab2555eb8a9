"""A network rolled: each layer once, and an arrow from a recurrent layer back to itself for what it hands on.

Data flow upwards. Numbers beside arrows are how many numbers flow there at each step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from recurra.structure import Decoder, Part, Structure, Tower
from recurra.views.drawing.boxes import HALF_HEIGHT, NOTE, draw_box, half_width, notes_of, sized
from recurra.views.drawing.canvas import BOLD, PANEL_NAME, Box, Canvas, Point, union
from recurra.views.drawing.markup import text_width
from recurra.views.drawing.words import described_structure, input_words, output_words

LEAST, MOST = 88.0, 150.0  # half of the width of a box
ARROW = 42.0  # between two boxes
FORK = 26.0  # below and above two directions, where the way parts and meets
LOOP = (46.0, 28.0)  # how far the loop of each state reaches beside its box
APART = 60.0  # between towers
MOST_NAME = 220.0  # width of the name of a tower
GUTTER = 250.0  # between encoder and decoder
QUERY, CONTEXT = 34.0, 64.0  # above the decoder's first layer: where the query leaves, and the context comes in


def rolled_svg(structure: Structure, *, sheet: bool = True) -> str:
    """The drawing; without its style sheet where a page has it."""
    return rolled_canvas(structure).svg(sheet=sheet)


def rolled_canvas(structure: Structure) -> Canvas:
    """The drawing before it is written."""
    canvas = Canvas(structure.name, described_structure(structure))
    if structure.decoder is not None and structure.bridge is not None:
        draw_encoder_decoder(canvas, structure, structure.decoder, structure.bridge)
    else:
        draw_towers(canvas, structure)
    return canvas


class Way:
    """The way up through a tower: where it has come to, and what flows there.

    Args:
        at: the foot of the next arrow.
    """

    def __init__(self, canvas: Canvas, at: Point) -> None:
        self.canvas = canvas
        self.x, self.y = at
        self.flows = ""  # the size beside the next arrow
        self.tops: list[Point] = []  # of each box on the way

    def enter(self, symbol: str, words: str) -> None:
        """What comes in at the foot."""
        self.canvas.symbol((self.x, self.y), symbol, 20, fill="input")
        self.canvas.word((self.x, self.y + 20), words)
        self.y -= 22

    def arrow(self, length: float = ARROW, colour: str = "quiet") -> None:
        """Up to the next box, with the size of what flows."""
        foot, self.y = self.y, self.y - length
        self.canvas.path([(self.x, foot), (self.x, self.y)], colour, 1.75, arrow=True)
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
        self.tops.append((self.x, self.y - 2 * HALF_HEIGHT))
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
        self.tops.append((self.x, self.y))

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


SHOWN = 6  # layers that are alike; of more, the first two and the last are drawn


def shortened(parts: Sequence[Part]) -> list[Part | int]:
    """The parts, and in the place of the middle ones of many that are alike, how many these are."""
    found: list[Part | int] = []
    k = 0
    while k < len(parts):
        same = next((n for n in range(k, len(parts)) if parts[n] != parts[k]), len(parts)) - k
        if same > SHOWN:
            found += [parts[k], parts[k], same - 3, parts[k]]
        else:
            found += parts[k : k + same]
        k += same
    return found


def draw_or_dots(way: Way, part: Part | int, half: float) -> None:
    """A part, or a word on those that are left out."""
    if isinstance(part, Part):
        way.part(part, half)
        return
    way.arrow(30)
    way.canvas.word((way.x, way.y - 8), f"{part} more layers like this", 12, fill="ink")
    way.y -= 24


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


def name_room(name: str) -> float:
    """What the name of a panel needs left of what leaves it; of a long name, its beginning."""
    return min(MOST_NAME, text_width(name, PANEL_NAME) * BOLD) + 28 if name else 0.0


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


def draw_encoder_decoder(canvas: Canvas, structure: Structure, decoder: Decoder, bridge: Part) -> None:
    """Encoder left, decoder right; between them the first state, and what the decoder attends to."""
    (tower,) = structure.towers
    with canvas.panel("encoder"):
        encoder = draw_tower(canvas, (0, 0), tower)
    panel, before = union(canvas.boxes), len(canvas.boxes)
    half = box_half([*decoder.upper, decoder.embedding, decoder.first, decoder.combine, decoder.output])
    way = Way(canvas, (panel.right + GUTTER + box_half(list(decoder.parts())) + 40, 0))
    with canvas.panel("decoder"):
        levels = draw_decoder(way, decoder, half)
    left = min(box.left for box in canvas.boxes[before:])
    way.leave("y_t", output_words(structure), 66)
    draw_bridge(canvas, levels.first, bridge, panel, left)
    draw_attention(canvas, (panel.right + left) / 2, decoder, encoder, (way.x, levels.asks, levels.answers))


class Levels(NamedTuple):
    """The heights of what is joined to something beside the decoder."""

    first: float  # the middle of its first layer
    asks: float
    answers: float


def draw_decoder(way: Way, decoder: Decoder, half: float) -> Levels:
    """The decoder from its input up."""
    canvas, x = way.canvas, way.x
    way.enter("y_{t-1}", f"the {singular(decoder.writes)} before")
    way.part(decoder.embedding, half)
    first, foot = way.y - ARROW - HALF_HEIGHT, way.y - ARROW + 12
    way.part(decoder.first, half)
    asks, answers = way.y - QUERY, way.y - CONTEXT
    canvas.path([(x, way.y), (x, answers)], "quiet", 1.75)
    way.y, way.flows = answers, sized((decoder.upper or (decoder.combine,))[0].inputs)
    for part in shortened(decoder.upper):
        draw_or_dots(way, part, half)
    combine = way.y - ARROW - HALF_HEIGHT
    output = combine - ARROW - 2 * HALF_HEIGHT
    aside = x - half - 11
    if decoder.upper or decoder.copies:
        canvas.circle((aside, answers), 3, "gate")
    if decoder.copies:  # what is attended to can be copied to the output
        canvas.path([(aside, answers), (aside, output), (x - half, output)], "gate", 1.5, arrow=True, dashes="5 4")
    if decoder.upper:  # the context is read once more, beside what the layers make of it
        canvas.path([(aside, answers), (aside, combine), (x - half, combine)], "gate", 1.75, arrow=True)
    if decoder.feeds_input:
        beyond = x + half + LOOP[0] + 52
        fed = [(x + half, combine), (beyond, combine), (beyond, foot), (x, foot)]
        canvas.path(fed, "quiet", 1.5, arrow=True, dashes="5 4")
        canvas.word((beyond + 8, (combine + foot) / 2), "read at the next step", NOTE, anchor="start")
    way.part(decoder.combine, half)
    way.part(decoder.output, half)
    return Levels(first, asks, answers)


def singular(steps: str) -> str:
    """characters -> character."""
    return steps.removesuffix("s")


def draw_bridge(canvas: Canvas, level: float, bridge: Part, encoder: Box, right: float) -> None:
    """The first state of the decoder.

    Args:
        level: where the decoder takes it, whose panel begins at `right`.
        encoder: the encoder's panel.
    """
    half, middle = half_width("bridge", bridge.name), (encoder.right + right) / 2
    beside = encoder.top + HALF_HEIGHT <= level <= encoder.bottom - HALF_HEIGHT
    low = (encoder.top + encoder.bottom) / 2
    below = [(encoder.right, low), (middle, low), (middle, level + HALF_HEIGHT)]
    way = [(encoder.right, level), (middle - half, level)] if beside else below
    canvas.path(way, "hidden", 1.75, arrow=True)
    draw_box(canvas, (middle, level), half, bridge, "bridge", bridge.name)
    canvas.path([(middle + half, level), (right, level)], "hidden", 1.75, arrow=True)


def attention_words(decoder: Decoder) -> tuple[str, str]:
    """What stands in the box: the name of the score, or that there is none."""
    score, _, noun = decoder.attention.name.partition(" ")
    return (noun, score) if decoder.attends else ("fixed context", decoder.attention.name)


def draw_attention(canvas: Canvas, x: float, decoder: Decoder, encoder: Way, asked: tuple[float, float, float]) -> None:
    """What the decoder's first layer asks, and what the layers above it are given."""
    line, asks, answers = asked
    part, y = decoder.attention, (asks + answers) / 2
    name, notes = attention_words(decoder)
    half = half_width(name, notes)
    draw_box(canvas, (x, y), half, part, name, notes)
    canvas.word((x + half + 12, answers - 6), "context", NOTE, anchor="start")
    if decoder.attends:
        canvas.path([(line, asks), (x + half, asks)], "gate", 1.75, arrow=True)
        canvas.word((x + half + 12, asks + 14), "query", NOTE, anchor="start")
    canvas.path([(x + half, answers), (line, answers)], "gate", 1.75, arrow=True)
    top = min(encoder.y, y - HALF_HEIGHT) - 26
    if encoder.y > y + 20:
        way = [(encoder.x, encoder.y), (encoder.x, y), (x - half, y)]
    else:
        way = [(encoder.x, encoder.y), (encoder.x, top), (x, top), (x, y - HALF_HEIGHT)]
    canvas.path(way, "gate", 1.75, arrow=True)
    canvas.word((encoder.x + 9, encoder.y - 12), encoder.flows, NOTE, anchor="start")
