"""Text as it may safely be shown: what cannot be seen, or would turn other text around, is spelled out.

A tab is shown as ⇥; control, zero-width, bidirectional, private, unassigned and lone surrogate characters as
their code point, `<U+200B>`. Printable text of any script comes back as it is.
"""

from __future__ import annotations

import unicodedata

from recurra.text.counted import counted

TAB = "⇥"
DOTTED_CIRCLE = "◌"  # what a mark stands on that has no letter

# Letters and marks to Unicode, yet nothing is drawn for them.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {chr(code) for code in range(0xFE00, 0xFE10)}


def visible(text: str) -> str:
    """`text` with every character that would not be seen spelled out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def standing_alone(unit: str) -> str:
    """A unit as it may be shown by itself: visible, and a lone mark on a dotted circle."""
    text = visible(unit)
    return DOTTED_CIRCLE + text if text and unicodedata.category(text[0]).startswith("M") else text


def is_invisible(character: str) -> bool:
    """Whether a character leaves no mark of its own on the screen; spaces of any width count as visible."""
    if character.isprintable():
        return character in BLANK
    return unicodedata.category(character) != "Zs"


def is_blank(text: str) -> bool:
    """Whether there is nothing to be seen in a text: spaces, tabs and characters that leave no mark.

    Private characters, and those that Unicode had not when this Python was made, may well have one somewhere.
    """
    return all(character.isspace() or (is_invisible(character) and not _may_be_seen(character)) for character in text)


def _may_be_seen(character: str) -> bool:
    return unicodedata.category(character) in ("Cn", "Co")


def excerpt(text: str, width: int = 80) -> str:
    """The beginning of a text that stands in data, visible and in double quotes; what is left out is counted."""
    return f'"{visible(text)}"' if len(text) <= width else f'"{visible(text[:width])}…"{_more(text, width)}'


def as_given(value: object, width: int = 60) -> str:
    """A value that somebody gave (a text in single quotes), as Python writes it; what is left out is counted."""
    text = safe_repr(value)
    return visible(text) if len(text) <= width else f"{visible(text[:width])}…{_more(text, width)}"


def _more(text: str, width: int) -> str:
    return f" (and {counted(len(text) - width, 'more character')})"


def safe_repr(value: object) -> str:
    """The repr of anything a user gives; the type of what has none, being nested too deeply or a number too long."""
    try:
        return repr(value)
    except (RecursionError, ValueError):
        return f"a value of the type {type(value).__name__}"


def code_point(character: str) -> str:
    """A character by number and name: U+200B ZERO WIDTH SPACE."""
    number = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "") or CONTROL_NAMES.get(character, "")
    return f"{number} {name}" if name else number


# Unicode gives control characters no names of their own.
CONTROL_NAMES = {
    "\x00": "NUL",
    "\t": "TAB",
    "\n": "LINE FEED",
    "\x0b": "VERTICAL TAB",
    "\x0c": "FORM FEED",
    "\r": "CARRIAGE RETURN",
    "\x1b": "ESCAPE",
    "\x85": "NEXT LINE",
}


def _shown(character: str) -> str:
    if character == "\t":
        return TAB
    return f"<U+{ord(character):04X}>" if is_invisible(character) else character
