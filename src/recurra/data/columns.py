"""Which columns of a table hold source and target, and what is wrong with a row that has not got them.

A source may be several columns ("lemma,features", "1,3"): its text is theirs with a tab between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from shlex import quote
from typing import NamedTuple

from recurra.data.examples import Reading
from recurra.data.known_names import find
from recurra.data.source import DataSource, Sides
from recurra.errors import DataError, UsageError
from recurra.options import nearest
from recurra.text.counted import counted
from recurra.text.visible import excerpt, is_blank, visible

TAB = "\t"
INSIDE = "texts with a tab inside"
DIGITS = 10  # no table has a column whose number has so many


class Columns(NamedTuple):
    """Where the two texts stand in a row."""

    source: tuple[int, ...]  # from 0; several make one text
    target: int | None  # None: it is not asked for
    least: int  # how many columns a row has at least
    most: int | None  # ... and at most; None: any number

    def fit(self, row: Sequence[str]) -> bool:
        """Whether a row has the right number of columns."""
        return self.least <= len(row) and (self.most is None or len(row) <= self.most)

    def source_text(self, row: Sequence[str]) -> str:
        """The source of a row, tabs between its columns."""
        return TAB.join(row[k] for k in self.source)

    def target_text(self, row: Sequence[str]) -> str:
        """The target of a row; empty where it is not asked for."""
        return "" if self.target is None else row[self.target]

    @property
    def both(self) -> tuple[int, ...]:
        """The columns of both sides."""
        return self.source if self.target is None else (*self.source, self.target)

    def names(self, header: Sequence[str]) -> dict[str, str]:
        """What these columns are called in a header, for a model that is to know them."""
        found = {"source_column": ",".join(header[k].strip() for k in self.source)}
        return found if self.target is None else {**found, "target_column": header[self.target].strip()}

    @property
    def expected(self) -> str:
        """The number of columns in words: "2 columns", "at least 3 columns"."""
        return f"{'' if self.most else 'at least '}{counted(self.least, 'column')}"


def joined(cells: Sequence[str], place: str) -> str:
    """The text of a source: its columns with a tab between them.

    Raises:
        DataError: one of several has a tab of its own, which would be taken for the end of it.
    """
    if len(cells) > 1 and (inside := next((cell for cell in cells if TAB in cell), None)):
        fix = "Tabs separate the columns of a source: write a space instead, or name this column alone."
        raise DataError(f"expected columns without tabs, saw {excerpt(inside)}", where=place, fix=fix)
    return TAB.join(cells)


def has_blank(text: str) -> bool:
    """Whether one of the columns of a text, or its only one, has nothing that can be seen."""
    return any(map(is_blank, text.split(TAB)))


def are_named(source: DataSource) -> bool:
    """Whether the user names a column, so that the table must have a header.

    Raises:
        UsageError: one column by number and the other by name or not at all, or both the same.
    """
    given = [source.source_column, source.target_column]
    if all(column is None for column in given):
        return False
    columns = [*several(source.source_column), source.target_column]
    _refuse_same(columns)
    numbers = [column is not None and is_number(column) for column in columns]
    if any(numbers) and not all(numbers):
        raise UsageError(
            f"expected both columns by number or both by name, got {given[0]!r} and {given[1]!r}",
            where="--source-column, --target-column",
            fix="For example --source-column 1 --target-column 3; the first column is 1.",
        )
    return not all(numbers)


def several(columns: str | None) -> list[str | None]:
    """The columns of "lemma,features"; of one, that one."""
    return [None] if columns is None else [column.strip() for column in columns.split(",")]


def is_number(column: str) -> bool:
    """Whether a column is given by number, of fewer than DIGITS digits."""
    return column.isascii() and column.isdigit() and len(column) < DIGITS


def by_number(source: DataSource) -> Columns:
    """The columns a user numbered, or the only two of a table without header."""
    if source.source_column is None or source.target_column is None:
        return Columns((0,), 1, 2, 2)
    numbers = [int(column or 0) for column in (*several(source.source_column), source.target_column)]
    if 0 in numbers:
        raise UsageError("columns are counted from 1, got 0", where="--source-column, --target-column")
    *sources, target = (number - 1 for number in numbers)
    return Columns(tuple(sources), target, max(numbers), None)


def decided(reading: Reading, names: Sequence[str], *, only_two: bool = False) -> DataSource:
    """The source with its columns named, where the user named none and these names say which they are.

    They are called as usual, or as they are called elsewhere, which is noted. What is read goes on with them.

    Args:
        names: of the columns that there are.
        only_two: whether two columns of any names are the two sides.
    """
    source = reading.source
    if source.source_column is not None or source.target_column is not None:
        return source
    sides, both = source.sides, reading.with_targets
    usual = find(((sides.first, sides.second),), names, both=both)
    found = usual or find(sides.known, names, both=both)
    if found is None and only_two and len(names) == 2:
        found = _two_sides(names, sides)
    if found is None:
        return source
    if not usual:
        left = [name.strip() for name in names if name.strip() not in (*found[0].split(","), found[1])]
        more = f"; not read: {', '.join(map(visible, left))}" if left else ""
        reading.note(f"{reading.name}: column {found[0]!r} is the {sides.first}, {found[1]!r} the {sides.second}{more}")
    reading.source = replace(source, source_column=found[0], target_column=found[1])
    return reading.source


def is_known_header(sides: Sides, row: Sequence[str]) -> bool:
    """Whether a row holds names that are known for both sides."""
    return find(((sides.first, sides.second), *sides.known), row) is not None


def _two_sides(names: Sequence[str], sides: Sides) -> tuple[str, str]:
    """Two columns in their order, unless the name of one of them says that it is the other side."""
    first, second = names
    return (second, first) if second == sides.first or first == sides.second else (first, second)


def which_ones(sides: Sides, names: Sequence[str], *, with_target: bool = True) -> str:
    """How to say which columns are the two sides, with names that there are: known ones, else the last."""
    names = [name.strip() for name in names]
    names = names if len(set(names)) > 1 else ["1", "2"]  # one name for all tells none of them apart
    firsts, seconds = ({name for pair in sides.known for name in pair[k].split(",")} for k in (0, 1))
    source = next((name for name in names if name.lower() in {sides.first, *firsts}), None)
    others = [name for name in names if name != source]
    target = next((name for name in others if name.lower() in {sides.second, *seconds}), others[-1])
    source = source or next((name for name in reversed(names) if name != target), target)
    if not with_target:
        return f"Say which one, for example: --source-column {quote(source)}"
    return f"Say which ones, for example: --source-column {quote(source)} --target-column {quote(target)}"


def by_name(source: DataSource, header: Sequence[str], place: str, *, with_target: bool = True) -> Columns:
    """The columns a user named, found in the header of the table.

    Raises:
        DataError: the header has no such column, or has it twice.
    """
    sources, target = wanted_names(source)
    header = [name.strip() for name in header]
    wanted = (*sources, target) if with_target else sources
    said = {*several(source.source_column), source.target_column}
    for name in sorted(wanted, key=lambda name: name not in said):  # what the user named comes first
        if name not in header:
            seen = f"the header has no column {name!r}; it names {', '.join(map(repr, header))}"
            raise DataError(seen, where=place, fix=_other_columns(name, header, with_target=with_target))
        if header.count(name) > 1:
            raise DataError(f"the header names the column {name!r} twice", where=place, fix="Rename one of them.")
    places = tuple(map(header.index, sources))
    return Columns(places, header.index(target) if with_target else None, len(header), len(header))


def _other_columns(name: str, header: Sequence[str], *, with_target: bool) -> str:
    """How to name columns that are there: the one that is meant, or others, such as those of another table."""
    close = nearest(name, header)
    if close:
        return f"Did you mean {close!r}?"
    options = "--source-column and --target-column" if with_target else "--source-column"
    return f"Say which columns are meant: {options}, by name, or by number if the first row is no header."


def wanted_names(source: DataSource) -> tuple[tuple[str, ...], str]:
    """The names of the columns of the source, and of that of the target.

    They are "source" and "target", or as the source calls them, where the user gave none.

    Raises:
        UsageError: they are the same.
    """
    sources = [column or source.sides.first for column in several(source.source_column)]
    target = source.target_column or source.sides.second
    _refuse_same([*sources, target])
    return tuple(sources), target


def _refuse_same(columns: Sequence[str | None]) -> None:
    *sources, target = columns
    if target in sources:
        raise UsageError(f"source and target are the same column {target!r}", where="--source-column, --target-column")
    twice = next((column for column in sources if sources.count(column) > 1), None)
    if twice is not None:
        raise UsageError(f"the column {twice!r} is named twice", where="--source-column")
    if "" in sources:
        fix = "Separate the names with one comma: --source-column lemma,features"
        raise UsageError("a column name is empty", where="--source-column", fix=fix)
