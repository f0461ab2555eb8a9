"""Where in the cycles of the calendar the steps of a series are: in the day, the week, the month, the year.

A cycle is a circle, and a moment a point of it: the cosine and the sine of how far the cycle has gone. So midnight
comes right after 23:59, January after December, and every later step is the same point turned by a fixed angle: who
knows the last step of a window knows the calendar of all steps after it. Days, weeks and hours are those that the clock
on the wall shows, in summer too. All months are equally long parts of a year, so that the 1st of March is always the
same point. Where a time is not known the point is the centre (0, 0), which says nothing.

T steps, C cycles.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from recurra.data.steps import LOOK
from recurra.data.times import forms_of

CYCLES = ("day", "week", "month", "year")
SECONDS = 86_400  # of a day
PARTS = 2**20  # of a cycle, in which is counted how far steps go; points are kept in single precision
SHARED = 8  # lists of times that are kept: series often have theirs in common

Points = NDArray[np.float64]


def gone(wall: datetime) -> tuple[float, ...]:
    """How much of each cycle has gone by, from 0 to below 1."""
    of_day = (3600 * wall.hour + 60 * wall.minute + wall.second) / SECONDS
    of_month = (wall.day - 1 + of_day) / monthrange(wall.year, wall.month)[1]
    return of_day, (wall.weekday() + of_day) / 7, of_month, (wall.month - 1 + of_month) / 12


def calendar_points(times: Sequence[str], order: str = "", last: int | None = None) -> Points:
    """Where the steps with these times are in each cycle, cosine and sine: [T, C, 2].

    Args:
        order: of day and month in the times, where it is known.
        last: only so many steps at the end.
    """
    some = times if last is None else times[-max(last, LOOK) :]  # from a few it can be told how they are written
    return _points(tuple(some), order)[-(len(some) if last is None else last) :]


@lru_cache(maxsize=SHARED)
def _points(times: tuple[str, ...], order: str) -> Points:
    found: Points = np.zeros((len(times), len(CYCLES), 2))
    forms = forms_of(times, order or None) if times else []
    moments = [forms[0].read(text) for text in times] if len(forms) == 1 else []
    known = [k for k, moment in enumerate(moments) if moment is not None and moment.wall is not None]
    walls = [moment.wall for moment in moments if moment is not None and moment.wall is not None]
    if walls:
        angles = 2 * np.pi * np.array([gone(wall) for wall in walls])
        found[known] = np.stack([np.cos(angles), np.sin(angles)], -1)
    found.setflags(write=False)
    return found


def cycles_passed(points: Points) -> NDArray[np.int64]:
    """How often steps [T, C, 2] go through each cycle: [C], counted in parts of which a cycle has PARTS.

    In whole numbers, so that steps that come back to the point where they began have gone through whole cycles exactly.
    """
    if len(points) < 2 or not points.any():
        return np.zeros(len(CYCLES), np.int64)
    turns = np.arctan2(points[..., 1], points[..., 0]) / (2 * np.pi)
    parts = np.rint(turns * PARTS).astype(np.int64)
    return ((parts[1:] - parts[:-1]) % PARTS).sum(axis=0)
