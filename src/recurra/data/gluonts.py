"""Series as GluonTS and DeepAR keep them: a mapping for each, with its numbers and when the first of them was.

    {"start": "2024-01-01 00:00:00", "target": [3.5, 3.7, 3.6], "item_id": "north", "freq": "D"}

A file has one in each line. In Python `start` is mostly a period of pandas, which knows how far its steps are apart; a
text does not, so there `freq` must say it, or the series has no times.

T steps, D columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeGuard, cast

import numpy as np
from numpy.typing import NDArray

from recurra.data.delimited import is_json
from recurra.data.examples import Reading
from recurra.data.jsonl import checked_name, read_objects
from recurra.data.rows import cell_text, is_single, plain
from recurra.data.source import DataSource
from recurra.data.steps import Step, onwards, step_named
from recurra.data.timeline import note_other_step
from recurra.data.times import forms_of
from recurra.errors import DataError
from recurra.narrowing import is_iterable, is_row
from recurra.text.counted import counted
from recurra.text.visible import as_given, excerpt

START, TARGET, NAME, FREQUENCY = "start", "target", "item_id", "freq"
EXAMPLE = '{"start": "2024-01-01", "target": [3.5, 3.7], "item_id": "north", "freq": "D"}'
ALIAS = re.compile(r"(\d{0,6})([A-Za-z]+?)(?:-[A-Z]{3})?", re.ASCII)  # 15min, W-SUN
# What pandas calls its frequencies, before and since its version 2.2.
UNITS = {
    **dict.fromkeys(("Y", "YE", "YS", "A", "AS"), "year"), **dict.fromkeys(("Q", "QE", "QS"), "quarter"),
    **dict.fromkeys(("M", "ME", "MS"), "month"), "W": "week", "D": "day", "B": "business day",
    **dict.fromkeys(("h", "H"), "hour"), **dict.fromkeys(("min", "T"), "minute"), **dict.fromkeys(("s", "S"), "second"),
    **dict.fromkeys(("ms", "L"), "millisecond"),
}  # fmt: skip


class Entry(NamedTuple):
    """One of the mappings, read."""

    name: str
    values: NDArray[np.float64]  # [T, D]
    columns: tuple[str, ...]
    times: tuple[str, ...]
    step: Step | None


def is_entry(given: object) -> TypeGuard[Mapping[str, object]]:
    """Whether this is a series with its start."""
    return is_row(given) and START in given and isinstance(given.get(TARGET), list | tuple | np.ndarray)


def entries_of(given: object) -> list[Mapping[str, object]] | None:
    """The mappings in a list or a data set of them, or a single one; None of anything else, and of iterators."""
    if is_entry(given):
        return [given]
    if not is_iterable(given) or is_single(given) or isinstance(given, str | bytes | Mapping | np.ndarray | Iterator):
        return None
    every = iter(given)
    first = next(every, None)
    return [one for one in (first, *every) if is_row(one)] if is_entry(first) else None


def holds_entries(source: DataSource) -> bool:
    """Whether a source is made of them, by its first one."""
    if source.rows is not None:
        return bool(source.rows) and is_entry(source.rows[0])
    return is_json(source) and is_entry(next((row for _, row in read_objects(Reading(source), EXAMPLE)), None))


def read_entries(reading: Reading) -> Iterator[tuple[int, Entry]]:
    """Those of a file, or of rows given in Python, with their lines; what is none is a finding."""
    rows = reading.source.rows
    every = (
        enumerate(rows, 1) if rows is not None else ((line.number, row) for line, row in read_objects(reading, EXAMPLE))
    )
    said = False
    for line, row in every:
        try:
            entry = read_entry(row, reading.place(line))
        except DataError as error:
            reading.findings.add("series that cannot be read", error)
            continue
        if not said and is_row(row):
            _tell(row, entry, reading)
            said = True
        yield line, entry


def read_entry(row: object, place: str) -> Entry:
    """One of them.

    Raises:
        DataError: it has no numbers, or more than two directions of them, or a start that is no time.
    """
    if not is_row(row) or TARGET not in row:
        what = f"expected a series with its start, got {as_given(row, 60)}"
        raise DataError(what, where=place, fix=f"For example {EXAMPLE}")
    values = _numbers(row[TARGET], place)
    columns = (TARGET,) if values.shape[1] == 1 else tuple(f"{TARGET} {k}" for k in range(1, values.shape[1] + 1))
    step = step_of(row)
    times = _times(row.get(START), step, len(values), place)
    name = "" if row.get(NAME) is None else checked_name(str(row[NAME]), place)
    return Entry(name, values, columns, times, step if times else None)


def step_of(entry: Mapping[str, object]) -> Step | None:
    """How far the steps are apart, where the start or the mapping itself says so."""
    alias = ALIAS.fullmatch(str(getattr(entry.get(START), "freqstr", None) or entry.get(FREQUENCY) or ""))
    unit = UNITS.get(alias[2]) if alias else None
    return step_named(f"{alias[1] or 1} {unit}") if alias and unit else None


def _tell(row: Mapping[str, object], entry: Entry, reading: Reading) -> None:
    """Says what of the first of them is read, and what is not."""
    left = [str(name) for name in row if name not in (START, TARGET, NAME, FREQUENCY)]
    unread = f"; not read: {', '.join(left)}" if left else ""
    reading.note(f"{reading.name}: each {'object' if reading.source.rows is None else 'row'} is a series{unread}")
    if entry.step is not None:
        reading.facts.columns["step"] = str(entry.step)
        learned = reading.source.step
        note_other_step(entry.step, None if learned is None else step_named(learned), reading)
        reading.note(f"{reading.name}: a step of {entry.step}, the first from {entry.times[0]} to {entry.times[-1]}")
    else:
        reading.note(f'{reading.name}: how far steps are apart is not said ("freq": "D"), so the series have no times')


def _numbers(target: object, place: str) -> NDArray[np.float64]:
    """[T, D] of numbers [T], or of several columns one after the other [D, T].

    Raises:
        DataError: something else.
    """
    try:
        values = np.array(target, dtype=np.float64).T  # None is NaN
    except (ValueError, TypeError):
        values = np.empty(())
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or not values.size:
        what = f"expected numbers under {TARGET!r}, saw {as_given(target, 60)}"
        raise DataError(
            what, where=place, fix="All numbers of the series, [3.5, 3.7, ...]; of several columns a list for each."
        )
    return values


def _times(start: object, step: Step | None, count: int, place: str) -> tuple[str, ...]:
    """When each step was; nothing where that is not known.

    Raises:
        DataError: the start is no time.
    """
    if plain(start) is None:
        return ()
    text = _written(start)
    forms = forms_of([text], "day-first")
    moment = forms[0].read(text) if forms else None
    if moment is None or moment.wall is None:
        what = f"expected a time under {START!r}, saw {excerpt(text, 40)}"
        raise DataError(what, where=place, fix='Write "2024-01-31" or "2024-01-31 12:00:00".')
    if step is None:
        return ()
    try:
        return tuple(onwards(moment, moment.wall.day, step, forms[0], [text], range(count)))
    except (OverflowError, ValueError):
        fix = f"Mend {START!r}, or leave {FREQUENCY!r} out."
        raise DataError(
            f"{counted(count, 'step')} of {step} after {text} are beyond the year 9999", where=place, fix=fix
        ) from None


def _written(start: object) -> str:
    """A start in text: a period of weeks by its first day."""
    if type(start).__name__ == "Period" and not forms_of([str(start)]):  # of pandas
        start = cast("Any", start).start_time
    if isinstance(start, date | str):
        return cell_text(start).strip()
    return str(start).strip()
