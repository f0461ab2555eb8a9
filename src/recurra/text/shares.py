"""Shares of something in words, whatever their size: 94 %, 0.3 %, 2e-07, 12 times."""

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
