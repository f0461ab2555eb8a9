"""A regressor of texts, vectors and series."""

# scikit-learn has no types:
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_array, check_consistent_length, column_or_1d

from recurra.sklearn.inputs import ContentEstimator
from recurra.tasks.many_to_one.numbers import NumberDetails


class RecurraRegressor(RegressorMixin, ContentEstimator):
    """Gives each input a number: a recurrent network for texts and series, a feed-forward one for vectors.

    Its parameters are those of `WordEstimator`.

    Attributes:
        mean_: of the training numbers; what an empty text is answered with.
    """

    task = "regress"
    mean_: float

    def fit(self, X: object, y: object) -> Self:
        """Trains.

        Args:
            X: texts, vectors [N, D], series [N, T, D], or a list of series [T, D].
            y: a number for each.

        Raises:
            ValueError: X or y cannot be read as inputs and numbers.
        """
        inputs = self._contents(X, reset=True)
        if y is None:
            raise ValueError("This regressor requires y to be passed, but the target y is None.")
        numbers: object = column_or_1d(y, warn=True)
        numbers = np.asarray(check_array(numbers, ensure_2d=False, dtype="float64", input_name="y"), np.float64)
        check_consistent_length(inputs, numbers)
        if len(numbers) < 2:
            raise ValueError(f"Expected at least 2 examples, got n_samples={len(numbers)}.")
        self.mean_ = float(numbers.mean())
        rows = [(one, repr(number)) for one, number in zip(inputs, numbers.tolist(), strict=True)]
        self.model_ = self._train(rows, vectors=self.vectors)
        return self

    def predict(self, X: object) -> NDArray[np.float64]:
        """A number for each input."""
        model = self._fitted()
        details = [answer.details for answer in model.predict_iter(self._contents(X, reset=False))]
        found = [one.value for one in details if isinstance(one, NumberDetails)]
        return np.array([self.mean_ if value is None else value for value in found], np.float64)
