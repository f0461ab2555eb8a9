"""What the training room needs to know of a tagger: its batches, its loss, its score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from recurra.data import BatchingOptions, EncodedTable, eval_batches, longest_batch, make_batches
from recurra.metrics import Measure
from recurra.models import device_of
from recurra.models.tagger import Tagger
from recurra.tasks.tag.words import batch_from, to_device
from recurra.training import Index, Loss, Score

MeasureTags = Callable[[list[list[str]], list[list[str]]], Measure]  # predictions, references


class TagLearner:
    """A tagger with its training and validation sentences.

    Args:
        tags: the names of the tags, by number.
        quality: what is measured in a look, in percent, higher is better.
        measure: the name of 100 minus that.
        options: how large a batch may be.
        seed: of the order.
    """

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
        self.model = model
        self.train = train
        self.valid = valid
        self.examples = examples
        self.tags = tags
        self.quality = quality
        self.measure = measure
        self.options = options
        self.seed = seed
        self.device = device_of(model)
        self.lengths = train["words"].lengths
        self.nothing = np.zeros(len(train), dtype=np.int32)  # what an output takes of a batch

    def batches(self, epoch: int) -> list[Index]:
        lengths, nothing = self.lengths[self.examples], self.nothing[self.examples]
        return [self.examples[batch] for batch in make_batches(lengths, nothing, self.options, self.seed, epoch)]

    def heaviest(self) -> Index:
        batches = self.batches(0)
        return batches[longest_batch(batches, self.lengths, self.nothing)]

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        sentences, tags = batch_from(self.train, batch)
        total = self.model.loss(to_device(sentences, self.device), tags.to(self.device), smoothing)
        return Loss(total, self.tokens(batch))

    def tokens(self, batch: Index) -> int:
        return int(self.lengths[batch].sum())

    def validation_pairs(self) -> int:
        return len(self.valid)

    @torch.inference_mode()
    def validate(self, pairs: int) -> Score:
        self.model.eval()
        loss, tokens = 0.0, 0
        predictions: list[list[str]] = []
        references: list[list[str]] = []
        chosen = np.unique(np.linspace(0, len(self.valid) - 1, min(pairs, len(self.valid))).astype(np.int64))
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

    def describe(self, batch: Index) -> str:
        lines: list[int] = sorted(self.train.lines[batch].tolist())
        more = f" and {len(lines) - 5} more" if len(lines) > 5 else ""
        return f"the sentences that begin on lines {', '.join(map(str, lines[:5]))}{more}"

    def _names(self, numbers: torch.Tensor) -> list[str]:
        return [self.tags[number] for number in cast("list[int]", numbers.tolist())]


def batches_by_length(lengths: NDArray[np.int32]) -> list[Index]:
    """Batches for answers, the shortest sentences first."""
    options = BatchingOptions(batch_tokens=8192, batch_pairs=256)
    return eval_batches(lengths, options, np.zeros(len(lengths), dtype=np.int32))
