"""A translator from text to text."""

# scikit-learn has no types:
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_consistent_length

from recurra.sklearn.base import TextEstimator


class RecurraTranslator(TextEstimator):
    """Writes a text for a text: translations, spellings, inflected forms, dates in one form.

    Its parameters are those of `WordEstimator`.
    """

    task = "translate"

    def fit(self, X: Iterable[str | Sequence[str]], y: Iterable[str]) -> Self:
        """Trains.

        Args:
            X: texts; of several columns a tuple, a list or a row of them for each.
            y: the text that is right for each.
        """
        sources, targets = [source(one) for one in X], list(y)
        check_consistent_length(sources, targets)
        self.model_ = self._train(list(zip(sources, targets, strict=True)), vectors=self.vectors)
        return self

    def predict(self, X: Iterable[str | Sequence[str]]) -> NDArray[np.object_]:
        """A text for each, as an array of strings."""
        model = self._fitted()
        return np.array([answer.text for answer in model.predict_iter(map(source, X))], dtype=object)

    def score(self, X: Iterable[str | Sequence[str]], y: Iterable[str]) -> float:
        """The share of the texts that are exactly right."""
        return self._fitted().score([source(one) for one in X], list(y))


def source(given: str | Iterable[object]) -> str | tuple[str, ...]:
    """A text, or the columns of one."""
    return given if isinstance(given, str) else tuple(str(cell) for cell in given)
