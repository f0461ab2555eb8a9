"""What the training room needs to know of a network that labels: its batches, its loss, its score."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import softmax

from recurra.data import BatchingOptions, EncodedTable
from recurra.models import Classifier, device_of
from recurra.tasks.classify.inputs import Inputs
from recurra.tasks.examples import Order, batches_of_like_length, named, spread
from recurra.training import Index, Loss, Score, token_loss

NOBODY = -1  # the number of a label that the network does not know
TIE = 1e-4  # what a look's second criterion counts beside the first


class LabelLearner:
    """A network with its training and validation examples.

    Args:
        examples: the training examples that are used; those that are too long are left out.
        options: how large a batch may be.
        seed: of the order.
    """

    measure = "error"

    def __init__(
        self,
        model: Classifier,
        inputs: Inputs,
        train: EncodedTable,
        valid: EncodedTable,
        examples: Index,
        options: BatchingOptions,
        seed: int,
    ) -> None:
        self.model = model
        self.inputs = inputs
        self.train = train
        self.valid = valid
        self.order = Order(examples, options, seed, inputs.lengths(train["input"].lengths))
        self.device = device_of(model)

    def batches(self, epoch: int) -> list[Index]:
        return self.order.batches(epoch)

    def largest_batch(self) -> Index:
        return self.order.largest_batch()

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        scores = self.model(self.inputs.batch(self.train["input"].gather(batch)).to(self.device))
        return token_loss(scores, labels_of(self.train, batch).to(self.device), smoothing)

    def tokens(self, batch: Index) -> int:
        return len(batch)

    def validation_examples(self) -> int:
        return len(self.valid)

    @torch.inference_mode()
    def validate(self, examples: int) -> Score:
        """The error rate in percent; between equal ones, how improbable the right labels are, decides."""
        self.model.eval()
        loss, wrong, improbable, known, count = 0.0, 0, 0.0, 0, 0
        for batch in validation_batches(self.valid, self.inputs, examples):
            scores = self.model(self.inputs.batch(self.valid["input"].gather(batch)).to(self.device)).float().cpu()
            right = labels_of(self.valid, batch)
            some = right != NOBODY
            loss += float(token_loss(scores[some], right[some]).total) if some.any() else 0.0
            chance = softmax(scores, dim=-1)[torch.arange(len(right)), right.clamp(min=0)] * some
            wrong += int((scores.argmax(-1) != right).sum())
            improbable += float((1 - chance).sum())
            known, count = known + int(some.sum()), count + len(right)
        return Score(loss / max(known, 1), 100 * (wrong + TIE * improbable) / max(count, 1))

    def describe(self, batch: Index) -> str:
        return f"the batch of lines {named(sorted(self.train.lines[batch].tolist()))}"


def labels_of(table: EncodedTable, batch: Index) -> torch.Tensor:
    """The numbers of the labels [B]."""
    return torch.from_numpy(table["label"].gather(batch).values.astype(np.int64))


def validation_batches(valid: EncodedTable, inputs: Inputs, examples: int) -> list[Index]:
    """Batches over so many of the validation examples, spread evenly over the file, of like lengths."""
    chosen = spread(len(valid), examples)
    return [chosen[batch] for batch in batches_by_length(inputs.lengths(valid["input"].lengths)[chosen])]


def batches_by_length(lengths: NDArray[np.int32]) -> list[Index]:
    """Batches for an answer, the shortest inputs first."""
    return batches_of_like_length(lengths, BatchingOptions(batch_tokens=16384, batch_examples=512))
