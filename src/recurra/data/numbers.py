"""Numbers of one example: a vector or a series.

T steps, D variables (of a vector: entries).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from recurra.errors import DataError
from recurra.narrowing import is_mapping
from recurra.text.counted import counted
from recurra.text.visible import as_given

Floating = TypeVar("Floating", bound=np.floating)


class Numbers(NamedTuple):
    """A vector or a series. What is missing in it is NaN."""

    values: NDArray[np.float32]  # [D], or [T, D]
    names: tuple[str, ...]  # of the D variables

    @property
    def is_series(self) -> bool:
        """Whether there are time steps."""
        return self.values.ndim == 2

    def __str__(self) -> str:
        if not self.is_series:
            return counted(len(self.names), "number")
        return f"{counted(len(self.values), 'step')} of {counted(len(self.names), 'number')}"


def numbered(count: int) -> tuple[str, ...]:
    """The names of variables that have none."""
    return tuple(str(number) for number in range(1, count + 1))


def columns_in_order(names: Sequence[str], wanted: Sequence[str], what: str, where: str) -> list[int]:
    """Where the columns of numbers stand that a model reads: by their names, or by their order where one side has none.

    Args:
        names: of the columns that there are.
        wanted: the names that the model knows.
        what: what the columns are: "columns of numbers".

    Raises:
        DataError: there are too few or too many, or columns of other names.
    """
    if set(wanted) <= set(names):
        return [list(names).index(name) for name in wanted]
    unnamed = (tuple(names), tuple(wanted))
    if len(names) == len(wanted) and numbered(len(names)) in unnamed:
        return list(range(len(names)))
    listed = [f"{', '.join(some[:5])}{', ...' if len(some) > 5 else ''}" for some in (wanted, names)]
    raise DataError(
        f"expected {len(wanted)} {what} ({listed[0]}), saw {len(names)} ({listed[1]})",
        where=where,
        fix="Give the columns that the model was trained with.",
    )


def real_array(value: Any, kind: type[Floating]) -> NDArray[Floating]:
    """An array of what is given; numpy would cut off imaginary parts with no more than a warning.

    Raises:
        TypeError, ValueError: there are no numbers in it, or complex ones.
    """
    if np.iscomplexobj(value):
        raise TypeError("complex numbers")
    return np.asarray(value, dtype=kind)


def as_numbers(value: object, where: str) -> Numbers:
    """A list or an array given in Python, [D] or [T, D]; or the T steps of a series by the names of its columns.

    Raises:
        DataError: it is no such thing.
    """
    by_name = value if is_mapping(value) else None
    fix = "Give a vector as a list of numbers, a series as a list of steps, each a list of equally many numbers."
    try:
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused
            values = real_array(value if by_name is None else list(by_name.values()), np.float32)
    except (ValueError, TypeError) as error:
        raise DataError(f"expected numbers, got {as_given(value, 40)}", where=where, fix=fix) from error
    if by_name is not None:
        values = values.T if values.ndim == 2 else values[None]
    if values.ndim not in (1, 2) or not values.shape[-1]:
        raise DataError(f"expected a vector or a series, got the shape {values.shape}", where=where, fix=fix)
    if np.isinf(values).any():
        raise DataError("a number is infinite", where=where, fix="Leave the example out, or fix the number.")
    return Numbers(values, numbered(values.shape[-1]) if by_name is None else tuple(map(str, by_name)))


def missing_in(numbers: Numbers) -> str:
    """Which of the numbers are missing, in words; empty if none is."""
    gaps = np.isnan(numbers.values)
    if not gaps.any():
        return ""
    first = np.argwhere(gaps)[0]
    place = f"of {numbers.names[first[-1]]!r}" + (f" at step {first[0] + 1}" if numbers.is_series else "")
    count = int(gaps.sum())
    return f"the number {place} is missing" + (f", and {count - 1:,} more" if count > 1 else "")


def filled_forward(values: NDArray[Floating]) -> NDArray[Floating]:
    """A series [T, D] in which every missing number is the one before it; what is missing at the start stays so."""
    steps = np.where(np.isnan(values), 0, np.arange(len(values))[:, None])
    return np.take_along_axis(values, np.maximum.accumulate(steps, axis=0), axis=0)


def same_names(names: Sequence[str]) -> str | None:
    """The first name that stands twice."""
    return next((name for k, name in enumerate(names) if name in names[:k]), None)
