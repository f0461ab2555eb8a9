"""What the training room knows of a task: batches by number, a loss for each, and a score on validation data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from recurra.training.loss import Loss

Index = NDArray[np.int64]  # the numbers of the examples in a batch
Carried = tuple[Tensor, ...]  # what a batch leaves to the next one: tensors with a row for each of its examples


class Score(NamedTuple):
    """A look at the validation data."""

    loss: float  # nats per token
    value: float  # the validation measure, lower is better


class Learner(Protocol):
    """A network, its data and its measure. The loop knows nothing else."""

    measure: str  # name of the validation measure, lower is better

    @property
    def model(self) -> nn.Module:
        """The network in training."""
        ...

    def batches(self, epoch: int) -> Sequence[Index]:
        """The batches of an epoch, a function of the seed and the epoch; every epoch has as many."""
        ...

    def heaviest(self) -> Index:
        """The batch that needs most memory."""
        ...

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        """The loss of a batch. `sampling` is the share of target inputs replaced by predictions."""
        ...

    def tokens(self, batch: Index) -> int:
        """Target tokens of a batch, as `loss` counts them."""
        ...

    def validation_pairs(self) -> int:
        """Examples to validate on."""
        ...

    def validate(self, pairs: int) -> Score:
        """The score on the first `pairs` validation examples."""
        ...

    def describe(self, batch: Index) -> str:
        """Where the examples of a batch come from, for messages."""
        ...


@runtime_checkable
class Carrying(Protocol):
    """A learner whose batches go on from one another: a text in pieces (truncated back-propagation through time).

    The loop hands on what a batch leaves, takes it apart where a batch is computed in parts, and keeps it in the
    checkpoint. So the learner remembers nothing, and a resumed run is the run that was never stopped.
    """

    def loss_from(self, batch: Index, carried: Carried, *, smoothing: float, sampling: float) -> tuple[Loss, Carried]:
        """The loss of a batch, and what it leaves; `carried` is empty at the beginning of an epoch."""
        ...
