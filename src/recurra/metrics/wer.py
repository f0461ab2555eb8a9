"""WER as the grapheme-to-phoneme field uses it: an output is one word, and it is right or wrong as a whole.

Speech recognition means something else by WER: there an output is a sentence and its words are aligned. That
measure is `error_rate` over words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recurra.metrics.measure import Measure, require_pairs
from recurra.metrics.ratio import percentage


def wer(predictions: Sequence[str], references: Sequence[str]) -> Measure:
    """The share of predictions that differ from their reference: 100 - exact match."""
    count = require_pairs(predictions, references)
    wrong = [prediction != reference for prediction, reference in zip(predictions, references, strict=True)]
    return percentage(
        wrong,
        np.ones(count),
        "share of whole outputs that are wrong (100 - exact match), in percent; no alignment of words",
    )
