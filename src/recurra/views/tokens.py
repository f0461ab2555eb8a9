"""A token as it is shown in a map: visible, one line, and in its place whatever its script.

Character tokens may be a space, a lone combining mark or a control character; none of them can be seen as it is.
"""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len, set_cell_size

from recurra.text.visible import standing_alone

SPACE, LINE_END = "␣", "⏎"
LEFT_TO_RIGHT = "\u200e"


def label(token: str) -> str:
    """The token with spaces as ␣, line ends as ⏎, other invisible characters by code point, a lone mark on a circle."""
    text = standing_alone(token.replace(" ", SPACE).replace("\n", LINE_END))
    if any(character.isspace() for character in text):  # the wider and narrower relatives of the space
        text = "".join(f"<U+{ord(c):04X}>" if c.isspace() else c for c in text)
    return text


def is_right_to_left(text: str) -> bool:
    """Whether some of the text is written from right to left."""
    return any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text)


def held(text: str) -> str:
    """The text so that a terminal which reorders Arabic and Hebrew leaves in their place the columns after it."""
    return text + LEFT_TO_RIGHT if is_right_to_left(text) else text


def cut(text: str, width: int) -> str:
    """The text in at most `width` cells: whole, or its beginning and an ellipsis."""
    return text if cell_len(text) <= width else set_cell_size(text, max(0, width - 1)).rstrip() + "…"
