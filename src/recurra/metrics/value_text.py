"""The value of a measure as people read it: with enough digits, however small or large it is."""

from __future__ import annotations

import math

from recurra.text.decimals import decimals_for

DECIMALS = {"r2": 3, "mase": 3, "relative_mae": 3}  # of other measures two
OWN_UNITS = ("mae", "rmse")  # in the units of the data, which may be of any size: four digits
DIGITS = 4
SMALL, LARGE = 0.095, 1e15  # below SMALL two decimals are too few; from LARGE on 1.5e15 is written


def value_text(name: str, value: float | None) -> str:
    """The value of the measure `name` without its unit; what JSON has no number for is infinite."""
    if value is None or math.isinf(value):
        return "∞"
    size = abs(value)
    own = name in OWN_UNITS
    if size >= LARGE or (own and 0 < size < 1):
        return f"{value:.{DIGITS}g}"
    if own and size:
        return f"{value:,.{max(0, decimals_for(size, DIGITS))}f}"
    return f"{value:.3g}" if 0 < size < SMALL else f"{value:,.{DECIMALS.get(name, 2)}f}"
