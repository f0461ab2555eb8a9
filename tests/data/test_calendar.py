"""Where steps are in the cycles of the calendar: compared with what Python's datetime says, by hand."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

import numpy as np
import pytest

from recurra.data.calendar import CYCLES, PARTS, calendar_points, cycles_passed


def angles(times: list[str], order: str = "") -> np.ndarray:
    """How much of each cycle has gone by, from 0 to below 1: [T, C]; a step without a time is NaN."""
    points = calendar_points(times, order)
    gone = np.arctan2(points[..., 1], points[..., 0]) / (2 * np.pi) % 1
    return np.where(points.any(axis=-1), gone, np.nan)


@pytest.mark.parametrize(
    ("text", "day", "week", "month", "year"),
    [
        ("2024-03-06 18:00", 18 / 24, 2.75 / 7, 5.75 / 31, (2 + 5.75 / 31) / 12),  # a Wednesday
        ("2024-01-01", 0, 0, 0, 0),  # a Monday
        ("2024-02-29T12:00:00", 0.5, 3.5 / 7, 28.5 / 29, (1 + 28.5 / 29) / 12),  # a leap day, a Thursday
        ("2023-12-31 23:45", 95 / 96, (6 + 95 / 96) / 7, (30 + 95 / 96) / 31, (11 + (30 + 95 / 96) / 31) / 12),
        ("1709748000", 18 / 24, 2.75 / 7, 5.75 / 31, (2 + 5.75 / 31) / 12),  # the same in seconds since 1970
        ("2024-03-06 18:00+05:30", 18 / 24, 2.75 / 7, 5.75 / 31, (2 + 5.75 / 31) / 12),  # what the clock shows counts
        ("2024-07-06 18:00 Europe/Berlin", 18 / 24, 5.75 / 7, 5.75 / 31, (6 + 5.75 / 31) / 12),  # in summer too
        ("2024M7", 0, 0, 0, 6 / 12),  # the 1st of July, a Monday
        ("2024Q4", 0, 1 / 7, 0, 9 / 12),
        ("2024-W10", 0, 0, 3 / 31, (2 + 3 / 31) / 12),
        ("1949.25", 0, 4 / 7, 0, 3 / 12),  # the 1st of April, a Friday
    ],
)
def test_values_by_hand(text: str, day: float, week: float, month: float, year: float) -> None:
    assert angles([text])[0] == pytest.approx([day, week, month, year], abs=1e-9)


def test_hours_of_three_years_as_datetime_has_them() -> None:
    hours = [datetime(2023, 1, 1) + timedelta(hours=k) for k in range(0, 3 * 8766, 7)]
    found = angles([f"{hour:%Y-%m-%d %H:%M}" for hour in hours])
    for hour, row in zip(hours, found, strict=True):
        day = hour.hour / 24
        month = (hour.day - 1 + day) / monthrange(hour.year, hour.month)[1]
        expected = [day, (hour.weekday() + day) / 7, month, (hour.month - 1 + month) / 12]
        assert np.abs((row - expected + 0.5) % 1 - 0.5).max() < 1e-9


def test_the_order_of_day_and_month_is_that_of_the_series() -> None:
    times = ["03/04/2021", "04/04/2021"]
    assert angles(times, "day-first")[0, 3] == pytest.approx((3 + 2 / 30) / 12)
    assert angles(times, "month-first")[0, 3] == pytest.approx((2 + 3 / 31) / 12)
    assert np.isnan(angles(times)).all()  # it is not known


@pytest.mark.parametrize("times", [["1", "2", "3"], ["0.5", "1.0"], ["spring", "summer"], ["+1", "+2"]])
def test_what_is_no_date_says_nothing(times: list[str]) -> None:
    assert not calendar_points(times).any()


def test_a_time_that_is_missing_says_nothing_and_the_others_do() -> None:
    found = calendar_points(["2024-01-01", "2024-01-02", "", "2024-01-04"])
    assert not found[2].any()
    assert np.hypot(*np.moveaxis(found[[0, 1, 3]], -1, 0)) == pytest.approx(1.0)


def test_the_last_steps_are_those_of_the_whole() -> None:
    times = [f"{datetime(2024, 1, 1) + timedelta(hours=k):%d/%m/%Y %H:%M}" for k in range(200)]
    whole = calendar_points(times, "day-first")
    for last in (1, 24, 100, 200):
        assert np.array_equal(calendar_points(times, "day-first", last), whole[-last:])


@pytest.mark.parametrize(
    ("step", "steps", "passed"),
    [
        (timedelta(hours=1), 24 * 15, (15, 15 / 7, 15 / 31, 15 / 366)),
        (timedelta(days=1), 366 * 2, (0, 2 * 366 / 7, 24, 2)),
        (timedelta(weeks=1), 53, (0, 0, None, 1)),
    ],
)
def test_how_often_steps_go_through_each_cycle(step: timedelta, steps: int, passed: tuple[float | None, ...]) -> None:
    times = [f"{datetime(2024, 1, 1) + k * step:%Y-%m-%d %H:%M}" for k in range(steps)]
    found = cycles_passed(calendar_points(times)) / PARTS
    for name, one, expected in zip(CYCLES, found, passed, strict=True):
        if expected is not None:
            assert one == pytest.approx(expected, rel=0.02, abs=0.05), name


def test_business_days_go_through_weeks() -> None:
    days = [datetime(2024, 1, 1) + timedelta(days=k) for k in range(70)]
    times = [f"{day:%Y-%m-%d}" for day in days if day.weekday() < 5]
    assert cycles_passed(calendar_points(times))[1] / PARTS == pytest.approx(9 + 4 / 7)


@pytest.mark.parametrize("precision", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("cycle", "step", "times"),
    [
        ("day", timedelta(hours=1), 24),
        ("day", timedelta(hours=6), 4),
        ("day", timedelta(minutes=7), 24 * 60),  # of which 7 minutes are no part: seven days
        ("week", timedelta(days=1), 7),
        ("week", timedelta(hours=1), 24 * 7),
        ("week", timedelta(days=3), 7),  # three weeks
        ("year", timedelta(days=1), 365),
    ],
)
def test_whole_cycles_are_counted_exactly(
    cycle: str, step: timedelta, times: int, precision: type[np.floating]
) -> None:
    """From wherever steps begin: after a whole number of cycles it is that number, and one step before it is less."""
    whole = {("day", 24 * 60): 7, ("week", 7): 1 if step.days == 1 else 3}.get((cycle, times), 1)
    for first in (datetime(2021, 1, 4), datetime(2021, 2, 5, 13, 47), datetime(2021, 3, 1, 23, 59, 59)):
        moments = [f"{first + k * step:%Y-%m-%d %H:%M:%S}" for k in range(2 * times + 1)]
        points = calendar_points(moments).astype(precision)
        at = CYCLES.index(cycle)
        for turns in (1, 2):
            assert cycles_passed(points[: turns * times + 1])[at] == turns * whole * PARTS
            assert cycles_passed(points[: turns * times])[at] < turns * whole * PARTS


def test_steps_that_stay_go_through_nothing() -> None:
    times = [f"2024-{month:02}-15 12:00" for month in range(1, 13)]
    assert cycles_passed(calendar_points(times))[0] == 0


def test_steps_without_dates_go_through_nothing() -> None:
    assert not cycles_passed(calendar_points(["1", "2", "3"])).any()
    assert not cycles_passed(calendar_points(["2024-01-01"])).any()
