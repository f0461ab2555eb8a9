"""Upper, lower and title case as the languages of the demo have it."""

from __future__ import annotations

import unicodedata

SPELLINGS = ("as it is", "lower", "title", "upper")
DOTTED_I = {"az", "tr"}  # i and İ, ı and I are the pairs there
ACUTE, DOT_ABOVE = "\u0301", "\u0307"


def has_case(text: str) -> bool:
    """Whether the text has letters that people write in two cases; Georgian and Cherokee capitals are not in use."""
    scripts = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN")
    return any(unicodedata.name(letter, "").startswith(scripts) for letter in text)


def spell(text: str, spelling: str, locale: str) -> str:
    """The text "as it is", or in "lower", "title" or "upper" case where its script has cases."""
    if spelling == "as it is" or not has_case(text):
        return text
    if spelling == "upper":
        return upper(text, locale)
    if spelling == "lower":
        return lower(text, locale)
    return " ".join(upper(word[:1], locale) + word[1:] for word in text.split(" "))


def upper(text: str, locale: str) -> str:
    if locale in DOTTED_I:
        text = text.replace("i", "İ")
    if locale == "el":  # Greek capitals have no stress mark
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).replace(ACUTE, ""))
    return text.upper()


def lower(text: str, locale: str) -> str:
    if locale in DOTTED_I:
        text = text.replace("I", "ı").replace("İ", "i")
    return text.lower()


def fold(text: str) -> str:
    """The same for all spellings of a text."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return plain.replace(ACUTE, "").replace(DOT_ABOVE, "").replace("ı", "i")
