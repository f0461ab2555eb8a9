"""A network rolled: each layer once, and an arrow from a recurrent layer back to itself for what it hands on.

Data flow upwards. Numbers beside arrows are how many numbers flow there at each step.
"""

from __future__ import annotations

from recurra.structure import Structure
from recurra.views.drawing.canvas import Canvas
from recurra.views.drawing.rolled_decoder import draw_encoder_decoder
from recurra.views.drawing.rolled_towers import draw_towers
from recurra.views.drawing.words import described_structure


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
