"""What the phrase book knows: days, months and countries in many languages, as CLDR has them (through Babel)."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache

from babel import localedata

from recurra.demos.language_names import english

# All with a word of their own, without spaces, for each of the items.
_LOCALES = "fr de es it pt nl sv fi pl cs hu ro tr el ru hr lt eu sw id ja hi ko ar"
LOCALES: tuple[str, ...] = tuple(_LOCALES.split())
COUNTRIES = ("FR", "DE", "ES", "IT", "GR", "JP", "EG", "NO", "CH", "IN", "BR", "CA")

Phrases = Mapping[str, Mapping[str, str]]


@cache
def phrases() -> Phrases:
    """{"French": {"Monday": "lundi", ...}, ...}: languages and items by their English names."""
    items = names_in("en")
    found: dict[str, Mapping[str, str]] = {}
    for locale in LOCALES:
        own = names_in(locale)
        found[english(locale)] = {items[key]: name for key, name in own.items()}
    return found


def names_in(locale: str) -> dict[str, str]:
    """A language's names of days, months and countries, by what they name."""
    data = own_data(locale, "days", "months", "territories")
    days, months = data["days"]["stand-alone"]["wide"], data["months"]["stand-alone"]["wide"]
    return {
        **{f"day {day}": str(days[day]) for day in range(7)},
        **{f"month {month}": str(months[month]) for month in range(1, 13)},
        **{code: str(data["territories"][code]) for code in COUNTRIES},
    }


def own_data(locale: str, *parts: str) -> localedata.LocaleDataDict:
    """Parts of a locale's data, in a copy.

    Where a locale only refers to its other names, Babel writes what it finds there into data that all locales share:
    whoever asks next gets the names of the one before.
    """
    data = localedata.load(locale)
    return localedata.LocaleDataDict({part: deepcopy(data[part]) for part in parts})
