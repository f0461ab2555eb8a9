"""Exact match: the share of outputs that are right as a whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recurra.metrics.measure import Measure, require_pairs
from recurra.metrics.ratio import percentage


def exact_match(predictions: Sequence[str], references: Sequence[str]) -> Measure:
    """The share of predictions that equal their reference, code point by code point."""
    count = require_pairs(predictions, references)
    right = [prediction == reference for prediction, reference in zip(predictions, references, strict=True)]
    return percentage(right, np.ones(count), "share of outputs that equal their reference, in percent")
