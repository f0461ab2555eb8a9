"""The sequence error rate: the share of outputs that are wrong as a whole.

Papers on grapheme-to-phoneme conversion call it WER, since there an output is one word. The WER of speech recognition,
where an output is a sentence and its words are aligned, is `token_error_rate` over words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recurra.metrics.measure import Measure, require_pairs
from recurra.metrics.ratio import percentage


def sequence_error_rate(predictions: Sequence[str], references: Sequence[str]) -> Measure:
    """The share of predictions that differ from their reference: 100 - exact match."""
    count = require_pairs(predictions, references)
    wrong = [prediction != reference for prediction, reference in zip(predictions, references, strict=True)]
    return percentage(
        wrong,
        np.ones(count),
        "share of outputs that are wrong as a whole (100 - exact match), in percent",
    )
