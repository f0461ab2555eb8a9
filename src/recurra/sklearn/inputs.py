"""Inputs as scikit-learn's users have them (arrays, data frames, lists of texts), as recurra reads them.

N inputs, D numbers, T steps.
"""

# scikit-learn has no types:
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy as np
from sklearn.utils import Tags
from sklearn.utils.validation import validate_data

from recurra.data.frames import frame_of
from recurra.sklearn.base import WordEstimator

TEXTS, ARRAYS, RAGGED = "texts", "arrays of numbers", "series of different lengths"


class ContentEstimator(WordEstimator):
    """An estimator that reads texts, vectors or series, whichever it is fitted to.

    Attributes:
        input_kind_: which of them it was fitted to, in words.
    """

    input_kind_: str

    def _contents(self, X: Any, *, reset: bool) -> list[object]:
        """The inputs one by one.

        Args:
            X: texts, numbers [N, D] or [N, T, D], or a list of series [T, D].
            reset: whether the estimator is being fitted to them; else they have to be as they were then.

        Raises:
            ValueError: something else, or other inputs than those of fitting.
        """
        kind = kind_of(X)
        if reset:
            self.input_kind_ = kind
        elif kind != self.input_kind_:
            raise ValueError(f"The estimator was fitted to {self.input_kind_}, and these are {kind}.")
        if kind == TEXTS:
            return [str(text) for text in X]
        if kind == RAGGED:
            return [np.asarray(one, np.float32) for one in X]
        checked: Any = validate_data(self, X, reset=reset, dtype=np.float64, allow_nd=True)
        return list(np.asarray(checked, np.float32))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.three_d_array = True
        return tags


def kind_of(X: object) -> str:
    """What the inputs are, in words.

    Only the first of them is looked at: `validate_data` refuses what is not like it.

    Raises:
        ValueError: a single text, or a table of them.
    """
    if isinstance(X, str | bytes):
        raise ValueError("Expected several texts, got a single one: give a list of texts.")
    listed = isinstance(X, list | tuple)
    # What is no list may be a data frame, and going through one gives the names of its columns.
    if not isinstance(X, Iterable) or (not listed and np.ndim(cast("Any", X)) != 1):
        if any(isinstance(cell, str) for cell in first_row(X)):
            raise ValueError(
                "Expected texts in one dimension, got a table of texts: give its column, X['name'] or X[:, 0]. For "
                "several columns: recurra.train(X, y, task=...)."
            )
        return ARRAYS
    first: Any = next(iter(X), None)
    if isinstance(first, str):
        return TEXTS
    return RAGGED if listed and np.ndim(first) == 2 else ARRAYS


def first_row(X: object) -> Sequence[object]:
    """The cells of the first row of a data frame, or of an array that may hold texts; nothing of others."""
    frame = frame_of(X)
    if frame is not None:
        return frame.row(0) if len(frame) else ()
    return list(X[0]) if isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype.kind in "OU" and len(X) else ()
