"""What all estimators have in common: their parameters, and how a model is trained without leaving a folder.

A parameter is only kept when the estimator is made, and read when it is fitted, as scikit-learn wants it.
"""

# scikit-learn has no types:
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted

from recurra import api
from recurra.api import Model
from recurra.api.given import Lists
from recurra.errors import UsageError

SEEDS = 2**31 - 1
SHORT = {  # parameter -> setting
    "width": "model.width",
    "cell": "model.cell",
    "layers": "model.layers",
    "learning_rate": "training.learning_rate",
}


class RecurraEstimator(BaseEstimator):
    """The parameters of all estimators.

    Args:
        epochs: passes over the training data.
        time: how long fitting may take, such as "5m", instead of epochs; what comes out then depends on the machine.
        width, cell, layers, learning_rate: settings of the network and its training; the task's defaults if None.
        settings: any other settings of the task's recipe: {"model.dropout": 0.3}; `recurra settings --task` lists them.
        validation_fraction: share of the training data that chooses the best weights and ends the training early; of
            very few examples all are used for both.
        random_state: seed of weights, order and dropout; the same one gives the same model.
        progress: whether the training is shown; None: in a terminal and a notebook.

    Attributes:
        model_: the trained model, a `recurra.Model`: it can be saved, traced, and evaluated with intervals.
    """

    task: ClassVar[str]  # of recurra
    short: ClassVar[Mapping[str, str]] = SHORT
    model_: Model

    def __init__(
        self,
        *,
        epochs: float = 30,
        time: str | None = None,
        width: int | None = None,
        cell: str | None = None,
        layers: int | None = None,
        learning_rate: float | None = None,
        settings: Mapping[str, object] | None = None,
        validation_fraction: float = 0.1,
        random_state: int | np.random.RandomState | None = None,
        progress: bool | None = False,
    ) -> None:
        self.epochs = epochs
        self.time = time
        self.width = width
        self.cell = cell
        self.layers = layers
        self.learning_rate = learning_rate
        self.settings = settings
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.progress = progress

    def _train(
        self, rows: Sequence[object], *, vectors: str | Path | None = None, gazetteers: Lists | None = None
    ) -> Model:
        """The model of some examples. Its folder is gone when this returns; `Model.save` makes another."""
        with tempfile.TemporaryDirectory(prefix="recurra-", ignore_cleanup_errors=True) as folder:
            return api.train(
                rows,
                task=self.task,
                to=Path(folder) / "model",
                time=self.time,
                epochs=None if self.time else self.epochs,
                settings=self._settings(),
                vectors=vectors,
                gazetteers=gazetteers,
                progress=self.progress,
            )

    def _settings(self) -> dict[str, object]:
        """All settings by their names in the recipe.

        Raises:
            UsageError: one that is given twice.
        """
        own = dict(self.settings or {})
        given = {name: getattr(self, short) for short, name in self.short.items() if getattr(self, short) is not None}
        for name in given:
            if name in own:
                raise UsageError(f"{name} is given twice", where="settings", fix="Leave one of them out.")
        seed = int(check_random_state(self.random_state).randint(SEEDS))
        # Which precision is faster is measured, and so may come out differently the next time.
        fixed = {"training.seed": seed, "training.precision": "float32", "data.valid_share": self.validation_fraction}
        return {**fixed, **own, **given}

    def _fitted(self) -> Model:
        check_is_fitted(self)
        return self.model_


class WordEstimator(RecurraEstimator):
    """An estimator that may read words.

    Args:
        vectors: a file of pretrained word vectors, or a folder of model2vec, as word embeddings: docs/vectors.md.

    All other parameters are those of `RecurraEstimator`.
    """

    def __init__(
        self,
        *,
        vectors: str | Path | None = None,
        epochs: float = 30,
        time: str | None = None,
        width: int | None = None,
        cell: str | None = None,
        layers: int | None = None,
        learning_rate: float | None = None,
        settings: Mapping[str, object] | None = None,
        validation_fraction: float = 0.1,
        random_state: int | np.random.RandomState | None = None,
        progress: bool | None = False,
    ) -> None:
        super().__init__(
            epochs=epochs, time=time, width=width, cell=cell, layers=layers, learning_rate=learning_rate,
            settings=settings, validation_fraction=validation_fraction, random_state=random_state, progress=progress,
        )  # fmt: skip
        self.vectors = vectors


class TextEstimator(WordEstimator):
    """An estimator of texts and their targets, not of a table of numbers."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        return tags
