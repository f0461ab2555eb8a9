"""The recipe of what labels inputs: sections, keys and their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from recurra.errors import UsageError
from recurra.tasks.many_to_one.recipe import ManyToOneRecipe


@dataclass(frozen=True)
class LabelAnswerOptions:
    """How a label is answered: the section [decoding]."""

    nbest: int = 1  # labels per input, the most probable first
    attention: bool = False  # also return the weights of the pooling

    def __post_init__(self) -> None:
        if self.nbest < 1:
            raise UsageError(f"nbest must be at least 1, got {self.nbest}")


@dataclass(frozen=True)
class ClassifyRecipe(ManyToOneRecipe):
    """All sections. The defaults are the same for every data set."""

    task: Literal["classify"] = "classify"
    decoding: LabelAnswerOptions = field(default_factory=LabelAnswerOptions)
