"""What the training room needs to know of a network that makes one answer of a whole input."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recurra.columns import Inputs
from recurra.data import BatchingOptions, EncodedTable
from recurra.models import ManyToOne
from recurra.padded import Padded
from recurra.tasks.examples import ExampleLearner, Order, batches_of_like_length, spread
from recurra.tasks.many_to_one.head import Head
from recurra.tasks.many_to_one.shares import chosen_shares
from recurra.training import Index, Loss, Score

TARGET = "label"  # the column of an encoded table that holds the targets
WIDE = "wide"  # and the one that holds the scores of the wide part


class HeadLearner(ExampleLearner[ManyToOne, EncodedTable]):
    """A network with its training and validation examples.

    Args:
        examples: the training examples that are used; those that are too long are left out.
        options: how large a batch may be.
        seed: of the order.
    """

    def __init__(
        self,
        model: ManyToOne,
        inputs: Inputs,
        head: Head,
        train: EncodedTable,
        valid: EncodedTable,
        examples: Index,
        options: BatchingOptions,
        seed: int,
    ) -> None:
        super().__init__(model, train, valid, Order(examples, options, seed, inputs.lengths(train)))
        self.inputs = inputs
        self.head = head
        self.measure = head.measure

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        outputs = self._outputs(batch)
        return self.head.loss(outputs, targets_of(self.train, batch).to(self.device), smoothing)

    def tokens(self, batch: Index) -> int:
        return len(batch)

    @torch.inference_mode()
    def validate(self, examples: int) -> Score:
        """The head's score over so many of the validation examples, spread evenly over the file.

        The weights of the network and of its wide part are chosen on the same examples. As long as these do not surely
        support a network, all networks are worth the same; then the one counts as better that would be better with the
        best weights, so that a network that learns is not taken for one that has stopped.
        """
        self.model.eval()
        chosen = spread(len(self.valid), examples)
        batches = [chosen[batch] for batch in batches_by_length(self.inputs.lengths(self.valid)[chosen])]
        outputs = torch.cat([self.model(self._columns(self.valid, batch)).float().cpu() for batch in batches])
        targets = torch.cat([targets_of(self.valid, batch) for batch in batches])
        if self.model.wide is None:
            return self.head.score(self.head.sums(outputs, targets))
        beside = torch.cat([self._beside(self.valid, batch) for batch in batches])
        shares = chosen_shares(outputs, beside, self.head, self.head.targets(targets))
        self.model.shares.copy_(torch.tensor(shares.supported))
        supported, best = (
            self.head.score(self.head.sums(own * outputs + others * beside, targets))
            for own, others in (shares.supported, shares.best)
        )
        return supported._replace(second=best.order[1])

    def _outputs(self, batch: Index) -> Tensor:
        """Of training examples, of which a share is answered without the wide part."""
        columns = self._columns(self.train, batch)
        if self.model.wide is None:
            return self.model(columns)
        seen = torch.rand(len(batch), 1, device=self.device) >= self.head.alone
        return self.model(columns, self._beside(self.train, batch).to(self.device) * seen)

    def _columns(self, table: EncodedTable, batch: Index) -> list[Padded]:
        return [column.to(self.device) for column in self.inputs.gather(table, batch)]

    def _beside(self, table: EncodedTable, batch: Index) -> Tensor:
        """What the wide part says of examples [B, L]."""
        return torch.from_numpy(table[WIDE].gather(batch).values.reshape(-1, self.head.size).copy())


def targets_of(table: EncodedTable, batch: Index) -> Tensor:
    """What is kept of the labels [B]."""
    return torch.from_numpy(table[TARGET].gather(batch).values.copy())


def batches_by_length(lengths: NDArray[np.int32]) -> list[Index]:
    """Batches for an answer, the shortest inputs first."""
    return batches_of_like_length(lengths, BatchingOptions(batch_tokens=16384, batch_examples=512))
