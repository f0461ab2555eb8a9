"""The recipe of what labels inputs: sections, keys and their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from recurra.data import BatchingOptions
from recurra.errors import UsageError
from recurra.models import ClassifierOptions
from recurra.tasks.recipe import DataOptions, TaskRecipe
from recurra.text import ChosenUnits
from recurra.training import TrainingOptions


@dataclass(frozen=True)
class LabelDataOptions(DataOptions):
    """Which examples are used, and what becomes of numbers that are missing."""

    # missing numbers: an error, or filled with the training mean or with the previous step
    missing: Literal["refuse", "mean", "previous"] = "refuse"


@dataclass(frozen=True)
class InputTextOptions:
    """How text becomes units: the section [text]."""

    units: ChosenUnits = "auto"  # what texts are split into; auto decides from the data and says why
    vocabulary: int = 8000  # maximum number of units, the most frequent ones
    min_count: int = 1  # units that occur less often become <UNK>
    normalization: Literal["NFC", "NFD", "none"] = "NFC"  # Unicode normalization


@dataclass(frozen=True)
class LabelAnswerOptions:
    """How a label is answered: the section [decoding]."""

    nbest: int = 1  # labels per input, the most probable first
    attention: bool = False  # also return the weights of the pooling

    def __post_init__(self) -> None:
        if self.nbest < 1:
            raise UsageError(f"nbest must be at least 1, got {self.nbest}")


@dataclass(frozen=True)
class ClassifyRecipe(TaskRecipe):
    """All sections. The defaults are the same for every data set."""

    task: Literal["classify"] = "classify"
    data: LabelDataOptions = field(default_factory=LabelDataOptions)
    text: InputTextOptions = field(default_factory=InputTextOptions)
    batching: BatchingOptions = field(default_factory=lambda: BatchingOptions(batch_tokens=4096, batch_examples=32))
    model: ClassifierOptions = field(default_factory=ClassifierOptions)
    training: TrainingOptions = field(default_factory=lambda: TrainingOptions(learning_rate=0.002))
    decoding: LabelAnswerOptions = field(default_factory=LabelAnswerOptions)

    def __post_init__(self) -> None:
        if self.training.scheduled_sampling:
            raise UsageError("training.scheduled_sampling is for outputs that are sequences", fix="Leave it out.")
