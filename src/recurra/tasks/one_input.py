"""Whether what is given in Python is one input or several: one is answered with one answer, several with a list.

A list of texts is several, a tuple of texts is one: the columns of a text, the turns of a dialogue, the tokens of a
sentence. Of numbers it is their dimensions that tell, and those follow from what the model reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Real
from pathlib import PurePath
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recurra.data import Numbers
from recurra.data.series import Series
from recurra.narrowing import is_sequence

CHANNELS = (1, 3, 4)  # of an image, its last axis


@runtime_checkable
class Array(Protocol):
    """Whatever numpy reads as an array: numpy's own, torch's, columns of a data frame."""

    def __array__(self) -> NDArray[np.generic]:
        """The numbers."""
        ...


def is_one_text(given: object) -> bool:
    """Of a model that reads text: a string, a tuple of strings, or a row with names."""
    return isinstance(given, str | bytes | tuple | Mapping | PurePath) or not isinstance(given, Iterable)


def is_one_vector(given: object) -> bool:
    """Of a model that reads vectors: a line of numbers, [D], or the numbers by name."""
    return isinstance(given, Numbers) or _is_no_list(given) or len(shape(given)) == 1


def is_one_series(given: object, columns: int) -> bool:
    """Of a model that reads series of so many columns: [T], [T, D], or columns by name."""
    if isinstance(given, Numbers | Series) or _is_no_list(given):
        return True
    found = shape(given)
    return len(found) == 1 or (len(found) == 2 and found[1] == columns)


def is_one_image(given: object) -> bool:
    """Of a model that reads images: a path, a Pillow image, or an array [H, W] or [H, W, C]."""
    if isinstance(given, Image.Image) or _is_no_list(given):
        return True
    found = shape(given) if isinstance(given, Array) else ()
    return len(found) == 2 or (len(found) == 3 and found[2] in CHANNELS)


def shape(given: object) -> tuple[int, ...]:
    """How many numbers there are in each direction, of lists by their first elements; () where there are none."""
    if is_sequence(given):
        if not given:
            return ()
        inside, number = shape(given[0]), isinstance(given[0], Real)
        return (len(given), *inside) if inside or number else ()
    values = np.asarray(given) if isinstance(given, Array) else np.empty(())
    return values.shape if values.dtype.kind in "biuf" else ()


def _is_no_list(given: object) -> bool:
    return isinstance(given, str | bytes | Mapping | PurePath) or not isinstance(given, Iterable)
