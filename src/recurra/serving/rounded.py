"""Numbers of answers, rounded: their last digits depend on what was computed together."""

from __future__ import annotations

from typing import cast

DIGITS = 4  # after the point; float32 of sums over hundreds of steps is good for five


def rounded(value: object) -> object:
    """The same object with all numbers in it rounded."""
    if isinstance(value, float):
        return round(value, DIGITS) + 0.0
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [rounded(one) for one in cast("list[object]", value)]
    return value
