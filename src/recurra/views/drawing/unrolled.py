"""A network unrolled: time from left to right, each layer once for every step, the same weights in all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from recurra.structure import LAST_STEP, Decoder, Part, Structure, Tower
from recurra.views.drawing.boxes import (
    HALF_HEIGHT,
    INNER,
    NOTE,
    ROLES,
    described,
    draw_box,
    half_width,
    notes_of,
    sized,
)
from recurra.views.drawing.canvas import Box, Canvas, Point, around, union
from recurra.views.drawing.markup import text_width
from recurra.views.drawing.rolled import APART, GUTTER, attention_words, draw_bridge, name_room, shortened
from recurra.views.drawing.words import described_structure, input_words, output_words

PITCH, WIDE_PITCH = 118.0, 148.0  # from step to step, with one direction and with two
HALF, LOW = 33.0, 19.0  # half of the width and of the height of a small box
ASIDE, ABOVE = 27.0, 58.0  # how far the two directions are moved to the sides, and the upper one up
ARROW = 32.0
FAN = 124.0  # from the encoder's outputs up to the attention
ASKED = 12.0  # from the middle of the attention to where it is asked, and to where it answers
TALL = 60.0
RAISED = 137.0  # below the outputs of a tall encoder stands the foot of the decoder, its first layer beside the encoder
LABEL = 24.0  # between the first box and the words on its row
GO, EOS = "<GO>", "<EOS>"


def unrolled_svg(structure: Structure, steps: int, *, sheet: bool = True) -> str:
    """The drawing of so many steps; without its style sheet where a page has it."""
    return unrolled_canvas(structure, steps).svg(sheet=sheet)


def unrolled_canvas(structure: Structure, steps: int) -> Canvas:
    """The drawing before it is written."""
    said = f"{described_structure(structure)} Drawn over {steps} steps, from left to right."
    canvas = Canvas(f"{structure.name}, unrolled", said)
    if structure.decoder is not None and structure.bridge is not None:
        draw_encoder_decoder(canvas, structure, structure.decoder, structure.bridge, steps)
    else:
        draw_towers(canvas, structure, steps)
    return canvas


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

    def enter(self, symbols: Sequence[str], words: str, colour: str = "input") -> None:
        """What comes in at the foot of each step."""
        for x, symbol in zip(self.xs, symbols, strict=True):
            self.symbol((x, self.y), symbol, colour)
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


def draw_tower(canvas: Canvas, tower: Tower, steps: int, start: float, names: Sequence[str]) -> Columns:
    """A tower over time, from its input up."""
    count = steps if tower.ordered else 1
    both = any(part.both for part in tower.parts)
    columns = Columns(canvas, spread(count, start, WIDE_PITCH if both else PITCH), two_ways=both)
    readers = tower.readers
    if readers and readers[0].kind == "image":
        draw_image(columns, readers[0], input_words(tower))
    else:
        columns.enter(names if tower.ordered else ["x"], input_words(tower))
        if len(readers) == 1:
            columns.row(readers[0])
        elif readers:
            draw_side_by_side(columns, readers)
    columns.rows([part for part in tower.parts if part.kind != "pooling"])
    for part in tower.parts:
        if part.kind == "pooling":
            draw_pooling(columns, part, both=both)
    return columns


def draw_image(columns: Columns, part: Part, words: str) -> None:
    """One image, from which all steps come: its cells."""
    canvas, middle = columns.canvas, (columns.xs[0] + columns.xs[-1]) / 2
    canvas.symbol((middle, columns.y), "x", 19, fill="input")
    columns.say(columns.y, words)
    canvas.path([(middle, columns.y - 22), (middle, columns.y - 22 - ARROW)], "quiet", 1.75, arrow=True)
    columns.y -= 22 + ARROW
    half = max((columns.xs[-1] - columns.xs[0]) / 2 + HALF, half_width(part.name, notes_of(part)))
    draw_box(canvas, (middle, columns.y - HALF_HEIGHT), half, part, part.name, notes_of(part))
    columns.y -= 2 * HALF_HEIGHT


def draw_side_by_side(columns: Columns, readers: Sequence[Part]) -> None:
    """Several readers at each step; their vectors are joined."""
    canvas, foot = columns.canvas, columns.y
    half = HALF / 1.4
    for x in columns.xs:
        for k, reader in enumerate(readers):
            at = x + (k - (len(readers) - 1) / 2) * (2 * half + 6)
            canvas.path([(x, foot), (x, foot - 14), (at, foot - 14), (at, foot - ARROW)], "quiet", 1.75, arrow=True)
            small_box(canvas, (at, foot - ARROW - LOW), half, reader, "")
            top = foot - ARROW - 2 * LOW
            canvas.path([(at, top), (at, top - 12), (x, top - 12)], "quiet", 1.75)
    for k, reader in enumerate(readers):
        columns.canvas.word(
            (columns.label_x, foot - ARROW - LOW - 4 + 16 * k),
            f"{reader.name}, {sized(reader.outputs)}" if reader.outputs else reader.name,
            12,
            anchor="end",
            fill="ink",
        )
    columns.y = foot - ARROW - 2 * LOW - 12


def draw_pooling(columns: Columns, part: Part, *, both: bool) -> None:
    """All steps to one vector: of the last step alone, or of all of them."""
    canvas, xs = columns.canvas, columns.xs
    last = part.name == LAST_STEP
    taken = [*dict.fromkeys([xs[0], xs[-1]] if both else [xs[-1]])] if last else list(xs)
    half = half_width(part.name, "")
    low, high = min(taken), max(taken)
    middle = (low + high) / 2
    half = max(half, (high - low) / 2 + HALF)
    for x in taken:
        canvas.path([(x, columns.y), (x, columns.y - ARROW)], "quiet", 1.75, arrow=True)
    columns.y -= ARROW + 2 * LOW
    small_box(canvas, (middle, columns.y + LOW), half, part, part.name)
    columns.xs = [middle]


def draw_towers(canvas: Canvas, structure: Structure, steps: int) -> None:
    """The towers beside each other, and above them what reads all of them."""
    towers, found, start = structure.towers, list[Columns](), 0.0
    for tower in towers:
        names = input_symbols(structure, steps)
        if len(towers) > 1:
            with canvas.panel(tower.name):
                found.append(draw_tower(canvas, tower, steps, start, names))
                middle = found[-1].xs[0]
                canvas.reserve(Box(middle - name_room(tower.name), 0, middle, 0))
        else:
            found.append(draw_tower(canvas, tower, steps, start, names))
        start = max(box.right for box in canvas.boxes) + APART + widest_words(towers[len(found) :])
    columns = found[0] if len(found) == 1 else joined(canvas, found)
    if structure.answers == "once":
        draw_answer(columns, structure)
        return
    for part in structure.top:
        columns.row(part)
        if structure.links and part is structure.top[-1]:
            draw_links(columns)
    columns.leave(output_symbols(structure, steps), output_words(structure))


def widest_words(towers: Sequence[Tower]) -> float:
    """How much room the words on the rows of the next tower take, left of its first step."""
    if not towers:
        return 0.0
    words = words_width([input_words(towers[0])], (*towers[0].readers, *towers[0].parts))
    return max(words, name_room(towers[0].name))


def words_width(words: Iterable[str], parts: Iterable[Part]) -> float:
    """The room that words on rows take, up to the middle of the first step."""
    parts = list(parts)
    named = [text_width(one, 12.5) for one in (*words, *(part.name for part in parts))]
    return max(*named, *(text_width(row_note(part), NOTE) for part in parts)) + 2 * HALF + LABEL + 26


def input_symbols(structure: Structure, steps: int) -> list[str]:
    """What comes in: a language model begins with <GO>."""
    reads_units = structure.ahead and structure.towers[0].readers[0].kind == "embedding"
    return [GO, *symbols("x", steps - 1)] if reads_units else symbols("x", steps)


def output_symbols(structure: Structure, steps: int) -> list[str]:
    """What goes out at each step."""
    if not structure.top:
        return symbols("h", steps)
    if structure.ahead:
        shift = 1 if input_symbols(structure, steps)[0] == GO else 2
        return symbols("x", steps, shift)
    return symbols("y", steps)


def draw_links(columns: Columns) -> None:
    """Neighbouring answers depend on each other."""
    y = columns.y + LOW
    for left, right in pairwise(columns.xs):
        middle = (left + right) / 2
        columns.canvas.path([(middle, y), (left + HALF, y)], "cell", 1.75, arrow=True)
        columns.canvas.path([(middle, y), (right - HALF, y)], "cell", 1.75, arrow=True)


def draw_answer(columns: Columns, structure: Structure) -> None:
    """What stands on one vector for the whole input."""
    canvas, x = columns.canvas, columns.xs[0]
    for part in structure.top:
        canvas.path([(x, columns.y), (x, columns.y - ARROW)], "quiet", 1.75, arrow=True)
        half = max(HALF, half_width(part.name, "") - INNER / 2)
        small_box(canvas, (x, columns.y - ARROW - LOW), half, part, part.name)
        canvas.word((x + half + 10, columns.y - ARROW - LOW + 4), row_note(part), NOTE, anchor="start")
        columns.y -= ARROW + 2 * LOW
    canvas.path([(x, columns.y), (x, columns.y - ARROW)], "quiet", 1.75, arrow=True)
    canvas.symbol((x, columns.y - ARROW - 10), "y", 19, fill="cell")
    canvas.word((x + 16, columns.y - ARROW - 11), output_words(structure), 12.5, anchor="start", fill="ink")


def joined(canvas: Canvas, found: Sequence[Columns]) -> Columns:
    """The ways out of all towers, side by side in one."""
    top = min(columns.y for columns in found) - 66
    middle = (found[0].xs[0] + found[-1].xs[0]) / 2
    for columns in found:
        x = columns.xs[0]
        canvas.path([(x, columns.y), (x, top), (middle, top)], "quiet", 1.75)
    return Columns(canvas, [middle], top)


def draw_encoder_decoder(canvas: Canvas, structure: Structure, decoder: Decoder, bridge: Part, steps: int) -> None:
    """Encoder left, decoder right; the source ends with <EOS>, the target begins with <GO>."""
    (tower,) = structure.towers
    text = tower.readers[0].kind == "embedding"
    names = [*symbols("x", steps - 1), EOS] if text and steps > 1 else symbols("x", steps)
    with canvas.panel("encoder"):
        encoder = draw_tower(canvas, tower, steps, 0, names)
    panel, before = union(canvas.boxes), len(canvas.boxes)
    words = words_width([decoder.writes], decoder.parts())
    foot = encoder.y + RAISED
    columns = Columns(canvas, spread(steps, panel.right + GUTTER + words, PITCH), foot if foot < -TALL else 0.0)
    with canvas.panel("decoder"):
        levels = draw_decoder(columns, decoder, encoder.y - FAN)
    columns.leave([*symbols("y", steps - 1), EOS], output_words(structure), 64)
    left = min(box.left for box in canvas.boxes[before:])
    draw_bridge(canvas, levels.first, bridge, panel, left)
    draw_attention(columns, (panel.right - 40, levels.attention), decoder, encoder, levels)


class Levels(NamedTuple):
    """The heights of what is joined to something beside the decoder."""

    first: float  # the middle of its first layer
    attention: float
    combine: float  # the middle of what reads state and context
    output: float


def draw_decoder(columns: Columns, decoder: Decoder, highest: float) -> Levels:
    """The decoder over time.

    Args:
        highest: where the attention stands, if not higher.
    """
    columns.enter([GO, *symbols("y", len(columns.xs) - 1)], decoder.writes)
    columns.row(decoder.embedding)
    first, foot = columns.y - ARROW - LOW, columns.y - ARROW / 2
    columns.row(decoder.first)
    attention = min(highest, columns.y - 62)
    for x in columns.xs:
        columns.canvas.path([(x, columns.y), (x, attention - ASKED)], "quiet", 1.75)
    columns.y = attention - ASKED
    columns.rows(decoder.upper)
    combine = columns.y - ARROW - LOW
    columns.row(decoder.combine)
    if decoder.feeds_input:
        draw_input_feeding(columns, combine, foot)
    columns.row(decoder.output)
    return Levels(first, attention, combine, columns.y + LOW)


def draw_input_feeding(columns: Columns, combine: float, foot: float) -> None:
    """What goes to the output is read again at the next step."""
    for here, there in pairwise(columns.xs):
        aside = here + HALF + 14
        way = [(here + HALF, combine), (aside, combine), (aside, foot), (there, foot)]
        columns.canvas.path(way, "quiet", 1.5, arrow=True, dashes="5 4")


def draw_attention(columns: Columns, at: Point, decoder: Decoder, encoder: Columns, levels: Levels) -> None:
    """What the first step asks and is given; without attention, what all steps are given."""
    canvas, (x, y) = columns.canvas, at
    name, notes = attention_words(decoder)
    half = half_width(name, notes)
    draw_fan(canvas, (x, y + HALF_HEIGHT), half, encoder, all_steps=decoder.attends)
    draw_box(canvas, at, half, decoder.attention, name, notes)
    if decoder.attends:
        canvas.path([(columns.xs[0], y + ASKED), (x + half, y + ASKED)], "gate", 1.75, arrow=True)
        canvas.word((x + half + 12, y + ASKED + 14), "query of step 1", NOTE, anchor="start")
    given = columns.xs[:1] if decoder.attends else columns.xs
    level = y - ASKED
    canvas.word((x + half + 12, level - 6), "context", NOTE, anchor="start")
    canvas.path([(x + half, level), (given[-1], level)], "gate", 1.75, arrow=True)
    for k, one in enumerate(given):
        if k < len(given) - 1:
            canvas.circle((one, level), 3.5, "gate")
        aside = one - HALF - 13
        if decoder.upper or decoder.copies:
            canvas.circle((aside, level), 3, "gate")
        if decoder.copies:  # what is attended to can be copied to the output
            way = [(aside, level), (aside, levels.output), (one - HALF, levels.output)]
            canvas.path(way, "gate", 1.5, arrow=True, dashes="5 4")
        if decoder.upper:  # the context is read once more, beside what the layers make of it
            way = [(aside, level), (aside, levels.combine), (one - HALF, levels.combine)]
            canvas.path(way, "gate", 1.75, arrow=True)


def draw_fan(canvas: Canvas, foot: Point, half: float, encoder: Columns, *, all_steps: bool) -> None:
    """From the encoder's outputs, of all steps or of the last one, to the box above them."""
    sources = encoder.xs if all_steps else encoder.xs[-1:]
    for k, source in enumerate(sources, 1):
        end = (foot[0] - half + 2 * half * k / (len(sources) + 1), foot[1])
        canvas.path([(source, encoder.y), end], "gate", 1.75, arrow=True)
        if all_steps:
            canvas.symbol((source - 7, encoder.y - 7), f"α_{k}", 13, anchor="end", fill="gate")
