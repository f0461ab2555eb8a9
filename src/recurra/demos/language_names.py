"""What languages are called."""

from __future__ import annotations

from babel import Locale


def english(locale: str) -> str:
    """The language's name in English."""
    return str(Locale.parse(locale).get_display_name("en"))
