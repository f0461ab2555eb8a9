"""Times of steps as people write them, and how they go on: where they are regular, the next ones can be written down.

Whole numbers, dates and times of day in a few notations, months. A month is a step of its own length: the next one
after 2024-01-31 in a series of last days is 2024-02-29.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice, pairwise

LOOK = 60  # of the last times are looked at
LEAST = 3  # times; with fewer nothing is regular
NOTATIONS = (
    "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m", "%Y/%m/%d", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S",
    "%m/%d/%Y", "%m/%d/%Y %H:%M", "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d-%m-%Y", "%Y%m%d", "%b %d %Y", "%d %b %Y",
    "%b-%d-%Y", "%d-%b-%Y", "%b %Y",
    "%B %Y",
)  # fmt: skip
INTEGER = re.compile(r"[+-]?\d{1,15}")


def is_time(text: str) -> bool:
    """Whether a text is a date or a time in one of the notations."""
    return any(_parsed([text], notation) is not None for notation in NOTATIONS)


def next_times(times: Sequence[str], count: int) -> list[str]:
    """The times of the next `count` steps where the last ones are regular, else +1, +2, ..."""
    last = list(times[-LOOK:])
    if len(last) >= LEAST:
        if all(INTEGER.fullmatch(text) for text in last) and (numbers := _next_numbers(last, count)):
            return numbers
        for notation in NOTATIONS:
            moments = _parsed(last, notation)
            if moments is not None and (step := _step(moments)) is not None:
                return [_written(moment, notation, last[-1]) for moment in islice(_onwards(moments[-1], step), count)]
    return [f"+{k}" for k in range(1, count + 1)]


Step = Callable[[datetime], datetime]


def _next_numbers(texts: list[str], count: int) -> list[str] | None:
    """Whole numbers at equal distances."""
    numbers = [int(text) for text in texts]
    step = numbers[1] - numbers[0]
    if step == 0 or any(after - before != step for before, after in pairwise(numbers)):
        return None
    if all(len(text) == 8 for text in texts) and abs(step) == 1 and _parsed(texts, "%Y%m%d"):
        return None  # days, which at the end of a month go on otherwise
    return [str(numbers[-1] + k * step) for k in range(1, count + 1)]


def _parsed(texts: Sequence[str], notation: str) -> list[datetime] | None:
    try:
        return [datetime.strptime(text, notation) for text in texts]  # as written, without zone
    except ValueError:
        return None


def _step(moments: list[datetime]) -> Step | None:
    """How one comes from each moment to the next; None where there is no one way."""
    gap = moments[1] - moments[0]
    if not gap:
        return None
    months = _months(moments[1]) - _months(moments[0])
    day = max(moment.day for moment in moments)
    ways: list[Step] = [lambda moment: moment + gap]
    if months:
        ways.append(lambda moment: _in_month(moment, months, day))
    if all(moment.weekday() < 5 for moment in moments):
        ways.append(_next_working_day)
    return next((way for way in ways if all(way(before) == after for before, after in pairwise(moments))), None)


def _onwards(moment: datetime, step: Step) -> Iterator[datetime]:
    while True:
        moment = step(moment)
        yield moment


def _months(moment: datetime) -> int:
    return 12 * moment.year + moment.month - 1


def _in_month(moment: datetime, months: int, day: int) -> datetime:
    """So many months later, on this day or on the last one before it."""
    year, month = divmod(_months(moment) + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(day, monthrange(year, month + 1)[1]))


def _next_working_day(moment: datetime) -> datetime:
    return moment + timedelta(days=3 if moment.weekday() == 4 else 1)


def _written(moment: datetime, notation: str, model: str) -> str:
    """The moment in a notation; without leading zeros where the model shows that there are none."""
    text = moment.strftime(notation)
    return text if re.search(r"(?<!\d)0\d", model) or not _short(model) else re.sub(r"(?<!\d)0(\d)", r"\1", text)


def _short(model: str) -> bool:
    """Whether a number below ten stands alone."""
    return re.search(r"(?<!\d)\d(?!\d)", model) is not None
