"""What the training room needs to know of a tagger: its batches, its loss, its score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from recurra.data import BatchingOptions, EncodedTable
from recurra.data.schemes import Scheme, Span
from recurra.lists import integers
from recurra.metrics.spans import span_f1, tag_accuracy
from recurra.models.tagger import Tagger
from recurra.tasks.examples import ExampleLearner, Order, batches_of_like_length, spread
from recurra.tasks.tag.sentences import unknown_tag
from recurra.tasks.tag.words import batch_from, to_device
from recurra.training import Index, Loss, Score


class TagLearner(ExampleLearner[Tagger, EncodedTable]):
    """A tagger with its training and validation sentences; what validates are spans where the tags write spans.

    Args:
        tags: the names of the tags, by number.
        scheme: how they write spans; None: they write none.
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
        scheme: Scheme | None,
        options: BatchingOptions,
        seed: int,
    ) -> None:
        self.lengths = train["words"].lengths
        super().__init__(model, train, valid, Order(examples, options, seed, self.lengths))
        self.names = list(tags)
        self.scheme = scheme
        self.counts = torch.bincount(torch.from_numpy(train["words"].values.astype(np.int64)))  # of each word
        self.measure = "wrong_spans" if scheme else "wrong_tags"

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        sentences, _, classes = batch_from(self.train, batch)
        sentences = sentences._replace(counts=self.counts[sentences.words.values])
        total = self.model.loss(to_device(sentences, self.device), classes.to(self.device), smoothing)
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
            sentences, tags, classes = batch_from(self.valid, chosen[batch])
            sentences = to_device(sentences, self.device)
            known = (classes >= 0).all(1)
            emissions = self.model(sentences)
            nats = self.model.sentence_losses(emissions, classes.clamp(min=0).to(self.device)).cpu()
            loss += float(nats[known].sum())
            best = self.model.best(emissions).cpu()
            lengths = integers(sentences.words.lengths)
            tokens += int(sentences.words.lengths.cpu()[known].sum())
            for row, right, length in zip(best, tags, lengths, strict=True):
                predictions.append(self._names(row[:length]))
                references.append(self._names(right[:length]))
        if self.scheme:
            quality = span_f1(spans_of(predictions, self.scheme), spans_of(references, self.scheme))
        else:
            quality = tag_accuracy(predictions, references)
        return Score(loss / max(tokens, 1), 100 - quality.value)

    def _names(self, numbers: torch.Tensor) -> list[str]:
        found = integers(numbers)
        return [self.names[number] if number >= 0 else unknown_tag(number, self.scheme) for number in found]


def batches_by_length(lengths: NDArray[np.int32]) -> list[Index]:
    """Batches for answers, the shortest sentences first."""
    return batches_of_like_length(lengths, BatchingOptions(batch_tokens=8192, batch_examples=256))


def spans_of(sentences: Sequence[Sequence[str]], scheme: Scheme) -> list[set[Span]]:
    """The spans that the tags of each sentence write."""
    return [{*scheme.spans(tags)} for tags in sentences]
