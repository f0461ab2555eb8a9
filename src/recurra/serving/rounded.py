"""Numbers of answers, rounded: their last digits depend on what was computed together."""

from __future__ import annotations

from typing import cast

DIGITS = 4  # after the point; float32 of sums over hundreds of steps is good for five
SAME = frozenset({str, int, bool, type(None)})  # what has nothing to be rounded, and is most of an answer


def rounded(value: object) -> object:
    """The same object with all numbers in it rounded."""
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0
    if isinstance(value, dict):
        items = cast("dict[str, object]", value).items()
        return {key: one if type(one) in SAME else rounded(one) for key, one in items}
    if isinstance(value, list):
        return [
            round(one, DIGITS) + 0.0 if type(one) is float else one if type(one) in SAME else rounded(one)
            for one in cast("list[object]", value)
        ]
    return value
