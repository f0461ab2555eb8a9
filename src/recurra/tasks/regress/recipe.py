"""The recipe of what answers with a number: sections, keys and their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from recurra.errors import UsageError
from recurra.models import ManyToOneOptions
from recurra.tasks.many_to_one.recipe import ManyToOneRecipe
from recurra.training import TrainingOptions


@dataclass(frozen=True)
class OutputOptions:
    """What is learned: the section [output]."""

    # what an error costs, in standard deviations of the training numbers; huber: squared up to 1, absolute beyond
    loss: Literal["squared", "huber", "absolute"] = "squared"


@dataclass(frozen=True)
class NumberAnswerOptions:
    """How a number is answered: the section [decoding]."""

    attention: bool = False  # also return the weights of the pooling


@dataclass(frozen=True)
class RegressRecipe(ManyToOneRecipe):
    """All sections. The defaults are the same for every data set."""

    task: Literal["regress"] = "regress"
    model: ManyToOneOptions = field(default_factory=lambda: ManyToOneOptions(dropout=0.2))
    output: OutputOptions = field(default_factory=OutputOptions)
    training: TrainingOptions = field(default_factory=lambda: TrainingOptions(learning_rate=0.002, label_smoothing=0.0))
    decoding: NumberAnswerOptions = field(default_factory=NumberAnswerOptions)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.training.label_smoothing:
            raise UsageError("training.label_smoothing is for labels, and numbers are learned", fix="Leave it out.")
