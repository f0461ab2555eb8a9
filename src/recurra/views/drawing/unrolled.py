"""A network unrolled: time from left to right, each layer once for every step, the same weights in all of them."""

from __future__ import annotations

from recurra.structure import Structure
from recurra.text.counted import counted
from recurra.views.drawing.canvas import Canvas
from recurra.views.drawing.unrolled_decoder import draw_encoder_decoder
from recurra.views.drawing.unrolled_towers import draw_towers
from recurra.views.drawing.words import described_structure


def unrolled_svg(structure: Structure, steps: int, *, sheet: bool = True) -> str:
    """The drawing of so many steps; without its style sheet where a page has it."""
    return unrolled_canvas(structure, steps).svg(sheet=sheet)


def unrolled_canvas(structure: Structure, steps: int) -> Canvas:
    """The drawing before it is written."""
    said = f"{described_structure(structure)} Drawn over {counted(steps, 'step')}, from left to right."
    canvas = Canvas(f"{structure.name}, unrolled", said)
    if structure.decoder is not None and structure.bridge is not None:
        draw_encoder_decoder(canvas, structure, structure.decoder, structure.bridge, steps)
    else:
        draw_towers(canvas, structure, steps)
    return canvas
