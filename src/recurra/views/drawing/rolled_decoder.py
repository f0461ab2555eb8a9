"""An encoder-decoder, rolled."""

from __future__ import annotations

from typing import NamedTuple

from recurra.structure import Decoder, Part, Structure
from recurra.views.drawing.boxes import HALF_HEIGHT, NOTE, draw_box, half_width, sized
from recurra.views.drawing.canvas import Canvas, union
from recurra.views.drawing.layout import GUTTER, attention_words, draw_bridge, shortened
from recurra.views.drawing.rolled_towers import draw_tower
from recurra.views.drawing.way import ARROW, LOOP, Way, box_half, draw_or_dots
from recurra.views.drawing.words import output_words

QUERY, CONTEXT = 34.0, 64.0  # above the decoder's first layer: where the query leaves, and the context comes in


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
