"""Shares of something in words: of any size (94 %, 0.3 %, 2e-07, 12 times), and probabilities in columns (95.7%)."""

from __future__ import annotations

import math


def share_text(share: float) -> str:
    """A share that may lie many powers of ten below or above 1."""
    if not math.isfinite(share):
        return "more than any number"
    if share >= 1.5:
        return f"{share:.3g} times"
    if share >= 0.095 or not share:
        return f"{100 * share:.0f} %"
    return f"{100 * share:.2g} %" if share >= 0.0005 else f"{share:.0e}"


def percent(share: float) -> str:
    """A probability or another share from 0 to 1; what would be rounded to nothing or to all of it says so."""
    if 0 < share < 0.0005:
        return "<0.1%"
    if 0.9995 < share < 1:
        return ">99.9%"
    return f"{share:.1%}"
