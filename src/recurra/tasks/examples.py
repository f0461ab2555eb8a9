"""What learners of numbered examples have in common: which examples they use, in which batches, and where these stand.

N examples.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import nn

from recurra.data import BatchingOptions, eval_batches, longest_batch, make_batches
from recurra.errors import DataError, RunError
from recurra.models import device_of
from recurra.tasks.task import Emit
from recurra.text.counted import counted_as, is_or_are, named
from recurra.training import Index, Loss, Note, Score

E = TypeVar("E")

Lengths = NDArray[np.int32]


class Order:
    """The batches of each epoch: a function of the seed and the epoch.

    Args:
        examples: the numbers of those that are used.
        options: how large a batch may be.
        seed: of the order.
        sources: how long each example is that there is [N].
        targets: how long its output is, where that takes room in a batch too [N].
    """

    def __init__(
        self, examples: Index, options: BatchingOptions, seed: int, sources: Lengths, targets: Lengths | None = None
    ) -> None:
        self.examples = examples
        self.options = options
        self.seed = seed
        self.sources = sources
        self.targets = np.zeros_like(sources) if targets is None else targets

    def batches(self, epoch: int) -> list[Index]:
        """The numbers of the examples in each batch of an epoch."""
        sources, targets = self.sources[self.examples], self.targets[self.examples]
        return [self.examples[batch] for batch in make_batches(sources, targets, self.options, self.seed, epoch)]

    def largest_batch(self) -> Index:
        """The batch that takes most room."""
        batches = self.batches(0)
        return batches[longest_batch(batches, self.sources, self.targets)]


class Numbered(Protocol):
    """Examples as numbers on the disk."""

    lines: NDArray[np.int64]  # [N] where each stands in the user's file

    def __len__(self) -> int: ...


M = TypeVar("M", bound=nn.Module)
N = TypeVar("N", bound=Numbered)


class ExampleLearner(ABC, Generic[M, N]):
    """A network with its training and validation examples, for tasks whose examples are learned one by one.

    What a task adds is its loss and its score.

    Args:
        order: of the training examples that are used.
    """

    measure: str  # name of the validation measure, lower is better
    noun: str = "the batch of lines"  # what `describe` says before the lines

    def __init__(self, model: M, train: N, valid: N, order: Order) -> None:
        self.model = model
        self.train = train
        self.valid = valid
        self.order = order
        self.device = device_of(model)

    @abstractmethod
    def loss(self, batch: Index, *, smoothing: float, sampling: float) -> Loss:
        """The loss of a batch."""

    @abstractmethod
    def tokens(self, batch: Index) -> int:
        """Target tokens of a batch, as `loss` counts them."""

    @abstractmethod
    def validate(self, examples: int) -> Score:
        """The score on so many of the validation examples."""

    def batches(self, epoch: int) -> list[Index]:
        """The batches of an epoch."""
        return self.order.batches(epoch)

    def largest_batch(self) -> Index:
        """The batch that needs most memory."""
        return self.order.largest_batch()

    def validation_examples(self) -> int:
        """Examples to validate on."""
        return len(self.valid)

    def describe(self, batch: Index) -> str:
        """Where the examples of a batch come from."""
        return f"{self.noun} {named(sorted(self.train.lines[batch].tolist()))}"


def batches_of_like_length(lengths: Lengths, options: BatchingOptions) -> list[Index]:
    """Batches for inference, the shortest examples first."""
    return eval_batches(lengths, options, np.zeros_like(lengths))


def short_enough(lengths: Lengths, longest: int, noun: str, unit: str, emit: Emit) -> Index:
    """The numbers of the examples that are not longer than allowed; says how many are left out.

    Args:
        noun, unit: what examples and their lengths are called, in the plural.

    Raises:
        RunError: all are longer.
    """
    kept = np.flatnonzero(lengths <= longest).astype(np.int64)
    if not len(kept):
        raise RunError(f"all {noun} are longer than {longest:,} {unit}", fix="Raise --set data.max_length.")
    if len(kept) < len(lengths):
        left = len(lengths) - len(kept)
        emit(Note(f"{left:,} of {counted_as(len(lengths), noun)} {is_or_are(left)} longer than {longest:,} {unit} and "
                  f"{is_or_are(left)} left out (data.max_length)"))  # fmt: skip
    return kept


def at_least_one(examples: Iterable[E]) -> list[E]:
    """All of the examples, to be measured on.

    Raises:
        DataError: there are none.
    """
    found = list(examples)
    if not found:
        raise DataError("there are no examples", where=getattr(examples, "name", None))
    return found


def spread(total: int, wanted: int) -> Index:
    """At most `wanted` of the numbers below `total`, spread evenly over them."""
    return np.unique(np.linspace(0, total - 1, min(wanted, total)).astype(np.int64))
