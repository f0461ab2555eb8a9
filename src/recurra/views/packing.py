"""Arrays of a record as a page carries them (page/arrays.js reads them): base64 beside their shape.

Two bytes a number and a scale for gates and states; four where small numbers count as well: weights of attention,
gradients; one where many numbers are only to be seen.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from recurra.narrowing import is_list, is_object
from recurra.tracing import Array
from recurra.tracing.arrays import is_array

LARGEST = 2**15 - 1  # of an int16
ROUGHLY = 2**7 - 1  # of an int8
EXACT = "gradients"  # numbers over many powers of ten: a common scale would lose the small ones


def packed(value: object, exact: bool = False) -> object:
    """The mapping of a trace with its arrays, and its matrices of weights, in base64."""
    if is_array(value):
        return packed_array(value, exact)
    if is_object(value):
        return packed_object(value, exact)
    return [packed(inner, exact) for inner in value] if is_list(value) else value


def packed_object(value: Mapping[str, object], exact: bool = False) -> dict[str, object]:
    """The same of a mapping."""
    return {
        name: _weights(inner) if name == "weights" else packed(inner, exact or name == EXACT)
        for name, inner in value.items()
    }


def packed_roughly(values: Array) -> dict[str, object]:
    """Shape and bytes of an array, one for each number, and their scale: for many numbers that are only to be seen."""
    return _scaled(values, "int8", ROUGHLY)


def packed_array(values: Array, exact: bool = False) -> dict[str, object]:
    """Shape and bytes of an array, little-endian: float32 if it is to be exact, else int16 with a scale."""
    if exact:
        return {"shape": list(values.shape), "float32": _base64(values.astype("<f4"))}
    return _scaled(values, "int16", LARGEST)


def _scaled(values: Array, kind: str, largest: int) -> dict[str, object]:
    scale = float(np.abs(values).max(initial=0)) / largest or 1.0
    numbers = np.rint(values / scale).astype(np.dtype(kind).newbyteorder("<"))
    return {"shape": list(values.shape), "scale": scale, kind: _base64(numbers)}


def _weights(rows: object) -> dict[str, object]:
    return packed_array(np.asarray(rows, np.float32), exact=True)


def _base64(values: NDArray[np.generic]) -> str:
    return b64encode(values.tobytes()).decode("ascii")
