"""Which script a text is written in: that of most of its letters, by the first word of their names in Unicode."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

LOOKED_AT = 200  # characters
MODIFIERS = frozenset(
    ("COMBINING", "MODIFIER", "FULLWIDTH", "HALFWIDTH", "MATHEMATICAL", "FEMININE", "MASCULINE", "MICRO")
)


def script_of(text: str) -> str:
    """Latin, Cyrillic, Arabic, CJK, ...; empty of a text without letters."""
    scripts = Counter(script for character in text[:LOOKED_AT] if (script := _script(character)))
    return scripts.most_common(1)[0][0] if scripts else ""


@lru_cache(maxsize=20_000)
def _script(character: str) -> str:
    if not character.isalpha():
        return ""
    words = unicodedata.name(character, "").split()
    name = next((word for word in words if word not in MODIFIERS), "")
    return name if name == "CJK" else name.capitalize()
