"""The token error rate: insertions, deletions and substitutions per reference token.

Over characters it is known as CER, over phones as PER, over words as the WER of speech recognition.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cpdist

from recurra.metrics.measure import Measure, require_pairs
from recurra.metrics.ratio import percentage


def token_error_rate(
    predictions: Sequence[Sequence[str]], references: Sequence[Sequence[str]], unit: str = "units"
) -> Measure:
    """100 * sum of edit distances / sum of reference units. Above 100 where outputs are far too long.

    Args:
        predictions: the units of each prediction: phones, characters, words, ...
        references: the units of each reference.
        unit: what a unit is called in the definition.
    """
    require_pairs(predictions, references)
    units = [len(reference) for reference in references]
    definition = f"insertions, deletions and substitutions of {unit} per 100 reference {unit}"
    return percentage(edit_distances(predictions, references), units, definition)


def edit_distances(
    predictions: Sequence[Sequence[Hashable]], references: Sequence[Sequence[Hashable]]
) -> NDArray[np.int64]:
    """The Levenshtein distance of each pair: [N]. Units are strings or ids."""
    return cpdist(predictions, references, scorer=Levenshtein.distance, dtype=np.int64, workers=-1)
