"""How far the steps of a series are apart: a day, 15 minutes, a month, a business day, or a number.

A month is no number of days: the next one after the 31st of January is the last of February. A business day is the next
of Monday to Friday. Days and weeks are those of the calendar at hand, also where clocks are changed between them.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal, NamedTuple

from recurra.data.times import NANO, Form, Moment, forms_of, written

LEAST = 3  # moments; fewer show no step
STRAY = 0.1  # share of the distances that may be no multiple of the step
SELDOM = 0.1  # share of the distances that may be longer than what there is, as the nights of a stock exchange
LOOK = 60  # of the last times show how the next ones are written
DAY = 86_400 * 10**6  # microseconds

Unit = Literal["number", "microsecond", "month", "business day"]
# What steps are called: name -> unit and how many of it; the largest first.
NAMES: dict[str, tuple[Unit, int]] = {
    "business day": ("business day", 1), "year": ("month", 12), "quarter": ("month", 3), "month": ("month", 1),
    "week": ("microsecond", 7 * DAY), "day": ("microsecond", DAY), "hour": ("microsecond", 3600 * 10**6),
    "minute": ("microsecond", 60 * 10**6), "second": ("microsecond", 10**6), "millisecond": ("microsecond", 1000),
    "microsecond": ("microsecond", 1),
}  # fmt: skip


class Step(NamedTuple):
    """A step of a series, in text "1 day", "15 minutes", "1 business day", "0.5"."""

    unit: Unit
    size: int  # billionths of a number, microseconds, months, days

    def __str__(self) -> str:
        if self.unit == "number":
            return f"{(Decimal(self.size) / NANO).normalize():f}"
        name, one = next((n, one) for n, (unit, one) in NAMES.items() if unit == self.unit and not self.size % one)
        return f"{self.size // one} {name}{'s' * (self.size != one)}"

    def after(self, moment: Moment, steps: int, day: int) -> Moment:
        """The moment so many steps later.

        Args:
            day: of the month, on which steps of months fall if there is one.

        Raises:
            OverflowError, ValueError: the calendar has an end.
        """
        wall = moment.wall
        if wall is None or self.unit == "number":
            return Moment(moment.at + steps * self.size)
        if self.unit == "microsecond":
            later = steps * self.size
            return moment.later(later) if self.size % DAY else moment.at_clock(wall + timedelta(microseconds=later))
        if self.unit == "month":
            return moment.at_clock(_in_month(wall, steps * self.size, day))
        weeks, days = divmod(wall.weekday() + steps * self.size, 5)
        return moment.at_clock(wall + timedelta(days=7 * weeks + days - wall.weekday()))

    def between(self, before: Moment, after: Moment, day: int) -> int | None:
        """How many steps lie between two moments; None if it is no whole number, or not even one."""
        here, there = before.wall, after.wall
        if (self.unit == "number") != (here is None or there is None):
            return None
        if here is None or there is None:
            steps, rest = divmod(after.at - before.at, self.size)
        elif self.unit == "microsecond":
            steps, rest = divmod(_distance(before, after, self.size), self.size)
        elif self.unit == "month":
            steps, rest = divmod(_months(there) - _months(here), self.size)
            rest = rest or there != _in_month(here, steps * self.size, day)
        else:
            steps, rest = divmod(_business_days(here, there), self.size)
            rest = rest or there.time() != here.time() or max(here.weekday(), there.weekday()) > 4
        return None if rest or steps < 1 else steps


class Fit(NamedTuple):
    """How well a step describes some series."""

    distances: int  # between one moment and the next
    stray: int  # of these are no whole number of steps
    gaps: int  # of these are more than one
    missing: int  # steps that would stand in the gaps

    @property
    def good(self) -> bool:
        """Whether it is their step."""
        few = self.missing <= self.distances or self.gaps <= SELDOM * self.distances
        return self.stray <= STRAY * self.distances and few


def step_named(text: str) -> Step | None:
    """The step that a text describes; None if it describes none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(?: ([a-z ]+?)s?)?", text)
    if found is None or (found[2] is not None and (found[2] not in NAMES or "." in found[1])):
        return None
    if found[2] is None:
        count = int(Decimal(found[1]) * NANO)
        return Step("number", count) if count else None
    unit, size = NAMES[found[2]]
    return Step(unit, int(found[1]) * size) if int(found[1]) else None


def find_step(series: Iterable[Sequence[Moment]]) -> Step | None:
    """The step of series whose moments rise; None where there is no one step."""
    several = [moments for moments in series if len(moments) > 1]
    if sum(len(moments) - 1 for moments in several) < LEAST - 1:
        return None
    found = [(fit.stray + fit.missing, step) for step in _possible(several) if (fit := fit_of(step, several)).good]
    return min(found, key=lambda one: one[0])[1] if found else None


def fit_of(step: Step, series: Iterable[Sequence[Moment]]) -> Fit:
    """How well a step describes series whose moments rise."""
    distances = stray = gaps = missing = 0
    for moments in series:
        day = day_of(moments)
        for before, after in pairwise(moments):
            steps = step.between(before, after, day)
            distances += 1
            stray += steps is None
            gaps += steps is not None and steps > 1
            missing += 0 if steps is None else steps - 1
    return Fit(distances, stray, gaps, missing)


def day_of(moments: Iterable[Moment]) -> int:
    """The day of the month on which steps of months fall: the greatest, since months end early."""
    return max((moment.wall.day for moment in moments if moment.wall is not None), default=1)


def next_times(times: Sequence[str], count: int, step: Step | None, order: str | None = None) -> list[str]:
    """The times of the next `count` steps, written as the last ones are; +1, +2, ... where there is no step.

    Args:
        order: of day and month, where the times alone do not show it.
    """
    last = times[-LOOK:]
    forms = forms_of(last, order) if step is not None and last else []
    moments = [moment for text in last if len(forms) == 1 and (moment := forms[0].read(text)) is not None]
    if step is not None and moments:
        try:
            return list(onwards(moments[-1], day_of(moments), step, forms[0], last, range(1, count + 1)))
        except (OverflowError, ValueError):  # beyond the year 9999
            pass
    return [f"+{k}" for k in range(1, count + 1)]


def onwards(
    last: Moment, day: int, step: Step, form: Form, models: Sequence[str], steps: Iterable[int]
) -> Iterator[str]:
    """The times so many steps after the last moment, written as the models are."""
    return written((step.after(last, k, day) for k in steps), form, models)


def _distance(before: Moment, after: Moment, count: int) -> int:
    """Microseconds: of days by the clock on the wall, which is changed in summer, of less by UTC."""
    if before.wall is not None and after.wall is not None and not count % DAY:
        return (after.wall - before.wall) // timedelta(microseconds=1)
    return after.at - before.at


def _possible(series: Sequence[Sequence[Moment]]) -> Iterator[Step]:
    """Steps that are worth a look; of two that fit as well the first is taken."""
    pairs = [(a, b) for moments in series for a, b in pairwise(moments) if a.at < b.at]
    if any(moment.wall is None for pair in pairs for moment in pair):
        yield from (Step("number", count) for count in _usual(after.at - before.at for before, after in pairs))
        return
    walls = [(before.wall, after.wall) for before, after in pairs if before.wall is not None and after.wall is not None]
    yield from (Step("month", count) for count in _usual(_months(after) - _months(before) for before, after in walls))
    instants = _usual(after.at - before.at for before, after in pairs)
    clocks = _usual((after - before) // timedelta(microseconds=1) for before, after in walls)
    yield from (Step("microsecond", count) for count in dict.fromkeys([*instants, *clocks]))
    if DAY in clocks and sum(after.weekday() > 4 for _, after in walls) <= STRAY * len(walls):
        yield Step("business day", 1)


def _usual(distances: Iterable[int]) -> list[int]:
    """The most frequent distance, of several the smallest, and the smallest of all."""
    counts = Counter(distance for distance in distances if distance > 0)
    most = max(counts.values(), default=0)
    frequent = min((distance for distance, count in counts.items() if count == most), default=0)
    return list(dict.fromkeys([frequent, min(counts)])) if counts else []


def _months(wall: datetime) -> int:
    return 12 * wall.year + wall.month - 1


def _in_month(wall: datetime, months: int, day: int) -> datetime:
    """So many months later, on this day or on the last one before it."""
    year, month = divmod(_months(wall) + months, 12)
    return wall.replace(year=year, month=month + 1, day=min(day, monthrange(year, month + 1)[1]))


def _business_days(before: datetime, after: datetime) -> int:
    weeks, days = divmod((after.date() - before.date()).days, 7)
    return 5 * weeks + sum((before.weekday() + k) % 7 < 5 for k in range(1, days + 1))
