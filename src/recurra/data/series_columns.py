"""What the columns of a table of series are: numbers, and perhaps the time of each step and the name of its series."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import islice, pairwise
from shlex import quote
from typing import NamedTuple

from recurra.data.columns import several
from recurra.data.delimited import has_names
from recurra.data.examples import WARNING, Reading
from recurra.data.gluonts import holds_entries
from recurra.data.number_text import MISSING, is_number
from recurra.data.source import DataSource
from recurra.data.timeline import Rows
from recurra.data.times import NUMBER, is_time
from recurra.data.vectors import GROUP_NAMES, LABEL_NAMES, column_names, column_of
from recurra.data.wide import step_rows
from recurra.errors import DataError, UsageError
from recurra.text.visible import excerpt

LOOK = 50  # rows from which it is told what the columns are
LEAST = 8  # rows; with fewer nothing is sure
TIME_NAMES = (
    "time", "date", "datetime", "timestamp", "ds", "step", "period", "year", "index", "t", "decimal_date",
    "decimal date", "decimal_year", "decimal year", "",
)  # fmt: skip
TIME_WORDS = {"time", "timestamp", "datetime", "date", "unix", "unixtime", "epoch", "ts"}  # in names of times that rise
SINCE_1970 = re.compile(r"[1-9](\d{9}|\d{12}|\d{15}|\d{18})(\.\d+)?", re.ASCII)  # seconds and parts of them, since 2001
CALENDARS = (  # of several columns
    ("year", "month", "day", "hour", "minute"), ("year", "month", "day", "hour"), ("year", "month", "day"),
    ("year", "month"), ("year", "quarter"), ("year", "week"),
)  # fmt: skip
LETTERS = {"quarter": "-Q", "week": "-W", "hour": " ", "minute": ":"}  # before such a part; else -
CLOCK = re.compile(r"\d{1,2}([:.]\d{2}){1,2}(\.\d+)?( ?[ap]\.?m\.?)?", re.IGNORECASE | re.ASCII)  # a time of day alone
WORD = re.compile("[a-z]+")
HOURS = ("hour", "hr")  # which belongs to a date, where dates repeat
ROW_NUMBERS = ("", "id", "index", "unnamed: 0", "step", "t", "time", "period")  # columns that may only count the rows
THINGS = (  # that have series each
    "id", "store", "shop", "item", "product", "sku", "sensor", "station", "site", "device", "customer", "meter",
)  # fmt: skip
PAIR_NAMES = {"source", "target", "text", *LABEL_NAMES}  # of tables that are for other tasks


class SeriesColumns(NamedTuple):
    """Which column is what, from 0."""

    every: tuple[str, ...]  # the names of all columns
    numbers: tuple[int, ...]  # those that are read
    time: tuple[int, ...]  # when a step was, several parts of one time side by side; none: it is not said
    group: tuple[int, ...]  # the name of the series; none: there is only one
    guessed: bool  # whether the group is one because it holds texts, and not by its name
    counts: tuple[int, ...]  # those that only count the rows, and are left out
    header: bool
    targets: tuple[str, ...]  # the columns of numbers that are to be forecast; none: all

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns of numbers."""
        return tuple(self.every[k] for k in self.numbers)

    def name_of(self, fields: Sequence[str]) -> str:
        """The name of the series that a row belongs to."""
        return ", ".join(fields[k].strip() for k in self.group)

    def time_of(self, fields: Sequence[str]) -> str:
        """The time of a row: 2024-3 of a year and a month, 2024-Q1, 2024-03-01 12:00 of a date and a time of day."""
        parts = [fields[k].strip() for k in self.time]
        if not all(part.isdecimal() for part in parts):
            return " ".join(parts)
        text = parts[0]
        for k, part in zip(self.time[1:], parts[1:], strict=True):
            name = self.every[k].lower()
            text += LETTERS.get(name, "-") + (f"{part:0>2}" if name == "minute" else part)
        return text

    def named(self, columns: Sequence[int]) -> str:
        """The names of some columns, as they are given to an option."""
        return ",".join(self.every[k] for k in columns)


def find_columns(rows: list[list[str]], reading: Reading) -> SeriesColumns:
    """What the columns are, told from the first rows; notes what was taken for what.

    Raises:
        DataError: a column that the user names is not there, a second column holds no numbers, or none does.
    """
    columns = _columns(reading.source, rows, reading.place(1))
    if not columns.header:
        reading.note(f"{reading.name}: no header, so the columns are numbered from 1")
    for what, option, found in (
        ("the time of each step", "time_column", columns.time),
        ("the name of its series", "source_column", columns.group),
    ):
        if found:
            called = ", ".join(repr(columns.every[k]) for k in found)
            several = f"columns {called} are" if len(found) > 1 else f"column {called} is"
            reading.note(f"{reading.name}: {several} {what}")
            reading.facts.columns[option] = columns.named(found)
    for k in () if columns.time or columns.group or not columns.header else columns.numbers:
        cells = [row[k].strip() for row in rows[1:] if k < len(row)]
        if columns.every[k] in columns.targets or not (_may_tell(columns.every[k]) and all(map(str.isdecimal, cells))):
            continue
        if _repeats(cells):  # without times nothing else shows that several series are read as one
            name = columns.every[k]
            what = f"column {name!r} is read as numbers of the series"
            fix = f"if it says which series a row belongs to: --source-column {quote(name)}"
            reading.note(f"{WARNING}{reading.name}: {what}; {fix}")
    for k in columns.counts:
        reading.note(f"{reading.name}: column {columns.every[k]!r} counts the rows and is left out")
    return columns


def _may_tell(name: str) -> bool:
    """Whether a column may say, by what it is called, which series a row belongs to: store, sensor_id."""
    words = WORD.findall(name.lower())
    return bool(words) and words[-1] in THINGS


def check_guess(series: Sequence[Rows], columns: SeriesColumns, reading: Reading) -> None:
    """Refuses texts that were taken for names of series, and are none: each time belongs to one of them alone.

    Raises:
        DataError: the first of the columns, and what it may be.
    """
    if columns.guessed and len(series) > 1:
        seen = Counter(time for one in series for time in set(one.times))
        shared = sum(seen[time] > 1 for one in series for time in one.times)
        if 2 * shared < sum(len(one.times) for one in series):
            raise _no_numbers(columns.every[columns.group[0]], series[0].name, reading.place(1))


def targets_of(columns: SeriesColumns, reading: Reading) -> tuple[str, ...]:
    """The columns that the user wants to be forecast.

    Raises:
        DataError: one of them holds no numbers.
    """
    for name in columns.targets:
        if name not in columns.names:
            fix = f"Columns of numbers: {', '.join(columns.names)}."
            raise DataError(
                f"the column {name!r} is to be forecast, and holds no numbers", where=reading.place(1), fix=fix
            )
    return columns.targets


def why_series(source: DataSource) -> str | None:
    """Why a table is surely one of series, as a clause that can follow "because"; None where it may be another."""
    try:
        if holds_entries(source):
            return "each of its objects is a series with its start"
        rows = [fields for _, fields in islice(step_rows(Reading(source)), LOOK)]
        if len(rows) < LEAST or any(len(row) != len(rows[0]) for row in rows):
            return None
        columns = _columns(source, rows, "")
    except (DataError, UsageError):
        return None
    if columns.header and PAIR_NAMES & {name.strip().lower() for name in rows[0]}:
        return None
    if columns.time:
        name = rows[0][columns.time[0]].strip().lower()
        called = columns.header and (name in TIME_NAMES or speaks_of_time(name))
        sure = called or is_time(columns.time_of(rows[-1])) or _since_1970([row[columns.time[0]] for row in rows[1:]])
        # else it may be a text, and the number its label
        return "this is a table of numbers with a column for the time" if sure else None
    alone = len(columns.every) == 1
    return "this is a table of numbers without a column of labels" if columns.header or alone else None


def speaks_of_time(name: str) -> bool:
    """Whether a name in small letters has a word for times in it: unix_time, time (s)."""
    return bool({*WORD.findall(name)} & TIME_WORDS)


def _columns(source: DataSource, rows: list[list[str]], place: str) -> SeriesColumns:
    head, width = rows[0], len(rows[0])
    body = [row for row in rows[1:] if len(row) == width]
    texts = {k for k in range(width) if _is_text([row[k] for row in body or rows if k < len(row)])}
    header = _has_header(head, texts, rows, source)
    names = column_names(head, header, place)
    steps = body if header else [row for row in rows if len(row) == width]
    group = _group(source, names, steps, place)
    if source.time_column is not None:
        time = tuple(column_of(str(name), names, place) for name in several(source.time_column))
    else:
        time = _time(names, [k for k in sorted(texts) if k not in group], group, steps)
    guessed = () if group or source.source_column is not None else _guessed(texts - {*time}, time, steps)
    others = [k for k in range(width) if k not in (*group, *guessed, *time)]
    counts = [k for k in others if names[k].lower() in ROW_NUMBERS and time and _counts([row[k] for row in steps])]
    numbers = tuple(k for k in others if k not in counts)
    for k in numbers:
        if k in texts and body:
            raise _no_numbers(names[k], next((row[k].strip() for row in body if row[k].strip()), ""), place)
    if not numbers:
        raise DataError("there is no column of numbers", where=place, fix="Put each number into a column of its own.")
    wanted = [] if source.target_column is None else several(source.target_column)
    targets = tuple(names[column_of(str(name), names, place)] for name in wanted)
    return SeriesColumns(names, numbers, time, group or guessed, bool(guessed), tuple(counts), header, targets)


def _is_text(cells: list[str]) -> bool:
    """Whether less than half of what stands in a column is meant as numbers."""
    filled = [cell.strip() for cell in cells if cell.strip().lower() not in MISSING]
    return 2 * sum(map(is_number, filled)) < len(filled)


def _has_header(head: list[str], texts: set[int], rows: list[list[str]], source: DataSource) -> bool:
    """Whether the first row names the columns: it has text above numbers, or a name that is known."""
    if has_names(source):
        return True
    if len(rows) == 1:  # all of them may be names, or one of them the time
        return not any(is_number(cell) and cell.strip() for cell in head)
    above_numbers = [head[k].strip() for k in range(len(head)) if k not in texts]
    above_texts = [head[k].strip() for k in sorted(texts)]
    named = [str(name) for said in (source.source_column, source.time_column) if said for name in several(said)]
    known = {*GROUP_NAMES, *TIME_NAMES[:-1], *filter(None, several(source.target_column)), *named}
    return any(not is_number(cell) for cell in above_numbers) or any(
        cell.lower() in known and not cell.isdecimal() for cell in above_texts
    )


def _group(source: DataSource, names: tuple[str, ...], body: list[list[str]], place: str) -> tuple[int, ...]:
    """The columns that say which series a row belongs to, by what they are called."""
    if source.source_column is not None:
        return tuple(column_of(str(name), names, place) for name in several(source.source_column))
    called = [k for k, name in enumerate(names) if name.lower() in GROUP_NAMES]
    ids = [k for k, name in enumerate(names) if name.lower() == "id" and _repeats(row[k] for row in body)]
    return tuple((called or ids)[:1])


def _guessed(texts: set[int], time: tuple[int, ...], body: list[list[str]]) -> tuple[int, ...]:
    """The columns of texts, where they may name the series of a row: all cells are the same, or times repeat."""
    if not texts or not time or len(body) < LEAST:
        return ()
    alone = all(len({row[k] for row in body}) == 1 for k in texts)
    repeated = len({tuple(row[k] for k in time) for row in body}) < len(body)
    return tuple(sorted(texts)) if alone or repeated else ()


def _repeats(cells: Iterable[object]) -> bool:
    """Whether most of them are there more than once."""
    every = list(cells)
    return 2 * len(set(every)) <= len(every)


def _counts(cells: list[str]) -> bool:
    """Whether these are 0, 1, 2, ... or 1, 2, 3, ..."""
    numbers = [int(cell) for cell in map(str.strip, cells) if cell.isdecimal()]
    return len(numbers) == len(cells) > 1 and all(after - before == 1 for before, after in pairwise(numbers))


def _rises(cells: list[str]) -> bool:
    """Whether these are numbers of which each is larger than the one before, or each smaller: the newest is first."""
    known = [moment.at for cell in cells if (moment := NUMBER.read(cell.strip())) is not None]
    steps = {(before < after) - (after < before) for before, after in pairwise(known)}
    return len(known) == len(cells) >= LEAST and steps in ({1}, {-1})


def _since_1970(cells: list[str]) -> bool:
    """Whether these are seconds since 1970, or parts of them, most of them one step apart; in any order."""
    if len(cells) < LEAST or not all(SINCE_1970.fullmatch(cell.strip()) for cell in cells):
        return False
    known = sorted({Decimal(cell.strip()) for cell in cells})
    steps = Counter(after - before for before, after in pairwise(known))
    return len(known) >= LEAST and 2 * steps.most_common(1)[0][1] >= sum(steps.values())


def _time(names: tuple[str, ...], texts: list[int], group: tuple[int, ...], body: list[list[str]]) -> tuple[int, ...]:
    """The column that says when a step was: the one so called, the first of dates, the only one without numbers.

    A date and its time of day, or a year, a month and a day, may stand in several.
    """
    lower = [name.lower() for name in names]
    called = [k for k, name in enumerate(lower) if name in TIME_NAMES and k not in group]
    columns = [[row[k] for row in body] for k in range(len(names))]
    called += [k for k, name in enumerate(lower) if speaks_of_time(name) and _rises(columns[k])]
    called += [k for k, cells in enumerate(columns) if k not in (*called, *group) and _since_1970(cells)]
    dates = [k for k in texts if body and is_time(body[-1][k].strip())]
    found = [*(k for k in called if k in dates), *called, *dates, *(texts if len(texts) == 1 else [])]
    if not found or len(names) == 1:
        return ()
    for parts in CALENDARS:
        if lower[found[0]] == "year" and set(parts) <= set(lower):
            return tuple(map(lower.index, parts))
    clock = [k for k in (*called, *texts) if k != found[0] and body and CLOCK.fullmatch(body[-1][k].strip())]
    if _repeats(row[found[0]] for row in body):
        clock += [
            k for k, name in enumerate(lower) if name in HOURS and all(row[k].strip().isdecimal() for row in body)
        ]
    return (found[0], *clock[:1]) if found[0] in dates and ":" not in body[-1][found[0]] else (found[0],)


def _no_numbers(name: str, seen: str, place: str) -> DataError:
    fix = (
        f"If it says which series a row belongs to: --source-column {quote(name)}. If it says when: "
        f"--time-column {quote(name)}. "
        "Otherwise remove it."
    )
    return DataError(f"column {name!r} holds text, such as {excerpt(seen, 40)}", where=place, fix=fix)
