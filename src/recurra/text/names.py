"""The names of units and of Unicode's normal forms, as recipes and tokenizers use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

CharacterUnits = Literal["graphemes", "codepoints", "decomposed"]  # what a character may be taken to be
Units = Literal["chars", "graphemes", "codepoints", "decomposed", "words", "subwords", "features"]
Normalization = Literal["auto", "NFC", "NFD", "none"]

CHARACTER_UNITS: tuple[CharacterUnits, ...] = get_args(CharacterUnits)
UNITS: tuple[Units, ...] = get_args(Units)
NORMALIZATIONS: tuple[Normalization, ...] = get_args(Normalization)

CHARACTER_NAMES = {
    "graphemes": "grapheme clusters",
    "codepoints": "code points",
    "decomposed": "decomposed code points",
}
UNIT_NAMES = {
    "chars": "characters",
    **CHARACTER_NAMES,
    "words": "words or symbols",
    "subwords": "subwords",
    "features": "features",
}
MANY_CHARACTERS = 20_000  # more than the characters of any one script


@dataclass(frozen=True)
class Decision:
    """The units chosen, and why: a clause that can follow "because"."""

    units: Units
    reason: str


def are_characters(units: str) -> bool:
    """Whether these are characters of some kind, so that what stands between words is a unit too."""
    return units == "chars" or units in CHARACTER_UNITS


def plain_name(units: str) -> str:
    """What units are called where it does not matter what a character is taken to be: "characters", "words"."""
    return "characters" if are_characters(units) else "tokens" if units == "auto" else units


def may_be(asked: str, found: str) -> bool:
    """Whether a tokenizer that was asked for by one name may have units of another: `chars` is any kind of characters,
    and the code points of NFD are decomposed ones."""
    kinds = {"chars": CHARACTER_UNITS, "codepoints": ("codepoints", "decomposed")}
    return found in kinds.get(asked, (asked,))


def vocabulary_limit(asked: int | None, units: str, usual: int) -> int:
    """The most entries of a vocabulary: as many as are asked for, else `usual`, or of characters as good as all."""
    if asked is not None:
        return asked
    return MANY_CHARACTERS if are_characters(units) else usual


def reading_form(normalization: str) -> str:
    """The normal form of text that is only read: how it was written does not matter, so `auto` is NFC."""
    return "NFC" if normalization == "auto" else normalization
