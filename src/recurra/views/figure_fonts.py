"""Fonts of this machine for what matplotlib's own one cannot write: it has no Han, no Hangul, no Indic script.

matplotlib asks no font that it is not told of, and draws boxes instead. So those of the machine are looked through for
each character that is missing, the nearest to its own first.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

OWN = "DejaVu Sans"  # comes with matplotlib
NEAREST = ("Noto Sans", "Noto", "Arial", "PingFang", "Hiragino", "Microsoft", "Malgun")  # the beginnings of names
NO_FONT = "Last Resort"  # has a box for every character


def families_for(texts: Iterable[str]) -> list[str]:
    """The fonts that write these texts together, matplotlib's own first; no more than what is needed."""
    found = [OWN]
    for character in sorted(set("".join(texts))):
        if character.isprintable() and not any(ord(character) in characters_of(name) for name in found):
            other = next((name for name in names() if ord(character) in characters_of(name)), None)
            found += [] if other is None else [other]
    return found


@cache
def names() -> tuple[str, ...]:
    """The upright fonts of the machine, those nearest to matplotlib's own first."""
    from matplotlib.font_manager import fontManager

    known = {font.name for font in fontManager.ttflist if font.style == "normal" and font.weight == 400}
    return tuple(sorted((name for name in known if not name.startswith(NO_FONT)), key=distance))


def distance(name: str) -> tuple[int, str]:
    """What fonts are sorted by."""
    return next((k for k, beginning in enumerate(NEAREST) if name.startswith(beginning)), len(NEAREST)), name


@cache
def characters_of(name: str) -> frozenset[int]:
    """The code points that a font has signs for; none where it cannot be read."""
    from matplotlib.font_manager import FontProperties, fontManager
    from matplotlib.ft2font import FT2Font

    try:
        path = fontManager.findfont(FontProperties(family=name), fallback_to_default=False)
        return frozenset(FT2Font(path).get_charmap())
    except (OSError, ValueError, RuntimeError):
        return frozenset()
