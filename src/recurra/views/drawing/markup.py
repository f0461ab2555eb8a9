"""Symbols as formulas write them, and how much room they take.

    h_{t-1}    an italic h with a small t-1 below          tanh c_t    a name stays upright, a single letter is italic

Widths are estimates for fonts of the usual kind, rather too wide than too narrow: whoever opens a drawing may have any.
"""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

from rich.cells import cell_len

from recurra.text.visible import visible

SUBSCRIPT = 0.72  # of the size of the letters
DROP = 0.24  # how far a subscript stands below, of their size
PIECE = re.compile(r"_\{([^}]*)\}|_(.)|([A-Za-z]+)|([^A-Za-z_]+)")
NARROW, WIDE = set("iljtfrI.,:;'|!()[]·′ "), set("mwMW@—→←×%")


class Piece(NamedTuple):
    """A part of a symbol that is set in one way."""

    text: str
    italic: bool = False
    subscript: bool = False


def pieces(markup: str) -> list[Piece]:
    """The parts of a symbol: "f c_{t-1}" is f, a space, c and its subscript."""
    found: list[Piece] = []
    for braced, single, letters, other in PIECE.findall(markup):
        if braced or single:
            found.append(Piece((braced or single).replace("-", "−"), subscript=True))
        else:
            found.append(Piece(letters or other.replace("-", "−").replace("'", "′"), italic=len(letters) == 1))
    return found


def symbol_tspans(markup: str, size: float) -> str:
    """The symbol as the inside of a <text>."""
    written, below = "", False
    for piece in pieces(markup):
        shift = (DROP * size if piece.subscript else -DROP * size) if piece.subscript is not below else 0
        below = piece.subscript
        written += tspan(piece, shift, size)
    return written


def tspan(piece: Piece, shift: float, size: float) -> str:
    """One part, moved down by `shift`."""
    attributes = f' dy="{shift:.3g}"' if shift else ""
    if piece.subscript:
        attributes += f' font-size="{SUBSCRIPT * size:.3g}"'
    if piece.italic:
        attributes += ' font-style="italic"'
    return f"<tspan{attributes}>{escape(piece.text)}</tspan>" if attributes else escape(piece.text)


def symbol_width(markup: str, size: float) -> float:
    """How wide a symbol is, about."""
    return sum(text_width(one.text, size * (SUBSCRIPT if one.subscript else 1)) for one in pieces(markup))


def text_width(text: str, size: float) -> float:
    """How wide a plain text is, about: letters of other scripts as terminals count them."""
    return size * sum(character_width(character) for character in visible(text))


def cut(text: str, size: float, width: float) -> str:
    """A text that is no wider than this; what is left out is seen by an ellipsis."""
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(f"{kept}…", size) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def character_width(character: str) -> float:
    """Of the size of the font."""
    if character in NARROW:
        return 0.36
    if character in WIDE:
        return 0.92
    if character.isspace():
        return 0.36
    return (0.6 if character.islower() or not character.isalpha() else 0.7) * cell_len(character)


def in_words(markup: str) -> str:
    """The symbol for a text without subscripts: "h(t-1)"."""
    return "".join(f"({one.text})" if one.subscript else one.text for one in pieces(markup)).replace("−", "-")
