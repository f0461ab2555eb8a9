"""An encoder-decoder over time; what one step of the decoder attends to is drawn for the first."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from recurra.structure import Decoder, Part, Structure
from recurra.views.drawing.boxes import HALF_HEIGHT, NOTE, draw_box, half_width
from recurra.views.drawing.canvas import Canvas, Point, union
from recurra.views.drawing.columns import ARROW, EOS, GO, HALF, LOW, PITCH, Columns, spread, symbols, words_width
from recurra.views.drawing.layout import GUTTER, attention_words, draw_bridge
from recurra.views.drawing.unrolled_towers import draw_tower
from recurra.views.drawing.words import output_words

FAN = 124.0  # from the encoder's outputs up to the attention
ASKED = 12.0  # from the middle of the attention to where it is asked, and to where it answers
TALL = 60.0  # an encoder whose outputs are so far above the foot of the decoder raises it
RAISED = 137.0  # below the outputs of a tall encoder stands the foot of the decoder, its first layer beside the encoder


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
