"""CSV as Python's csv module reads it: rows of cells, fields as long as any line may be, and which separator it has."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from recurra.data.lines import LONGEST_LINE
from recurra.data.number_text import is_number

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
LOOK_AHEAD = 20  # lines from which the separator is told
SAYS_SEPARATOR = re.compile("sep=([,;\t|])\\s*")  # as Excel writes it above a table


class CsvReader(Iterator[list[str]]):
    """The rows of lines, one after the other; it can go on after a row that raises csv.Error.

    The module refuses fields above 131,072 characters, which documents have, by a limit of the whole process; it is
    another one only while a row is read.

    Args:
        strict: whether quotes in the wrong places are errors.
    """

    def __init__(self, lines: Iterable[str], separator: str = ",", *, strict: bool = True) -> None:
        self._reader = csv.reader(lines, delimiter=separator, strict=strict)

    @property
    def line(self) -> int:
        """How many lines have been read."""
        return self._reader.line_num

    def __next__(self) -> list[str]:
        usual = csv.field_size_limit(LONGEST_LINE)
        try:
            return next(self._reader)
        finally:
            csv.field_size_limit(usual)


def readable_rows(lines: Iterable[str], separator: str) -> list[list[str]]:
    """The rows without those that cannot be read, for a first look."""
    reader, rows = CsvReader(lines, separator, strict=False), list[list[str]]()
    while True:
        try:
            rows.append(next(reader))
        except StopIteration:
            return rows
        except csv.Error:
            continue


def separator_of(start: Sequence[str]) -> tuple[str, int]:
    """The separator of a table, and how many lines stand above it: one that names the separator, or none.

    Args:
        start: the first lines.
    """
    said = SAYS_SEPARATOR.fullmatch(start[0]) if start else None
    return (said[1], 1) if said else (_likeliest_separator(start[:LOOK_AHEAD]), 0)


def is_header(rows: Sequence[Sequence[str]], columns: Sequence[int]) -> bool:
    """Whether the first row names the columns: none of its cells is a number, or stands in its column again.

    Args:
        columns: that are looked at.
    """
    head, *body = rows
    cells = [(k, head[k].strip()) for k in columns if k < len(head) and head[k].strip()]
    return not any(is_number(cell) or any(cell == row[k].strip() for row in body if k < len(row)) for k, cell in cells)


def _likeliest_separator(start: Sequence[str]) -> str:
    """The separator under which most of the first lines have as many columns as the first of them, which has several.

    A comma if several do, or none.
    """
    return max(SEPARATORS, key=lambda separator: _alike(start, separator))


def _alike(start: Sequence[str], separator: str) -> int:
    widths = [len(row) for row in readable_rows(start, separator) if row]
    return widths.count(widths[0]) if widths and widths[0] > 1 else 0


def is_number_table(lines: Sequence[str]) -> bool:
    """Whether lines are the rows of a table that holds mostly numbers: as many columns in each, and several."""
    separator, before = separator_of(lines)
    _, *body = [row for row in readable_rows(lines[before:], separator) if row] or [[]]
    cells = [cell.strip() for row in body for cell in row]
    alike = bool(body) and {len(row) for row in body} == {len(body[0])}
    return alike and len(body[0]) > 1 and 2 * sum(bool(cell) and is_number(cell) for cell in cells) > len(cells)
