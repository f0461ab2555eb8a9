"""The numbers of a tensor or an array as lists of Python: `tolist`, whose own annotation does not say of what.

The names say what the values are; what they are made of is not looked at.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Numbers(Protocol):
    """An array or a tensor of any library."""

    def tolist(self) -> Any:
        """Its numbers: lists in as many levels as it has directions."""
        ...


def floats(values: Numbers) -> list[float]:
    """Those of one direction [N]."""
    return values.tolist()


def float_rows(values: Numbers) -> list[list[float]]:
    """Those of two directions [N, M]."""
    return values.tolist()


def integers(values: Numbers) -> list[int]:
    """Whole numbers of one direction [N]."""
    return values.tolist()


def integer_rows(values: Numbers) -> list[list[int]]:
    """Whole numbers of two directions [N, M]."""
    return values.tolist()


def booleans(values: Numbers) -> list[bool]:
    """Truth values of one direction [N]."""
    return values.tolist()
