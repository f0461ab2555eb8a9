"""What the training room needs to know of a tagger: its batches, its loss, its score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from recurra.data import BatchingOptions, EncodedTable
from recurra.data.bio import is_bio, spans
from recurra.metrics import Measure
from recurra.metrics.spans import span_f1, tag_accuracy
from recurra.models.tagger import Tagger
from recurra.tasks.examples import ExampleLearner, Order, batches_of_like_length, spread
from recurra.tasks.tag.words import batch_from, to_device
from recurra.training import Index, Loss, Score


class TagLearner(ExampleLearner[Tagger, EncodedTable]):
    """A tagger with its training and validation sentences; what validates are spans where the tags write spans.

    Args:
        tags: the names of the tags, by number.
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
        options: BatchingOptions,
        seed: int,
    ) -> None:
        self.lengths = train["words"].lengths
        super().__init__(model, train, valid, Order(examples, options, seed, self.lengths))
        self.names = [*tags, "I-?", "B-?"]  # unknown tags have the numbers -2 and -1
        self.by_spans = is_bio(tags)
        self.measure = "wrong_spans" if self.by_spans else "wrong_tags"

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
            known = (tags >= 0).all(1)
            nats = self.model.sentence_losses(sentences, tags.clamp(min=0).to(self.device)).cpu()
            loss += float(nats[known].sum())
            best = self.model.best(self.model(sentences)).cpu()
            lengths = cast("list[int]", sentences.words.lengths.tolist())
            tokens += int(sentences.words.lengths.cpu()[known].sum())
            for row, right, length in zip(best, tags, lengths, strict=True):
                predictions.append(self._names(row[:length]))
                references.append(self._names(right[:length]))
        measure = quality_of_spans if self.by_spans else tag_accuracy
        return Score(loss / max(tokens, 1), 100 - measure(predictions, references).value)

    def _names(self, numbers: torch.Tensor) -> list[str]:
        return [self.names[number] for number in cast("list[int]", numbers.tolist())]


def batches_by_length(lengths: NDArray[np.int32]) -> list[Index]:
    """Batches for answers, the shortest sentences first."""
    return batches_of_like_length(lengths, BatchingOptions(batch_tokens=8192, batch_examples=256))


def count_unknown(table: EncodedTable) -> int:
    """Sentences with a tag that the network does not know."""
    return sum(bool((table["tags"].row(row) < 0).any()) for row in range(len(table)))


def quality_of_spans(predictions: list[list[str]], references: list[list[str]]) -> Measure:
    """F1 of the spans that the tags write."""
    return span_f1([{*spans(tags)} for tags in predictions], [{*spans(tags)} for tags in references])
