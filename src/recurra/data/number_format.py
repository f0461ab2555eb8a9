"""How the numbers of a table are written, told from all of them.

    1,5       has a decimal comma, since thousands have three digits
    1,234     may have one, or a comma between thousands: what else stands in the table says which
    1,234.5   has both

A table has one way of writing numbers. Where it stays open which, it is refused, with the setting that says it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from recurra.data.delimited import Row, filled_rows, table_rows
from recurra.data.examples import Reading
from recurra.data.number_text import (
    MARKS,
    MISSING,
    NAMES,
    PERCENT,
    PLAIN,
    NumberFormat,
    NumberText,
    is_number,
    marks_of,
    plain_number,
    written_number,
)
from recurra.errors import DataError
from recurra.text.visible import excerpt

UNUSUAL = re.compile(r"[^\d.eE+\-\0]|\.\d+\.")  # in numbers as programs write them

Cell = tuple[str, str]  # a text, its place


@dataclass
class Evidence:
    """What is seen in the cells of one column: the first cell of each kind, with its place."""

    name: str
    decimal: dict[str, Cell] = field(default_factory=dict[str, Cell])  # by the mark that surely is one
    thousands: dict[str, Cell] = field(default_factory=dict[str, Cell])
    either: dict[str, Cell] = field(default_factory=dict[str, Cell])
    units: dict[str, Cell] = field(default_factory=dict[str, Cell])  # "" is without
    short: bool = False  # whether there are numbers below a thousand without any mark
    long: bool = False  # and above

    def add(self, text: str, place: str) -> None:
        """Takes one more cell; what is no number says nothing."""
        if isinstance(text, NumberText) or text.strip().lower() in MISSING:
            return
        text = text.strip()
        found = written_number(text)
        marks = None if found is None else marks_of(found.digits)
        if found is None or marks is None:
            return
        cell = text, place
        self.units.setdefault(found.unit, cell)
        for seen, mark in (
            (self.decimal, marks.decimal),
            (self.thousands, marks.thousands),
            (self.either, marks.either),
        ):
            if mark:
                seen.setdefault(mark, cell)
        if marks == ("", "", "") and not found.exponent:
            self.long |= len(found.digits) > 3
            self.short |= len(found.digits) <= 3


Rows = Callable[[Reading], Iterator[Row]]


def table_format(
    reading: Reading, columns: Sequence[int], names: Sequence[str], *, header: bool, rows: Rows = table_rows
) -> NumberFormat:
    """How the numbers of a table are written, told from a pass over all of it; says what is not as programs write it.

    Args:
        columns: of numbers.
        names: of these.
        header: whether the first row names the columns.
        rows: how they are read.

    Raises:
        DataError: some numbers are written so and some otherwise, or it stays open how.
    """
    source = reading.source
    said = (source.decimal, source.thousands)
    if NumberFormat.named(*said) == PLAIN and all(
        usual([cells[k] for k in columns if k < len(cells)]) for _, cells in _filled(rows(Reading(source)), header)
    ):
        return PLAIN
    evidence, again = [Evidence(name) for name in names], Reading(source)
    for line, cells in _filled(rows(again), header):
        for one, k in zip(evidence, columns, strict=True):
            if k < len(cells):
                one.add(cells[k], reading.place(line))
    form = format_of(evidence, said, reading.name, by_commas=again.facts.by_commas)
    for note in notes_on(evidence, form):
        reading.note(f"{reading.name}: {note}")
    if form != PLAIN:
        reading.facts.columns.update(decimal=NAMES[form.decimal], thousands=NAMES[form.thousands])
    return form


def _filled(rows: Iterator[Row], header: bool) -> Iterator[Row]:
    """Those below the header that are not blank; what is wrong with them is said where they are read."""
    return islice(filled_rows(rows), int(header), None)


def usual(cells: Sequence[str]) -> bool:
    """Whether none of these is a number that programs would write otherwise."""
    return not UNUSUAL.search("\0".join(cells)) or not any(map(_is_unusual, cells))


def _is_unusual(cell: str) -> bool:
    return plain_number(cell) is None and cell.strip().lower() not in MISSING and is_number(cell)


Said = tuple[str | None, str | None]  # what the user says stands before the decimals, and between thousands


class Written(NamedTuple):
    """How the numbers of one column are written."""

    form: NumberFormat
    notes: list[str]  # what should be said of it


def column_format(cells: Iterable[Cell], column: str, said: Said, name: str, *, by_commas: bool) -> Written:
    """How the numbers of one column are written.

    Args:
        column: its name.
        name: of the data, for messages.
        by_commas: whether commas stand between the columns of the data.

    Raises:
        DataError: some are written so and some otherwise, or it stays open; or they have different signs.
    """
    evidence = Evidence(column)
    for text, place in cells:
        evidence.add(text, place)
    form = format_of([evidence], said, name, by_commas=by_commas)
    return Written(form, list(notes_on([evidence], form)))


def format_of(evidence: Sequence[Evidence], said: Said, name: str, *, by_commas: bool = False) -> NumberFormat:
    """How the numbers are written.

    Args:
        evidence: of all columns.
        name: of the data, for messages.
        by_commas: whether commas stand between the columns, so that a decimal comma is unlikely.

    Raises:
        DataError: some are written so and some otherwise, or it stays open.
    """
    decimal = {mark: cell for one in reversed(evidence) for mark, cell in one.decimal.items()}
    thousands = {mark: cell for one in reversed(evidence) for mark, cell in one.thousands.items()}
    either = {mark: cell for one in reversed(evidence) for mark, cell in one.either.items()}
    point, between = said
    if point is None and between in ("point", "comma"):
        point = "comma" if between == "point" else "point"
    mark = MARKS[point] if point else _decimal(evidence, decimal, thousands, either, by_commas, name)
    others = [one for one in (*thousands, *either, "") if one != mark]
    return NumberFormat(mark, MARKS[between] if between else others[0])


def _decimal(
    evidence: Sequence[Evidence],
    decimal: dict[str, Cell],
    thousands: dict[str, Cell],
    either: dict[str, Cell],
    by_commas: bool,
    name: str,
) -> str:
    """The mark before the decimals."""
    if len(decimal) > 1:
        (comma, first), (point, second) = decimal[","], decimal["."]
        what = f"some numbers have a decimal comma ({comma} at {first}), others a decimal point ({point} at {second})"
        raise DataError(what, where=name, fix="Write all numbers of a table in one way.")
    if decimal:
        return next(iter(decimal))
    if "," in thousands or "." in thousands:
        return "." if "," in thousands else ","
    if "," not in either:
        return "."
    long = any(one.long for one in evidence if "," in one.either)
    short = any(one.short for one in evidence if "," in one.either)
    if long != (short or by_commas) and "." not in either:
        return "," if long else "."
    text, place = either[","]
    what = f"{excerpt(text, 40)} ({place}) may have a decimal comma or a comma between thousands, and so may all others"
    fix = "Say which: --set data.decimal=comma, or --set data.decimal=point."
    raise DataError(what, where=name, fix=fix)


def notes_on(evidence: Sequence[Evidence], form: NumberFormat) -> Iterator[str]:
    """What was decided, in sentences that can follow the name of the data.

    Raises:
        DataError: a column in which some numbers have a sign of percent or currency, and others none or another.
    """
    if form != PLAIN:
        marked = [
            cell for one in evidence for seen in (one.thousands, one.either, one.decimal) for cell in seen.values()
        ]
        example = f", as in {marked[0][0]}" if marked else ""
        yield f"numbers have {form}{example}"
    for one in evidence:
        signs = [unit for unit in one.units if unit]
        if not signs:
            continue
        if len(signs) > 1 or (PERCENT in signs and "" in one.units):
            (text, place), (other, there) = list(one.units.values())[:2]
            what = f"column {one.name!r}: {excerpt(text, 40)} ({place}) and {excerpt(other, 40)} have different units"
            raise DataError(what, where=there, fix="Write all numbers of a column in one unit.")
        text, _ = one.units[signs[0]]
        if signs[0] == PERCENT:
            yield f"column {one.name!r} is in percent: {text} is read as {text.replace(PERCENT, '').strip()}"
        else:
            yield f"the sign {signs[0]} of column {one.name!r} is left out"
