"""A token as it is shown in a map: visible, one line, and in its place whatever its script.

Character tokens may be a space, a lone combining mark or a control character; none of them can be seen as it is.
"""

from __future__ import annotations

import unicodedata

from recurra.text.visible import standing_alone

SPACE = "␣"
LEFT_TO_RIGHT = "\u200e"


def label(token: str) -> str:
    """The token with spaces as ␣, other invisible characters by code point, and a lone mark on a dotted circle."""
    text = standing_alone(token.replace(" ", SPACE))
    if any(character.isspace() for character in text):  # the wider and narrower relatives of the space
        text = "".join(f"<U+{ord(c):04X}>" if c.isspace() else c for c in text)
    return text


def is_right_to_left(text: str) -> bool:
    """Whether some of the text is written from right to left."""
    return any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text)


def held(text: str) -> str:
    """The text so that a terminal which reorders Arabic and Hebrew leaves in their place the columns after it."""
    return text + LEFT_TO_RIGHT if is_right_to_left(text) else text
