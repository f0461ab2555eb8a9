"""How well a language model predicts a text: perplexity for each unit, bits and nats for each character.

Bits per character can be compared between models with different units, perplexity cannot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from recurra.metrics.bootstrap import Numbers
from recurra.metrics.measure import Measure, measure_of, require_pairs
from recurra.text.names import are_characters


def measure_language(
    nats: Sequence[float], units: Sequence[int], characters: Sequence[int], *, name: str, counted: str, per: str
) -> dict[str, Measure]:
    """The measures by name; nats per character where units are characters.

    Args:
        nats: of each sample, the negative log-likelihood of its units, summed.
        units: how many these are.
        characters: how many characters they stand for.
        name: what a unit is: graphemes, words, subwords.
        counted: what is counted beside the units that are seen: "the end of each line".
        per: what a sample is, over which the intervals are resampled.
    """
    require_pairs(nats, units)
    rows = np.stack([np.asarray(values, np.float64) for values in (nats, units, characters)], axis=1)
    said = f"{counted} counted; resampled over {per}"
    found = {
        "perplexity": measure_of(rows, _perplexity, f"exp of the mean nats per unit ({name}), {said}"),
        "bits_per_character": measure_of(rows, _bits, f"bits of all units / characters, {said}"),
    }
    if are_characters(name):
        found["nats_per_character"] = measure_of(rows, _nats, f"nats of all units / characters, {said}")
    return found


def _perplexity(sums: Numbers) -> Numbers:
    with np.errstate(over="ignore"):
        return np.exp(sums[:, 0] / np.maximum(sums[:, 1], 1))


def _nats(sums: Numbers) -> Numbers:
    return sums[:, 0] / np.maximum(sums[:, 2], 1)


def _bits(sums: Numbers) -> Numbers:
    return _nats(sums) / math.log(2)
