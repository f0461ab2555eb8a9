"""How often the truth lies in the interval that was answered; the share it should be is the interval's own."""

from __future__ import annotations

from numpy.typing import ArrayLike

from recurra.metrics.forecast_errors import plain, quotient
from recurra.metrics.measure import Measure


def coverage(inside: ArrayLike, counts: ArrayLike, nominal: float) -> Measure:
    """Counts of numbers inside their interval over counts of numbers, both [N] per window, in percent."""
    definition = f"share of the numbers inside their {nominal:.0%} interval, in percent"
    return quotient(inside, counts, definition, lambda sums: 100 * plain(sums))
