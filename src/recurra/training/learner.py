"""What the training room knows of a task: batches by number, a loss for each, and a score on validation data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from recurra.training.chance import Losses
from recurra.training.loss import Loss

Index = NDArray[np.int64]  # the numbers of the examples in a batch
State = tuple[Tensor, ...]  # what a batch hands to the next one: tensors with a row for each of its examples


class Score(NamedTuple):
    """What a validation gave."""

    loss: float  # nats per token
    value: float  # the validation measure, lower is better
    second: float | None = None  # decides between equal values, lower is better; where there is none, the loss does

    @property
    def order(self) -> tuple[float, float]:
        """What is lower for better weights."""
        return self.value, self.loss if self.second is None else self.second


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

    def largest_batch(self) -> Index:
        """The batch that needs most memory."""
        ...

    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        """The loss of a batch. `sampling` is the share of target inputs replaced by predictions."""
        ...

    def tokens(self, batch: Index) -> int:
        """Target tokens of a batch, as `loss` counts them."""
        ...

    def validation_examples(self) -> int:
        """Examples to validate on."""
        ...

    def validate(self, examples: int) -> Score:
        """The score on `examples` of the validation examples, spread evenly over them."""
        ...

    def describe(self, batch: Index) -> str:
        """Where the examples of a batch come from, for messages."""
        ...


@runtime_checkable
class Begins(Protocol):
    """A learner whose untrained network is worth something: it answers a baseline.

    It stays the best one until a trained network is better by more than chance.
    """

    @property
    def baseline(self) -> str:
        """What the untrained network answers, in words."""
        ...

    @property
    def apart(self) -> int:
        """How many of the validation examples are independent of one another; windows that overlap are not."""
        ...

    def each_loss(self, examples: int) -> Losses:
        """The losses of so many validation examples, those of `validate`."""
        ...


@runtime_checkable
class Stateful(Protocol):
    """A learner whose batches continue one another: a text in pieces (truncated back-propagation through time).

    The loop passes the state after a batch to the next one, splits it where a batch is computed in parts, and keeps it
    in the checkpoint. So the learner itself is stateless, and a resumed run is the run that was never stopped.
    """

    def loss_from(self, batch: Index, state: State, *, smoothing: float, sampling: float) -> tuple[Loss, State]:
        """The loss of a batch and the state after it; `state` is empty at the beginning of an epoch."""
        ...
