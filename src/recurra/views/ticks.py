"""Round numbers along an axis, and how they are written."""

from __future__ import annotations

import math

STEPS = (1.0, 2.0, 5.0)  # between two ticks, times a power of ten
MILLION = 1_000_000


def ticks(low: float, high: float, most: int, log: bool = False) -> list[float]:
    """At most so many round numbers from `low` to `high`, in order; of a long logarithmic axis powers of ten.

    Args:
        most: at least 2.
    """
    if log:
        for steps in ((1.0,), (1.0, 3.0), STEPS):
            found = powers(low, high, steps)
            if 2 < len(found) <= most:
                return found
        found = powers(low, high, (1.0,))
        if len(found) > most:
            return found[:: -(-len(found) // most)]
    size = 10.0 ** (math.floor(math.log10(high - low)) - 1)
    every = (multiples(low, high, size * tens * step) for tens in (1.0, 10.0, 100.0) for step in STEPS)
    return next(found for found in every if len(found) <= most)


def multiples(low: float, high: float, step: float) -> list[float]:
    """The multiples of a step from `low` to `high`."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def powers(low: float, high: float, steps: tuple[float, ...]) -> list[float]:
    """The powers of ten, times each of some steps, from `low` to `high`."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = (step * 10.0**power for power in range(first, last + 1) for step in steps)
    return [value for value in every if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]


def tick_text(value: float) -> str:
    """A round number: 0.05, 2,000, 1.5M, 1e-05."""
    if abs(value) >= MILLION:
        return f"{value / MILLION:,.6g}M"
    if value and abs(value) < 1e-4:
        return f"{value:.3g}"
    return f"{value:,.10g}" if abs(value) < 1 else f"{value:,.6g}"
