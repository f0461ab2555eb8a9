"""Arrays of a record as a page carries them (page/arrays.js reads them): base64 beside their shape.

Two bytes a number and a scale for gates and states; four where small numbers count as well: weights of attention,
gradients; one where many numbers are only to be seen.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from recurra.tracing import Array

LARGEST = 2**15 - 1  # of an int16
ROUGHLY = 2**7 - 1  # of an int8
EXACT = "gradients"  # numbers over many powers of ten: a common scale would lose the small ones


def packed(value: object, exact: bool = False) -> object:
    """The mapping of a trace with its arrays, and its matrices of weights, in base64."""
    if isinstance(value, np.ndarray):
        return packed_array(cast("Array", value), exact)
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value)
        return {
            name: _weights(inner) if name == "weights" else packed(inner, exact or name == EXACT)
            for name, inner in pairs.items()
        }
    if isinstance(value, list):
        return [packed(inner, exact) for inner in cast("list[object]", value)]
    return value


def packed_roughly(values: Array) -> dict[str, Any]:
    """Shape and bytes of an array, one for each number, and their scale: for many numbers that are only to be seen."""
    return _scaled(values, "int8", ROUGHLY)


def packed_array(values: Array, exact: bool = False) -> dict[str, Any]:
    """Shape and bytes of an array, little-endian: float32 if it is to be exact, else int16 with a scale."""
    if exact:
        return {"shape": list(values.shape), "float32": _base64(values.astype("<f4"))}
    return _scaled(values, "int16", LARGEST)


def _scaled(values: Array, kind: str, largest: int) -> dict[str, Any]:
    scale = float(np.abs(values).max(initial=0)) / largest or 1.0
    numbers = np.rint(values / scale).astype(np.dtype(kind).newbyteorder("<"))
    return {"shape": list(values.shape), "scale": scale, kind: _base64(numbers)}


def _weights(rows: object) -> dict[str, Any]:
    return packed_array(np.asarray(rows, np.float32), exact=True)


def _base64(values: NDArray[Any]) -> str:
    return b64encode(values.tobytes()).decode("ascii")
