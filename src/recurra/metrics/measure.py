"""A measure: the number, how sure one can be of it, and what exactly was measured."""

from __future__ import annotations

import math
from collections.abc import Sized
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from recurra.metrics.bootstrap import Numbers, Score, interval
from recurra.text.counted import counted


class MeasureRecord(TypedDict):
    """A measure as plain data; what is not finite is None."""

    value: float | None
    low: float | None
    high: float | None
    definition: NotRequired[str]
    signature: NotRequired[str]


@dataclass(frozen=True)
class Measure:
    """A value with its 95 % bootstrap interval. Rates are in percent."""

    value: float
    low: float
    high: float
    definition: str  # one sentence: what is counted, over what
    signature: str | None = None  # sacreBLEU's, which makes the figure comparable with published ones

    def to_mapping(self) -> MeasureRecord:
        """For JSON, which has no infinity: a value that is not finite is None. No signature, no key."""
        value, low, high = (number if math.isfinite(number) else None for number in (self.value, self.low, self.high))
        record: MeasureRecord = {"value": value, "low": low, "high": high, "definition": self.definition}
        if self.signature is not None:
            record["signature"] = self.signature
        return record


def measure_of(statistics: Numbers, score: Score, definition: str, signature: str | None = None) -> Measure:
    """The score of all sentences together, with its interval over resamples of the rows of `statistics` [N, K]."""
    value = float(score(statistics.sum(axis=0, keepdims=True))[0])
    return Measure(value, *interval(statistics, score, value), definition, signature)


def require_pairs(predictions: Sized, references: Sized) -> int:
    """The number of sentences.

    Raises:
        ValueError: none at all, or not one reference for each prediction.
    """
    if len(predictions) != len(references):
        raise ValueError(f"{len(predictions)} predictions but {counted(len(references), 'reference')}")
    if not len(references):
        raise ValueError("nothing to measure: no sentences")
    return len(references)
