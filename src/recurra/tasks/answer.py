"""What a model answers to one input: the same record for every task, which shows itself in a notebook.

`to_mapping` is the object that `recurra predict --output-format jsonl` prints; docs/answer.schema.json describes it, a
test checks the answers of every task against it. What only one task has to say (the probabilities of labels, tags,
the columns of a forecast) stands in `details`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from recurra.errors import ModelError
from recurra.tracing import AttentionMap
from recurra.views import Chart, Output, answer_html


class Table(NamedTuple):
    """An answer as rows of CSV, for what is more than a line."""

    header: str
    rows: list[str]


class Details(ABC):
    """What only one task has to say beside texts and scores."""

    @abstractmethod
    def to_mapping(self) -> dict[str, object]:
        """The object under "details": finite numbers, strings, and lists and objects of them."""

    def html(self) -> str:
        """What stands in a notebook in place of the texts; empty: the texts do."""
        return ""

    def notes(self) -> Sequence[str]:
        """What a reader of the answer should know, in sentences that fit many answers."""
        return ()

    def charts(self) -> Sequence[Chart]:
        """The answer as charts, where it can be drawn."""
        return ()

    def table(self) -> Table | None:
        """The answer as a table, where it is one."""
        return None


D_co = TypeVar("D_co", bound="Details | None", covariant=True)


@dataclass(frozen=True)
class Alternative:
    """One of the outputs for an input.

    Raises:
        ModelError: a score that is not a number, as damaged weights give them.
    """

    text: str
    score: float | None = None  # what alternatives are ranked by, higher is better; None: nothing ranks them
    log_prob: float | None = None  # natural logarithm of its probability; None: it has none
    finished: bool = True  # False: a text that was cut at the maximum length
    attention: AttentionMap | None = None  # what the model attended to as it wrote this, on request

    def __post_init__(self) -> None:
        refuse_nan(number for number in (self.score, self.log_prob) if number is not None)

    def to_mapping(self) -> dict[str, object]:
        """Its text and its numbers."""
        return {"text": self.text, "score": self.score, "log_prob": self.log_prob, "finished": self.finished}


@dataclass(frozen=True)
class Answer(Generic[D_co]):
    """All that a model says to one input."""

    source: str  # the input as it can be shown; empty for an empty input
    alternatives: list[Alternative]  # as many as were asked for, best first; at least one
    details: D_co  # what only this task has to say
    unknown: list[str] = field(default_factory=list[str])  # units of the input that the model does not know

    @property
    def best(self) -> Alternative:
        """The first of the alternatives."""
        return self.alternatives[0]

    @property
    def text(self) -> str:
        """The best output; empty for an empty input."""
        return self.best.text

    @property
    def score(self) -> float | None:
        """The best output's score."""
        return self.best.score

    @property
    def finished(self) -> bool:
        """False: the best output was cut off at the maximum length."""
        return self.best.finished

    @property
    def attention(self) -> AttentionMap | None:
        """What the model attended to as it wrote the best output, if it has attention and was asked for it."""
        return self.best.attention

    def to_mapping(self) -> dict[str, object]:
        """The answer as a JSON object, the same keys for every task."""
        return {
            "source": self.source,
            "text": self.text,
            "score": self.score,
            "alternatives": [one.to_mapping() for one in self.alternatives],
            "unknown": self.unknown,
            "attention": None if self.attention is None else self.attention.to_mapping(),
            "details": None if self.details is None else self.details.to_mapping(),
        }

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        own = "" if self.details is None else self.details.html()
        outputs = [Output(one.text, one.log_prob) for one in self.alternatives]
        return own or answer_html(self.source, outputs, self.attention)


AnyAnswer = Answer[Details | None]


def choice(text: str, probability: float) -> Alternative:
    """One of several outputs that exclude each other, ranked by its probability."""
    return Alternative(text, probability, math.log(probability) if probability > 0 else None)


def refuse_nan(numbers: Iterable[float]) -> None:
    """Refuses numbers that are none, or without bounds: JSON has no place for them, and no user a use.

    Raises:
        ModelError: there is one.
    """
    if not all(map(math.isfinite, numbers)):
        raise ModelError(
            "the model computes numbers that are not finite (NaN or infinity): its weights are damaged, or its "
            "training has failed",
            fix="Copy the model folder again, or train again with a lower training.learning_rate.",
        )
