"""What rolled and unrolled drawings have in common: what stands between encoder and decoder, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence

from recurra.structure import Decoder, Part
from recurra.views.drawing.boxes import HALF_HEIGHT, draw_box, half_width
from recurra.views.drawing.canvas import BOLD, PANEL_NAME, Box, Canvas
from recurra.views.drawing.markup import text_width

APART = 60.0  # between towers
GUTTER = 250.0  # between encoder and decoder
MOST_NAME = 220.0  # width of the name of a tower
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


def name_room(name: str) -> float:
    """What the name of a panel needs left of what leaves it; of a long name, its beginning."""
    return min(MOST_NAME, text_width(name, PANEL_NAME) * BOLD) + 28 if name else 0.0


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
