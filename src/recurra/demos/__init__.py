"""Demos: data that comes with recurra, ready to train on.

DEMOS has for each demo the function that splits its data: split(training, held_out, seed) -> two lists of pairs.
"""

from __future__ import annotations

from recurra.demos import dates
from recurra.demos.dates import Pair

DEMOS = {"dates": dates.split}

__all__ = ["DEMOS", "Pair", "dates"]
