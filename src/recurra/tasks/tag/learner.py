"""What the training room needs to know of a tagger: its batches, its loss, its score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from recurra.data import BatchingOptions, EncodedTable
from recurra.metrics import Measure
from recurra.models.tagger import Tagger
from recurra.tasks.examples import ExampleLearner, Order, batches_of_like_length, spread
from recurra.tasks.tag.words import batch_from, to_device
from recurra.training import Index, Loss, Score

MeasureTags = Callable[[list[list[str]], list[list[str]]], Measure]  # predictions, references


class TagLearner(ExampleLearner[Tagger, EncodedTable]):
    """A tagger with its training and validation sentences.

    Args:
        tags: the names of the tags, by number.
        quality: what is measured in a look, in percent, higher is better.
        measure: the name of 100 minus that.
        options: how large a batch may be.
        seed: of the order.
    """

    noun = "the sentences that begin on lines"

    def __init__(
        self,
        model: Tagger,
        train: EncodedTable,
        valid: EncodedTable,
        examples: Index,
        tags: Sequence[str],
        quality: MeasureTags,
        measure: str,
        options: BatchingOptions,
        seed: int,
    ) -> None:
        self.lengths = train["words"].lengths
        super().__init__(model, train, valid, Order(examples, options, seed, self.lengths))
        self.tags = tags
        self.quality = quality
        self.measure = measure

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        sentences, tags = batch_from(self.train, batch)
        total = self.model.loss(to_device(sentences, self.device), tags.to(self.device), smoothing)
        return Loss(total, self.tokens(batch))

    def tokens(self, batch: Index) -> int:
        return int(self.lengths[batch].sum())

    @torch.inference_mode()
    def validate(self, examples: int) -> Score:
        self.model.eval()
        loss, tokens = 0.0, 0
        predictions: list[list[str]] = []
        references: list[list[str]] = []
        chosen = spread(len(self.valid), examples)
        for batch in batches_by_length(self.valid["words"].lengths[chosen]):
            sentences, tags = batch_from(self.valid, chosen[batch])
            sentences = to_device(sentences, self.device)
            loss += float(self.model.loss(sentences, tags.to(self.device)))
            best = self.model.best(self.model(sentences)).cpu()
            lengths = cast("list[int]", sentences.words.lengths.tolist())
            for row, right, length in zip(best, tags, lengths, strict=True):
                predictions.append(self._names(row[:length]))
                references.append(self._names(right[:length]))
                tokens += length
        return Score(loss / max(tokens, 1), 100 - self.quality(predictions, references).value)

    def _names(self, numbers: torch.Tensor) -> list[str]:
        return [self.tags[number] for number in cast("list[int]", numbers.tolist())]


def batches_by_length(lengths: NDArray[np.int32]) -> list[Index]:
    """Batches for answers, the shortest sentences first."""
    return batches_of_like_length(lengths, BatchingOptions(batch_tokens=8192, batch_examples=256))
