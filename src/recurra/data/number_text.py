"""Numbers as people write them: 1234.5, 1,234.5, 1.234,5, 1 234,5, 1'234.5, $5, 5 EUR, 12 %, (5), -5, 1.5e3.

What a comma or a point means is said by a `NumberFormat`, since 1,234 may be either. Signs of currencies and of percent
are left out: 12 % is read as 12.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import category

from recurra.text.visible import excerpt

MISSING = frozenset(("", "?", "na", "nan", "n/a", "#n/a", "<na>", "null", "none"))  # in any case
LARGEST = 1e100  # squares of larger numbers, and sums of these, could not be computed
LARGEST_SINGLE = 1e38  # of numbers that are kept with single precision
BEYOND, LARGER_UNIT = "a number beyond {:g} cannot be computed with", "Divide the column by a power of ten."
PERCENT = "%"
CURRENCY_WORDS = frozenset(("kr", "kr.", "zł", "Kč", "Ft", "lei", "Fr", "Fr.", "Rs", "Rs."))
ALIKE = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'", "\u2212": "-"})
SIGNED = re.compile(r"(?P<open>\()?(?P<sign>[+-]?) ?(?P<before>[^\d\s.,'+()-]{1,4}(?<!%))? ?(?P<second>[+-]?)"
                    r"(?P<digits>[\d.,][\d.,' ]*?)(?P<exponent>[eE][+-]?\d{1,4})? ?(?P<after>[^\d\s,'+()-]{1,4})?"
                    r"(?P<close>\))?", re.ASCII)  # fmt: skip
MARKS = {"point": ".", "comma": ",", "space": " ", "apostrophe": "'", "none": ""}  # as settings name them
NAMES = {mark: name for name, mark in MARKS.items()}


class NumberFormat(NamedTuple):
    """What stands before the decimals, and what between thousands."""

    decimal: str = "."
    thousands: str = ""

    @classmethod
    def named(cls, decimal: str | None, thousands: str | None) -> NumberFormat:
        """By the names that settings have for marks."""
        return cls(MARKS[decimal or "point"], MARKS[thousands or "none"])

    def __str__(self) -> str:
        """In words: a decimal comma and points between thousands."""
        between = f" and a {NAMES[self.thousands]} between thousands" if self.thousands else ""
        return f"a decimal {NAMES[self.decimal]}{between}"


PLAIN = NumberFormat()


class NumberText(str):
    """The text of what was given as a number, in Python or in JSON: it has a decimal point, whatever others have."""


class Written(NamedTuple):
    """A number as it is written, its marks not understood yet."""

    negative: bool
    digits: str  # with marks between them
    exponent: str
    unit: str  # the sign of a currency or of percent; empty: none


class NotANumber(Exception):
    """What stands where a number should be; says what it is and how to mend it."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


def parse_number(text: str, form: NumberFormat = PLAIN, largest: float = LARGEST) -> float:
    """The number that a text says; NaN where it says that there is none.

    Raises:
        NotANumber: it says something else, says it in another format, or the number is too large.
    """
    value = plain_number(text) if form == PLAIN or isinstance(text, NumberText) else None
    if value is None and text.strip().lower() in MISSING:
        return math.nan
    if value is None and (found := written_number(text)) is not None:
        value = _value(found, form)
    if value is None or not math.isfinite(value):
        raise NotANumber(f"expected a number, saw {excerpt(text, 40)}", _remedy(text, form))
    if abs(value) > largest:
        raise NotANumber(BEYOND.format(largest), LARGER_UNIT)
    return value


def plain_number(text: str) -> float | None:
    """The number of a text as programs write them; None if it is no such."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def is_number(text: str) -> bool:
    """Whether a text says a number in some format, or that one is missing."""
    if plain_number(text) is not None or text.strip().lower() in MISSING:
        return True
    found = written_number(text)
    return found is not None and marks_of(found.digits) is not None


def written_number(text: str) -> Written | None:
    """The parts of a number; None of anything else."""
    found = SIGNED.fullmatch(text.strip().translate(ALIKE))
    if found is None or bool(found["open"]) != bool(found["close"]) or not re.search(r"\d", found["digits"]):
        return None
    units = [unit for unit in (found["before"], found["after"]) if unit]
    signs = found["sign"] + found["second"] + "-" * bool(found["open"])
    if len(units) > 1 or len(signs) > 1 or not all(map(is_unit, units)):
        return None
    return Written(signs == "-", found["digits"], found["exponent"] or "", units[0] if units else "")


def is_unit(text: str) -> bool:
    """Whether this is the sign of percent, or the sign or code of a currency."""
    if text == PERCENT or text in CURRENCY_WORDS:
        return True
    letters = text.rstrip("".join(character for character in text if category(character) == "Sc"))
    if len(letters) < len(text):
        return letters.isalpha() or not letters
    return bool(re.fullmatch("[A-Z]{3}", text)) and text in _currencies()


class Marks(NamedTuple):
    """What the marks between digits can mean."""

    decimal: str = ""  # surely before the decimals
    thousands: str = ""  # surely between thousands
    either: str = ""  # one or the other


def marks_of(digits: str) -> Marks | None:
    """What the marks between digits can mean; None if nothing."""
    groups = re.split(r"[.,' ]", digits)
    marks = re.findall(r"[.,' ]", digits)
    if not marks:
        return Marks()
    last, kinds = marks[-1], set(marks)
    whole = groups[:-1] if len(kinds) > 1 else groups
    if len(kinds) > 2 or (len(kinds) == 2 and (last not in ".," or marks.count(last) > 1)):
        return None
    thousands = marks[0] if _in_thousands(whole, marks[0]) else ""
    if len(kinds) == 2:
        return Marks(last, thousands) if thousands else None
    if len(marks) > 1 or last not in ".,":
        return Marks(thousands=thousands) if thousands else None
    if thousands and not groups[0].startswith("0"):
        return Marks(either=last)
    return Marks(decimal=last)


def _in_thousands(groups: list[str], mark: str) -> bool:
    """Whether these are thousands, by threes, or with commas by twos and three as in India."""
    first, *rest = map(len, groups)
    indian = mark == "," and rest[:1] != [3] and all(length == 2 for length in rest[:-1])
    return 1 <= first <= 3 and bool(rest) and rest[-1] == 3 and (indian or all(length == 3 for length in rest))


def _value(found: Written, form: NumberFormat) -> float | None:
    """What is written, in a format; None if it is not in that."""
    if not _pattern(form).fullmatch(found.digits):
        return None
    digits = found.digits.replace(form.thousands, "") if form.thousands else found.digits
    value = float(digits.replace(form.decimal, ".") + found.exponent)
    return -value if found.negative else value


@lru_cache
def _pattern(form: NumberFormat) -> re.Pattern[str]:
    decimal, mark = re.escape(form.decimal), re.escape(form.thousands)
    whole = [r"\d+"]
    if form.thousands:
        whole += [rf"\d{{1,3}}(?:{mark}\d{{3}})+"]
        whole += [r"\d{1,3}(?:,\d\d)+,\d{3}"] if form.thousands == "," else []
    return re.compile(rf"(?:{'|'.join(whole)})(?:{decimal}\d*)?|{decimal}\d+", re.ASCII)


@lru_cache
def _currencies() -> frozenset[str]:
    from babel.core import get_global  # only here: few tables name a currency by its code

    return frozenset(get_global("all_currencies"))


def _remedy(text: str, form: NumberFormat) -> str:
    found = written_number(text)
    if found is not None and marks_of(found.digits) is not None:
        how = "--set data.decimal=comma (or point), --set data.thousands=comma (point, space, apostrophe, none)"
        return f"The numbers here have {form}. Write this one so, or say (of series, or in training) how it is: {how}."
    if text.strip().lower().lstrip("+-") in ("inf", "infinity") or text.strip().lstrip("+-").isdigit():
        return "A number must be finite; where there is none, leave the place empty or write ?."
    return "Where a number is missing, leave its place empty or write ?."
