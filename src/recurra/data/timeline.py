"""Series in time: their rows become steps that follow one after the other, or it is said why they do not.

The form of the times is told from the whole column; then each series is put in order (or refused), repeated times
become one step (or are refused), the step is found, and what is missing is counted and, where this is wanted, filled
with steps without numbers.

T steps, D columns.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import time
from functools import cache
from itertools import combinations, groupby, pairwise
from shlex import quote
from typing import NamedTuple

from recurra.data.examples import WARNING, Reading
from recurra.data.steps import LOOK, Step, day_of, find_step, fit_of, onwards, step_named
from recurra.data.times import Form, Moment, forms_of
from recurra.errors import DataError
from recurra.text.counted import counted
from recurra.text.visible import excerpt

PLACES = 3  # gaps that a note names
HOUR = 3600 * 10**6  # microseconds, by which clocks are set back
NO_TIMES = "times that cannot be read"
FALLING = "series whose times fall"
REPEATED = "series with repeated times"
READ_OVER = (
    "the steps on either side of a gap are read as neighbours; to fill it, train with --set data.missing=previous "
    "(or mean)"
)
ORDERS = {"day-first": "the day first (31/12/2021)", "month-first": "the month first (12/31/2021)"}


class Rows(NamedTuple):
    """The steps of one series as they stand in a table."""

    name: str
    lines: list[int]
    times: list[str]  # none where no column has them
    values: list[list[float]]  # [T, D]

    @property
    def place(self) -> str:
        """What messages call the series."""
        return f"series {self.name!r}" if self.name else "the series"


class Timeline(NamedTuple):
    """Series in the order of their times."""

    series: list[Rows]
    step: str = ""  # "1 day"; empty where there is none
    dates: str = ""  # the order of day and month, where dates may be read either way


class _Timed(NamedTuple):
    """A series with its times, read."""

    rows: Rows
    moments: list[Moment]

    def chosen(self, places: Sequence[int]) -> _Timed:
        """Some of the steps."""
        name, lines, times, values = self.rows
        rows = Rows(name, [lines[k] for k in places], [times[k] for k in places], [values[k] for k in places])
        return _Timed(rows, [self.moments[k] for k in places])


def in_time(series: list[Rows], column: str, names: Sequence[str], reading: Reading) -> Timeline:
    """The series in the order of their times; what is wrong with these is a finding, what is found out a note.

    Args:
        column: what the column of times is called.
        names: of the D columns of numbers.

    Raises:
        DataError: dates of which nobody can say which number is the month.
    """
    form = _form_of(series, column, reading)
    if form is None:
        return Timeline(series)
    timed = _read_all(series, form, column, reading)
    if reading.findings:
        return Timeline([])
    timed = list(_merged(_ordered(timed, names, reading), names, reading))
    if reading.findings:
        return Timeline([])
    step = _step_of(timed, reading)
    if step is not None:
        timed = _whole(timed, step, form, reading)
    return Timeline([one.rows for one in timed], "" if step is None else str(step), form.order or "")


def by_time(series: list[Rows], column: str, reading: Reading) -> list[Rows]:
    """Whole series, each an example, in the order of their times; says how many were not.

    Raises:
        DataError: dates of which nobody can say which number is the month.
    """
    form = _form_of(series, column, reading)
    if form is None:
        return series
    timed = _read_all(series, form, column, reading)
    return [] if reading.findings else [one.rows for one in _sorted(timed, reading)]


def _form_of(series: list[Rows], column: str, reading: Reading) -> Form | None:
    """How the times are written, told from all of them; None if in no form that is known.

    Raises:
        DataError: it could be one or the other, or it is not what the user says.
    """
    texts = [text for one in series for text in one.times if text]
    said = reading.source.dates
    forms = forms_of(texts, said)
    if not forms and said is not None and (other := forms_of(texts)):
        wrong = next(text for text in texts if other[0].read(text) is not None)
        what = f"column {column!r}: expected dates with {ORDERS[said]}, saw {excerpt(wrong, 40)}"
        fix = f"If all of this file is written so, say it: --set data.dates={other[0].order or 'auto'}."
        raise DataError(what, where=reading.name, fix=fix)
    if len(forms) > 1:
        fits = [_fit(series, form) for form in forms]
        best = max(fits)
        forms = [form for form, fit in zip(forms, fits, strict=True) if fit == best]
    if len(forms) > 1:
        what = f"column {column!r}: {excerpt(texts[0], 40)} may have the day or the month first, and so may all others"
        fix = "Say which: --set data.dates=day-first (or month-first); or write 2021-12-31."
        raise DataError(what, where=reading.name, fix=fix)
    if not forms:
        _refuse_unknown_zone(texts, column, reading)
        seen = excerpt(next(iter(texts), ""), 40)
        reading.note(f"{WARNING}{reading.name}: column {column!r} ({seen}) holds no times that can be read; the steps "
                     "are taken in the order of the rows")  # fmt: skip
        return None
    if (order := forms[0].order) is not None:
        reading.facts.columns["dates"] = order
        if said is None:
            reading.note(f"{reading.name}: the dates of column {column!r} have {ORDERS[order]}")
    return forms[0]


def _refuse_unknown_zone(texts: Sequence[str], column: str, reading: Reading) -> None:
    """Refuses times that could be read but for what stands behind the time of day.

    Raises:
        DataError: with what that is.
    """
    without = [text.rstrip("]").rpartition("[" if text.endswith("]") else " ") for text in texts]
    if any(":" in time for time, _, _ in without) and forms_of([time.strip() for time, _, _ in without]):
        zone = next(zone for time, _, zone in without if ":" in time)
        what = f"column {column!r}: the time zone {excerpt(zone, 40)} in {excerpt(texts[0], 60)} is not known"
        fix = "Write UTC offsets (2024-03-01 10:00+01:00) or names of the IANA database (Europe/Berlin)."
        raise DataError(what, where=reading.name, fix=fix)


def _fit(series: list[Rows], form: Form) -> int:
    """How far times in this form follow one after the other.

    1 if they rise in each series, 2 if by a common step, 3 if no step is missing either; else 0.
    """
    read = [[form.read(text) for text in one.times] for one in series]
    moments = [[moment for moment in one if moment is not None] for one in read]
    if any(before.at >= after.at for one in moments for before, after in pairwise(one)):
        return 0
    step = find_step(moments)
    if step is None:
        return 1
    return 2 if fit_of(step, moments).missing else 3


def _read_all(series: list[Rows], form: Form, column: str, reading: Reading) -> list[_Timed]:
    read = cache(form.read)  # series often have their times in common
    model = next(text for one in series for text in one.times if read(text) is not None)
    return [_read(one, read, model, column, reading) for one in series]


def _read(rows: Rows, read: Callable[[str], Moment | None], model: str, column: str, reading: Reading) -> _Timed:
    """The moments of a series; a text that is none is a finding."""
    found: list[Moment] = []
    for line, text in zip(rows.lines, rows.times, strict=True):
        moment = read(text)
        if moment is None:
            seen = f"saw {excerpt(text, 40)}" if text else "found none"
            what = f"column {column!r}: expected a time like {excerpt(model, 40)}, {seen}"
            fix = "Write all times in one way, or take the row out."
            reading.findings.add(NO_TIMES, DataError(what, where=reading.place(line), fix=fix))
        else:
            found.append(_in_order(moment, found[-1]) if found else moment)
    return _Timed(rows, found)


def _in_order(moment: Moment, before: Moment) -> Moment:
    """Of two moments at which the clock shows the same, since it was set back, the one that comes after another."""
    return again if moment.at <= before.at < (again := moment.again()).at else moment


def _ordered(series: list[_Timed], names: Sequence[str], reading: Reading) -> list[_Timed]:
    """The series with rising times; one whose times fall is sorted, if that is wanted, or a finding."""
    if reading.source.steps.sort:
        return _sorted(series, reading)
    for one in series:
        if falls := _falls(one):
            reading.findings.add(FALLING, _falling(one, falls, names, reading))
    return series


def _falls(one: _Timed) -> list[int]:
    """The steps that are earlier than the one before."""
    return [k for k in range(1, len(one.moments)) if one.moments[k].at < one.moments[k - 1].at]


def _sorted(series: list[_Timed], reading: Reading) -> list[_Timed]:
    moved = [k for k, one in enumerate(series) if _falls(one)]
    if moved:
        reading.note(f"{reading.name}: the rows of {len(moved):,} series are sorted by time")
    return [one.chosen(sorted(range(len(one.moments)), key=lambda k: one.moments[k].at)) for one in series]


def _falling(one: _Timed, falls: list[int], names: Sequence[str], reading: Reading) -> DataError:
    first, (rows, moments) = falls[0], one
    newest = len(falls) == len(rows.times) - 1 and len(falls) > 1
    what = f"the times of {rows.place} fall: {rows.times[first]} comes after {rows.times[first - 1]}"
    what += ", the newest step is the first" if newest else f", and {len(falls) - 1:,} more do" * (len(falls) > 1)
    fix = f"{_telling(one, names)}Sort the rows by time, or let recurra do it: --sort (the setting data.sort)."
    if moments[first - 1].at - moments[first].at <= HOUR:
        fix += _clocks(moments[first], rows.times[first])
    return DataError(what, where=reading.place(rows.lines[first]), fix=fix)


def _clocks(moment: Moment, text: str) -> str:
    """What may be the matter with an hour that is there twice; seconds since 1970 are no hours of a clock."""
    if not moment.is_local or moment.wall is None or moment.wall.time() == time():
        return ""
    if text.replace(".", "").isdecimal() and not text.startswith(f"{moment.wall.year}"):
        return ""
    way = "with their UTC offsets or the name of their zone (Europe/Berlin)"
    return f" If clocks were set back here, write the times {way}."


def _telling(one: _Timed, names: Sequence[str]) -> str:
    """Which column may say what series a row belongs to: where its numbers stay, times rise."""
    columns = range(len(names))
    choices: list[tuple[int, ...]] = [*combinations(columns, 1), *combinations(columns, 2)]
    for chosen in choices:
        if _tells(one, chosen):
            told = [names[k] for k in chosen]
            says = f"column{'s' * (len(told) > 1)} {' and '.join(map(repr, told))} say{'s' * (len(told) == 1)}"
            return f"If {says} which series a row belongs to: --source-column {quote(','.join(told))}. "
    return ""


def _tells(one: _Timed, columns: tuple[int, ...]) -> bool:
    last: dict[tuple[float, ...], int] = {}
    for moment, row in zip(one.moments, one.rows.values, strict=True):
        key = tuple(row[k] for k in columns)
        if any(map(math.isnan, key)) or last.get(key, moment.at - 1) >= moment.at:
            return False
        last[key] = moment.at
    return 2 * len(last) <= len(one.moments)


Merge = Callable[[list[list[float]]], list[float]]


def _over(total: Callable[[list[float]], float]) -> Merge:
    """Column by column, over the numbers that are known."""

    def merge(rows: list[list[float]]) -> list[float]:
        columns = ([value for value in column if not math.isnan(value)] for column in zip(*rows, strict=True))
        return [total(known) if known else math.nan for known in columns]

    return merge


MERGES: dict[str, tuple[str, Merge]] = {
    "first": ("the first of them counts", lambda rows: rows[0]),
    "last": ("the last of them counts", lambda rows: rows[-1]),
    "mean": ("their mean counts", _over(lambda known: math.fsum(known) / len(known))),
    "sum": ("their sum counts", _over(math.fsum)),
}


def _merged(series: list[_Timed], names: Sequence[str], reading: Reading) -> Iterator[_Timed]:
    """The series with one step for each time; several are made one, if that is wanted, or a finding."""
    rule, total = reading.source.steps.duplicates, 0
    for one in series:
        together = [list(places) for _, places in groupby(range(len(one.moments)), key=lambda k: one.moments[k].at)]
        repeats = [places for places in together if len(places) > 1]
        total += sum(len(places) - 1 for places in repeats)
        if repeats and rule not in MERGES:
            reading.findings.add(REPEATED, _repeated(one, repeats, names, reading))
            continue
        if repeats:
            values = [MERGES[rule][1]([one.rows.values[k] for k in places]) for places in together]
            first = one.chosen([places[0] for places in together])
            one = first._replace(rows=first.rows._replace(values=values))
        yield one
    if total and rule in MERGES:
        reading.note(f"{reading.name}: {counted(total, 'step')} with the time of another one: {MERGES[rule][0]}")


def _repeated(one: _Timed, repeats: list[list[int]], names: Sequence[str], reading: Reading) -> DataError:
    rows, (first, again) = one.rows, repeats[0][:2]
    more = sum(len(places) - 1 for places in repeats) - 1
    what = f"the time {rows.times[again]} of {rows.place} is at {reading.place(rows.lines[first])} already"
    what += f", and {counted(more, 'more step')} repeat{'s' * (more == 1)} a time" if more else ""
    fix = "Take one of the rows out, or say which counts: --set data.duplicates=first (last, mean, sum)."
    fix = f"{_telling(one, names)}{fix}{_clocks(one.moments[again], rows.times[again])}"
    return DataError(what, where=reading.place(rows.lines[again]), fix=fix)


def _step_of(series: list[_Timed], reading: Reading) -> Step | None:
    """The step: that of the training data where it fits, else the one that is found."""
    moments = [one.moments for one in series]
    learned = None if reading.source.step is None else step_named(reading.source.step)
    if learned is not None and fit_of(learned, moments).good:
        step = learned
    else:
        step = find_step(moments)
    known = sum(len(one.moments) for one in series)
    if step is None and known > len(series) + 1:
        reading.note(f"{WARNING}{reading.name}: the times have no common step, so gaps cannot be found")
    if step is not None and known:
        reading.facts.columns["step"] = str(step)
        note_other_step(step, learned, reading)
        first = min(series, key=lambda one: one.moments[0].at)
        last = max(series, key=lambda one: one.moments[-1].at)
        number = f"{len(series):,} series, " if len(series) > 1 else ""
        reading.note(f"{reading.name}: {number}a step of {step}, from {first.rows.times[0]} to {last.rows.times[-1]}")
    return step


def note_other_step(step: Step, learned: Step | None, reading: Reading) -> None:
    """Warns where a model learned another step, if any."""
    if learned is not None and step != learned:
        reading.note(f"{WARNING}{reading.name}: the model learned steps of {learned}, and these are of {step}")


class _Gap(NamedTuple):
    """Where steps are missing, or a time that is no whole number of steps after the one before."""

    series: _Timed
    place: int  # of the step that follows
    missing: int  # 0 of a time that does not fit

    def named(self, reading: Reading) -> str:
        """In a few words."""
        time, line = self.series.rows.times[self.place], self.series.rows.lines[self.place]
        place = f"line {line}" if reading.source.rows is None else reading.place(line)
        return f"{self.missing:,} before {time}, {place}" if self.missing else f"{time}, {place}"


def _whole(series: list[_Timed], step: Step, form: Form, reading: Reading) -> list[_Timed]:
    """The series with a step for each time, if that is wanted; says what is missing."""
    found = [_gaps(one, step) for one in series]
    gaps = [gap for every in found for gap in every if gap.missing]
    stray = [gap for every in found for gap in every if not gap.missing]
    missing = sum(gap.missing for gap in gaps)
    fill = reading.source.steps.fill and missing <= sum(len(one.moments) for one in series)
    if gaps:
        done = "filled (data.missing)" if fill else "too many to be filled" if reading.source.steps.fill else READ_OVER
        mark = "" if fill else WARNING
        reading.note(f"{mark}{reading.name}: {counted(missing, 'step')} missing in {counted(len(gaps), 'gap')} "
                     f"({_some(gaps, reading)}): {done}")  # fmt: skip
    if stray:
        reading.note(f"{WARNING}{reading.name}: {counted(len(stray), 'time')} at no whole step of {step} "
                     f"({_some(stray, reading)})")  # fmt: skip
    return [_with_missing(one, every, step, form) for one, every in zip(series, found, strict=True)] if fill else series


def _gaps(one: _Timed, step: Step) -> list[_Gap]:
    day = day_of(one.moments)
    steps = [step.between(before, after, day) for before, after in pairwise(one.moments)]
    return [_Gap(one, k, (count or 1) - 1) for k, count in enumerate(steps, 1) if count != 1]


def _with_missing(one: _Timed, gaps: list[_Gap], step: Step, form: Form) -> _Timed:
    """The series with steps without numbers in its gaps."""
    day, (rows, moments), begin = day_of(one.moments), one, 0
    lines, times, values = list[int](), list[str](), list[list[float]]()
    for gap in [*gaps, _Gap(one, len(moments), 0)]:
        lines += rows.lines[begin : gap.place] + gap.missing * [rows.lines[gap.place - 1]]
        times += rows.times[begin : gap.place]
        if gap.missing:
            models = rows.times[max(0, gap.place - LOOK) :][: 2 * LOOK]
            times += onwards(moments[gap.place - 1], day, step, form, models, range(1, gap.missing + 1))
        values += rows.values[begin : gap.place] + gap.missing * [[math.nan] * len(rows.values[0])]
        begin = gap.place
    return one._replace(rows=Rows(rows.name, lines, times, values))


def _some(gaps: list[_Gap], reading: Reading) -> str:
    return "; ".join(gap.named(reading) for gap in gaps[:PLACES]) + ("; ..." if len(gaps) > PLACES else "")
