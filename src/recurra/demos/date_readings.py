"""How a text could be read: what its numbers mean, according to each form that could have written it.

A shape is a text without the values of its numbers and without its weekday: "Fri, 3. Mai 1998" has the shape
"-, #. mai #". All forms that make the same shape make texts that cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from recurra.demos.date_forms import NO_NAME, NUMBER, Form
from recurra.demos.spelling import fold


class Reading(NamedTuple):
    """Which of a text's numbers, counted from the left, are the year and the day; the month likewise, or its value."""

    year: int
    day: int
    month: int
    month_value: int | None

    def read(self, numbers: Sequence[int]) -> date | None:
        month = self.month_value or numbers[self.month]
        try:
            return date(numbers[self.year], month, numbers[self.day])
        except ValueError:
            return None


def shape(form: Form, month: int) -> tuple[str, Reading]:
    """The shape of what a form writes in a month, and how the form itself reads it."""
    when = date(1998, month, 29 if month != 2 else 28)
    text = form.write(when, weekday=NO_NAME)
    numbers = [int(number) for number in NUMBER.findall(text)]
    value = None if month in numbers else month  # "tháng 5" and "5月" have the month as a number
    index = numbers.index(month) if month in numbers else -1
    reading = Reading(numbers.index(when.year), numbers.index(when.day), index, value)
    return NUMBER.sub("#", fold(text)), reading
