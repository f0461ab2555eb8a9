"""The numbers of a tensor or an array as lists of Python: `tolist`, whose own annotation does not say of what.

The names say what the values are; what they are made of is not looked at. And which values are those of numpy.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypeIs


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


def is_array(value: object) -> TypeIs[NDArray[np.generic]]:
    """Whether it is an array of numpy."""
    return isinstance(value, np.ndarray)


def python_value(value: object) -> object:
    """A value of numpy as Python's own; any other as it is."""
    return value.item() if _is_scalar(value) else value


def _is_scalar(value: object) -> TypeIs[np.generic]:
    return isinstance(value, np.generic)
