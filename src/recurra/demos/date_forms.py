"""How dates are written in many languages: CLDR's patterns and names, read through Babel.

A form is one way in which one locale writes a date: CLDR's pattern `EEEE d MMMM y` with the French names gives
"vendredi 3 mai 1998". Babel knows some ten of them for each locale (full, long, medium, short, and the skeletons
such as yMMMEd). A form is used if it names the day, the month and all four digits of the year.

What is changed from CLDR, to get what people type:
- no-break and narrow spaces become plain spaces, and direction marks, which nobody types, are dropped;
- a locale whose default digits are not Latin writes its own digits, as CLDR says (Babel prints Latin ones).

The calendar is the Gregorian one everywhere, also where another is customary (Persian, Thai).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from babel import Locale
from babel.dates import DateTimePattern, tokenize_pattern

# The languages that CLDR's translators have worked through: those with names for at least 450 languages and 280
# territories, and a name for every month and weekday. `no` is left out: it writes every date as `nb` does.
_LOCALES = """
    af am ar ast az be bew bg bn br brx bs ca ccp chr cs cy da de dsb el en es et eu fa fi fil fr fy ga gd gl gu
    he hi hr hsb ht hu hy ia id ig is it ja ka kgp kk kn ko kok ku ky lb lo lt lv mk ml mn mr ms mt my nb ne nl
    nn or pa pl ps pt rm ro ru si sk sl sq sr sv sw ta te th ti to tr ug uk ur uz vec vi yrl yue zh zu
"""
LOCALES: tuple[str, ...] = tuple(_LOCALES.split())

# CLDR's numbering systems, by their digit zero; the other nine follow it in Unicode.
ZEROS = {
    "latn": "0",
    "arabext": "\u06f0",
    "beng": "\u09e6",
    "cakm": "\U00011136",
    "deva": "\u0966",
    "mymr": "\u1040",
}

# What is printed but not typed.
AS_TYPED = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u200e": None, "\u200f": None, "\u061c": None})

WIDTHS = {3: "abbreviated", 4: "wide"}

NUMBER = re.compile(r"\d+")
NO_NAME = "-"  # instead of a weekday, whose name may contain a number ("Th 2")

Part = Literal["year", "month", "day", "weekday"]


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of a form: fixed text, a number of at least `digits` digits, or one of `names`."""

    text: str = ""
    part: Part | None = None
    digits: int = 1
    names: tuple[str, ...] = ()

    def write(self, when: date, digits: dict[int, str]) -> str:
        if self.part is None:
            return self.text
        if self.part == "weekday":
            return self.names[when.weekday()]
        value: int = getattr(when, self.part)
        if self.names:
            return self.names[value - 1]
        number = str(value).rjust(self.digits, "0")
        return number.translate(digits)


@dataclass(frozen=True, eq=False)
class Form:
    """One way in which one locale writes a date; `digits` are its own in place of Latin ones."""

    locale: str
    pattern: str
    pieces: tuple[Piece, ...]
    digits: dict[int, str]

    @property
    def has_weekday(self) -> bool:
        return any(piece.part == "weekday" for piece in self.pieces)

    def write(self, when: date, weekday: str | None = None) -> str:
        """The text for a day; `weekday` replaces the weekday's name."""
        return "".join(
            weekday if weekday and piece.part == "weekday" else piece.write(when, self.digits) for piece in self.pieces
        )

    def numbers(self, when: date) -> list[int]:
        """The numbers in the text for a day, from left to right; weekdays that contain one are left out."""
        return [int(number) for number in NUMBER.findall(self.write(when, weekday=NO_NAME))]


def forms(locale: str) -> list[Form]:
    """The forms of a locale that determine a date, each once, in a fixed order."""
    names = Locale.parse(locale)
    zero = ord(ZEROS[names.default_numbering_system])
    digits = {ord("0") + digit: chr(zero + digit) for digit in range(10)}
    found = ((pattern, _pieces(names, pattern)) for pattern in dict.fromkeys(_patterns(names)))
    return [Form(locale, pattern, pieces, digits) for pattern, pieces in found if pieces]


def _patterns(names: Locale) -> Iterator[str]:
    for style in ("full", "long", "medium", "short"):
        yield names.date_formats[style].pattern
    skeletons = cast("Mapping[str, DateTimePattern]", names.datetime_skeletons)  # untyped in Babel
    for skeleton in sorted(skeletons):
        if set(skeleton) <= set("yMEd"):
            yield skeletons[skeleton].pattern


def _pieces(names: Locale, pattern: str) -> tuple[Piece, ...]:
    """The pieces of a pattern; none if it leaves out a part of the date or shortens it too far."""
    tokens = tokenize_pattern(pattern)
    fields = [(str(token[0]), int(token[1])) for kind, token in tokens if kind == "field"]
    parts = {letter.replace("L", "M") for letter, _ in fields}
    too_short = any(field == ("y", 2) or field[1] > 4 for field in fields)  # "98", and "M" for May or March
    if too_short or not parts >= {"y", "M", "d"}:
        return ()
    return tuple(
        Piece(text=str(token).translate(AS_TYPED)) if kind == "chars" else _field(names, str(token[0]), int(token[1]))
        for kind, token in tokens
    )


def _field(names: Locale, letter: str, width: int) -> Piece:
    """The piece for one field of a CLDR pattern, such as MMMM."""
    context = "stand-alone" if letter in "Lc" else "format"
    if letter in "yd":
        return Piece(part="year" if letter == "y" else "day", digits=width)
    if letter == "G":
        return Piece(text=names.eras[WIDTHS.get(width, "abbreviated")][1])
    if letter in "ML":
        if width < 3:
            return Piece(part="month", digits=width)
        months = names.months[context][WIDTHS[width]]
        return Piece(part="month", names=_typed(months[month] for month in range(1, 13)))
    days = names.days[context][WIDTHS.get(width, "abbreviated")]
    return Piece(part="weekday", names=_typed(days[day] for day in range(7)))


def _typed(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(name.translate(AS_TYPED) for name in names)
