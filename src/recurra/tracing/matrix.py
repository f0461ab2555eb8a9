"""Matrices as nested lists, and the check of their shape that every record of a trace makes."""

from __future__ import annotations

import math
from collections.abc import Sized

from recurra.errors import UsageError
from recurra.text.counted import counted

Matrix = list[list[float]]


def check_matrix(name: str, rows: Matrix, tokens: Sized, width: int, columns: str) -> None:
    """Refuse a matrix that has not one row per token and `width` finite numbers in each.

    Raises:
        UsageError: what was expected and what was seen, in words.
    """
    if len(rows) != len(tokens):
        raise UsageError(
            f"{name} has {counted(len(rows), 'row')} for {counted(len(tokens), 'token')}",
            fix="Give one row for each token.",
        )
    for number, row in enumerate(rows):
        if len(row) != width:
            raise UsageError(
                f"row {number} of {name} has {counted(len(row), 'number')}, expected {width}",
                fix=f"Give one number for each of the {width} {columns}.",
            )
        if not all(map(math.isfinite, row)):
            raise UsageError(f"row {number} of {name} has a number that is not finite: {row}")
