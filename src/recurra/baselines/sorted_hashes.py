"""Where numbers stand among rising ones: the hashes of n-grams, of features and of pairs of pieces that are known."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Places(NamedTuple):
    """Of numbers of any shape."""

    at: NDArray[np.int64]  # any place for one that is not known
    known: NDArray[np.bool_]


def places_in(keys: NDArray[Any], wanted: NDArray[Any]) -> Places:
    """Where numbers stand among keys [F], which rise; there is at least one key, unless nothing is wanted."""
    at = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    return Places(at, keys[at] == wanted)
