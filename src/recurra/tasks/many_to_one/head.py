"""What stands at the end of a network that makes one answer of a whole input: a label, or a number.

A head is learned from the training examples once, and stored in the model. It turns labels into numbers on the disk,
has the loss and the validation score, and makes answers and measures of what the network (or several of them) gives.

B batch, N examples, L outputs of the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, Self

from torch import Tensor
from typing_extensions import TypeVar

from recurra.data import Examples, Kind, Labelled, Place
from recurra.metrics import Case, ExampleScores
from recurra.tasks.answer import AnyAnswer
from recurra.tasks.evaluation import Evaluation
from recurra.tasks.split import Split
from recurra.tasks.tracing import Scale
from recurra.tracing import AttentionMap
from recurra.training import Emit, Loss, Score


class HeadOptions(Protocol):
    """How a head answers, as far as it is the same for all."""

    @property
    def attention(self) -> bool:
        """Whether the weights of the pooling belong to an answer."""
        ...


R = TypeVar("R", contravariant=True, default=Any)  # the recipe
O = TypeVar("O", contravariant=True, default=Any)  # how it answers


class Head(Protocol[R, O]):
    """One of the heads of this folder: frozen dataclasses."""

    @property
    def measure(self) -> str:
        """Name of the validation measure."""
        ...

    @property
    def dtype(self) -> str:
        """numpy's name of what is kept of a label on the disk: "<i4"."""
        ...

    @property
    def size(self) -> int:
        """L."""
        ...

    @property
    def alone(self) -> float:
        """Share of the training examples that a network with a wide part answers without it.

        Two models that have each learned to tell the labels tell them better together. A residual is another number
        than the target, and no output can learn both; so in regression the share is 0.
        """
        ...

    @classmethod
    def check(cls, examples: Iterable[Labelled], recipe: R) -> None:
        """Refuses labels that cannot be learned.

        Raises:
            DataError: all of them in one message.
        """
        ...

    @classmethod
    def settle(cls, whole: Examples[Labelled], parts: Split, kind: Kind[Labelled], emit: Emit) -> Split:
        """The training and validation examples, where some have to go to the other side."""
        ...

    @classmethod
    def say_unseen(cls, parts: Split, emit: Emit) -> None:
        """Says what stands in given validation examples that cannot be learned from the training examples."""
        ...

    @classmethod
    def learn(cls, train: Iterable[Labelled], recipe: R, emit: Emit) -> Self:
        """What the training labels decide; says it.

        Raises:
            DataError: there is nothing to learn in them.
        """
        ...

    @classmethod
    def from_json(cls, text: str, recipe: R) -> Self:
        """What `to_json` wrote.

        Raises:
            ModelError: it is damaged.
        """
        ...

    def to_json(self) -> str:
        """All that was learned."""
        ...

    def describe(self) -> str:
        """In words, for the network's line: "6 labels"."""
        ...

    def sizes(self) -> dict[str, object]:
        """For the card."""
        ...

    def encode(self, label: str, place: str) -> float:
        """What is kept of a label.

        Raises:
            DataError: it is none that the head can have.
        """
        ...

    def targets(self, kept: Tensor) -> Tensor:
        """What outputs are to be, from what is kept of the labels [B]: numbers of labels, numbers in standard form."""
        ...

    def loss(self, outputs: Tensor, targets: Tensor, smoothing: float) -> Loss:
        """Of outputs [B, L] and what is kept of the labels [B]."""
        ...

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """By which outputs [N, L] are weighed against others [N], from what they are to be [N]; NaN: not known."""
        ...

    def slope(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Of the sum of these losses by the outputs [N, L]."""
        ...

    def sums(self, outputs: Tensor, targets: Tensor) -> tuple[float, ...]:
        """What a batch adds to the validation score."""
        ...

    def score(self, sums: Sequence[float]) -> Score:
        """The score of all batches."""
        ...

    def values(self, outputs: Tensor) -> Tensor:
        """What several networks answer by the mean of [B, L]: probabilities, numbers."""
        ...

    @property
    def choices(self) -> Sequence[str]:
        """What it chooses among, in the order of the outputs; empty where it answers a number."""
        ...

    @property
    def scales(self) -> Sequence[Scale]:
        """In what the network counts the number that it answers; nothing where it chooses."""
        ...

    def aim(self, text: str) -> float:
        """What an answer is to the network: the number of a label; a number as its output counts it.

        Raises:
            UsageError: it is none.
        """
        ...

    def text(self, values: Tensor) -> str:
        """The answer in one line, from the values [L] of one example."""
        ...

    def answer(
        self, source: str, values: Tensor | None, unknown: list[str], attention: AttentionMap | None, options: O
    ) -> AnyAnswer:
        """The answer from the values [L] of one example; None of an empty one."""
        ...

    def case(self, answer: AnyAnswer, values: Tensor, example: Labelled) -> Case:
        """An example of an evaluation beside its answer, made of the values [L]."""
        ...

    def evaluate(self, values: Tensor, examples: Sequence[Labelled], place: Place, scores: ExampleScores) -> Evaluation:
        """All measures, from the values [N, L].

        Args:
            place: of a line of the data, for messages.
            scores: lengths of the inputs, to which the head adds what each example counts.
        """
        ...
