"""A classifier of texts, vectors and series."""

# scikit-learn has no types:
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, column_or_1d

from recurra.sklearn.inputs import ContentEstimator
from recurra.tasks.answer import AnyAnswer
from recurra.tasks.classify.answer import LabelProbabilities


class RecurraClassifier(ClassifierMixin, ContentEstimator):
    """Gives each input one of several labels: a recurrent network for texts and series, a feed-forward one for vectors.

    Its parameters are those of `WordEstimator`.

    Attributes:
        classes_: the labels, sorted.
        class_prior_: how frequent each of them is in the training data; what an empty text is answered with.
    """

    task = "classify"
    classes_: NDArray[Any]
    class_prior_: list[float]

    def fit(self, X: object, y: object) -> Self:
        """Trains.

        Args:
            X: texts, vectors [N, D], series [N, T, D], or a list of series [T, D].
            y: a label for each: strings, whole numbers, truth values.

        Raises:
            ValueError: X or y cannot be read as inputs and labels.
        """
        inputs = self._contents(X, reset=True)
        if y is None:
            raise ValueError("This classifier requires y to be passed, but the target y is None.")
        labels = column_or_1d(y, warn=True)
        check_consistent_length(inputs, labels)
        check_classification_targets(labels)
        self.classes_, numbers, counts = np.unique(labels, return_inverse=True, return_counts=True)
        if len(self.classes_) < 2:
            raise ValueError(f"Expected labels of at least 2 classes, got only one class: {self.classes_[0]!r}.")
        self.class_prior_ = [float(share) for share in counts / counts.sum()]
        rows = [(one, str(self.classes_[k])) for one, k in zip(inputs, numbers, strict=True)]
        self.model_ = self._train(rows, vectors=self.vectors)
        return self

    def predict_proba(self, X: object) -> NDArray[np.float64]:
        """The probabilities of the labels [N, L], in the order of `classes_`."""
        model = self._fitted()
        names = [str(label) for label in self.classes_]
        found = [self._row(answer, names) for answer in model.predict_iter(self._contents(X, reset=False))]
        return np.array(found, np.float64).reshape(-1, len(names))

    def predict(self, X: object) -> NDArray[Any]:
        """The most probable label of each input."""
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def _row(self, answer: AnyAnswer, names: list[str]) -> Sequence[float]:
        assert isinstance(answer.details, LabelProbabilities)
        found = answer.details.probabilities
        return [found.get(name, 0.0) for name in names] if found else self.class_prior_
