"""A text coloured by surprisal: what the model did not expect stands out, in the terminal and as HTML.

Colour says how many bits a unit costs: plain up to 2, then yellow, orange, red. In HTML the numbers stand as titles.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rich.text import Text

from recurra.text.visible import visible
from recurra.views.tokens import LINE_END, label

# Bits below which a unit is drawn in this style; the last one for all above.
STEPS = ((2.0, ""), (4.0, "black on color(229)"), (7.0, "black on color(215)"))
HIGHEST = "black on color(203)"
FULL = 12.0  # bits at which the colour of a page is full


def surprisal_text(tokens: Sequence[str], bits: Sequence[float]) -> Text:
    """The units one after another; a line end is shown as a sign and ends the line."""
    text = Text()
    for token, cost in zip(tokens, bits, strict=True):
        text.append(visible(token) if token != "\n" else f"{LINE_END}\n", style=style_of(cost))
    return text


def style_of(bits: float) -> str:
    """The colour for so many bits."""
    return next((style for limit, style in STEPS if bits < limit), HIGHEST)


def surprisal_html(tokens: Sequence[str], bits: Sequence[float], between: str = "") -> str:
    """The same as a fragment of HTML, the bits of each unit as its title.

    Args:
        between: what stands between two units: a space between words.
    """
    cells = (
        f'<span title="{cost:.2f} bits" style="background:rgb(239 68 68 / {min(cost / FULL, 1):.2f})">'
        f"{escape(LINE_END if token == chr(10) else visible(token) if token.strip() else token or label(token))}</span>"
        for token, cost in zip(tokens, bits, strict=True)
    )
    return f'<div class="recurra" style="white-space:pre-wrap">{between.join(cells)}</div>'
