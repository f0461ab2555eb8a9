"""A tagger of sequences of tokens."""

# scikit-learn has no types:
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np
from sklearn.utils.validation import check_consistent_length

from recurra.api.given import Lists
from recurra.sklearn.base import TextEstimator
from recurra.tasks.tag.answer import TaggedTokens


class RecurraTagger(TextEstimator):
    """Gives each token of a sentence a tag.

    Args:
        gazetteers: lists of names: {"city": "cities.txt", "month": ["May", "June"]}, or files with one name per line.

    All other parameters are those of `WordEstimator`.

    Attributes:
        classes_: the tags, sorted.
    """

    task = "tag"
    classes_: list[str]

    def __init__(
        self,
        *,
        vectors: str | Path | None = None,
        gazetteers: Lists | None = None,
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
            vectors=vectors, epochs=epochs, time=time, width=width, cell=cell, layers=layers,
            learning_rate=learning_rate, settings=settings, validation_fraction=validation_fraction,
            random_state=random_state, progress=progress,
        )  # fmt: skip
        self.gazetteers = gazetteers

    def fit(self, X: Iterable[str | Sequence[str]], y: Iterable[str | Sequence[str]]) -> Self:
        """Trains.

        Args:
            X: sentences: lists of tokens, or texts with spaces between the tokens.
            y: for each its tags, likewise.
        """
        sentences, tags = [tokens(one) for one in X], [tokens(one) for one in y]
        check_consistent_length(sentences, tags)
        self.classes_ = sorted({tag for row in tags for tag in row})
        self.model_ = self._train(
            list(zip(sentences, tags, strict=True)), vectors=self.vectors, gazetteers=self.gazetteers
        )
        return self

    def predict(self, X: Iterable[str | Sequence[str]]) -> list[list[str]]:
        """The tags of each sentence."""
        model = self._fitted()
        answers = model.predict_iter(tokens(one) for one in X)
        return [answer.details.tags for answer in answers if isinstance(answer.details, TaggedTokens)]

    def score(self, X: Iterable[str | Sequence[str]], y: Iterable[str | Sequence[str]]) -> float:
        """The F1 of spans where the tags write spans (BIO, BIOES, ...), else the share of the tags that are right."""
        return self._fitted().score([tokens(one) for one in X], [tokens(one) for one in y])


def tokens(given: str | Iterable[object]) -> list[str]:
    """The tokens of a sentence, or its tags."""
    return given.split() if isinstance(given, str) else [str(token) for token in given]
