"""Wide tables of series: each row is a series, and the columns after its name are its steps.

    country,1990,1991,1992            V1,V2,V3,V4
    Norway,4.2,4.3,4.3                H1,605,586,586

They are read as the table of steps that says the same: series, time, value. What is empty at the end of a row is after
the end of its series.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import NamedTuple

from recurra.data.delimited import Row, filled_rows, table_rows
from recurra.data.examples import Reading
from recurra.data.number_text import is_number
from recurra.data.times import NUMBER, forms_of
from recurra.data.vectors import LABEL_NAMES

LOOK = 50  # rows from which it is told what a table is
LEAST = 8  # steps; with fewer nothing is sure
COUNTED = re.compile(r"(\D*?)(\d+)")  # V1, V2, ...; d_1, d_2, ...


class Wide(NamedTuple):
    """How a wide table is laid out."""

    first: int  # the column of the first step
    times: bool  # whether the names of the steps say when they were


def step_rows(reading: Reading) -> Iterator[Row]:
    """The rows of a table of steps, its header too; those of a wide table as a table of steps."""
    rows = filled_rows(table_rows(reading))
    first = list(islice(rows, LOOK))
    wide = wide_table([fields for _, fields in first])
    if wide is None:
        yield from chain(first, rows)
        return
    (line, head), body, source = first[0], chain(first[1:], rows), reading.source
    reading.note(
        f"{reading.name}: each row is a series, its steps are the columns from {head[wide.first].strip()!r} on"
    )
    yield line, [source.source_column or "series", *([source.time_column or "time"] if wide.times else []), "value"]
    for line, fields in body:
        name = ", ".join(cell.strip() for cell in fields[: wide.first])
        last = max((k for k, cell in enumerate(fields) if cell.strip()), default=0)
        for k in range(wide.first, min(last + 1, len(head))):
            yield line, [name, *([head[k].strip()] if wide.times else []), fields[k]]


def wide_table(rows: Sequence[Sequence[str]]) -> Wide | None:
    """How the rows are laid out, if each of them is a series.

    The names of the last columns are times or count on; those before them have another cell, or others together, in
    each row, and no labels.
    """
    head, *body = rows or [[]]
    names = [name.strip() for name in head]
    first = next((k for k in range(1, min(len(names) - LEAST, LOOK) + 1) if _are_steps(names[k:])), None)
    if first is None or not body or {name.lower() for name in names[:first]} & set(LABEL_NAMES):
        return None
    cells = [cell for row in body for cell in row[first:]]
    ids = {tuple(row[:first]) for row in body}
    if len(ids) < len(body) or all(is_number(row[0]) for row in body) or not all(map(is_number, cells)):
        return None
    return Wide(first, _are_times(names[first:]))


def _are_steps(names: Sequence[str]) -> bool:
    return _count_on(names) or _are_times(names)


def _count_on(names: Sequence[str]) -> bool:
    """Whether these are V1, V2, V3, ..."""
    found = [COUNTED.fullmatch(name) for name in names]
    counted = [(one[1], int(one[2])) for one in found if one is not None]
    return len(counted) == len(names) and all(a[0] == b[0] and b[1] - a[1] == 1 for a, b in pairwise(counted))


def _are_times(names: Sequence[str]) -> bool:
    """Whether these are rising times, not mere numbers."""
    forms = forms_of(names)
    moments = [form.read(name) for form in forms[:1] for name in names]
    known = [moment for moment in moments if moment is not None]
    return (
        bool(forms)
        and forms[0] is not NUMBER
        and len(known) == len(names)
        and all(before.at < after.at for before, after in pairwise(known))
    )
