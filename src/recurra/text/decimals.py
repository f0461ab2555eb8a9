"""Numbers of one column as text: with as many digits as show the differences between them."""

from __future__ import annotations

import math

EXACT = 15  # digits of a number that are surely right
MOST = 9  # digits after the point; what needs more is written as 4.59e-14


def decimals_for(difference: float, digits: int = 4) -> int:
    """Digits after the point at which a difference between numbers has so many of its own; below 0 before the point."""
    return digits - 1 - math.floor(math.log10(difference))


def decimal_text(value: float, decimals: int, *, grouped: bool = False) -> str:
    """A number with so many digits after the point, as a power of ten where it would be a row of zeros.

    Args:
        grouped: whether thousands are set apart.
    """
    size = math.floor(math.log10(abs(value))) if value else 0
    if decimals > MOST or size > EXACT:
        return f"{value:.{min(max(decimals + size, 0), EXACT)}e}" if value else "0"
    decimals = min(max(decimals, 0), EXACT - size)
    rounded = round(value, decimals) + 0.0  # no minus before a zero
    return f"{rounded:{',' * grouped}.{decimals}f}"
