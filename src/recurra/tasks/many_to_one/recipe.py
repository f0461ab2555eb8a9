"""What can be set about every task that makes one answer of a whole input: sections, keys and their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from recurra.columns import Missing, TextOptions
from recurra.columns.choose import kinds_said
from recurra.columns.images import check_sides
from recurra.columns.word_vectors import VectorOptions
from recurra.data import BatchingOptions
from recurra.errors import UsageError
from recurra.models import ManyToOneOptions
from recurra.tasks.recipe import NumberDataOptions, TaskRecipe
from recurra.training import TrainingOptions


@dataclass(frozen=True)
class InputDataOptions(NumberDataOptions):
    """Which examples are used, what becomes of numbers that are missing, and what the network sees of an image."""

    # missing numbers: an error, or filled with the training mean or (of series) with the previous step
    missing: Missing = "refuse"
    kinds: str = ""  # what single columns hold, where there are several: "zip=category, age=number, review=text"
    height: int = 0  # of images, in pixels; 0: their own, at most 96 on the longer side
    width: int = 0  # of images, in pixels; 0: their own, at most 96 on the longer side
    # colours of images; auto: what they have; rgba keeps the opacity
    channels: Literal["auto", "grey", "rgb", "rgba"] = "auto"

    def __post_init__(self) -> None:
        super().__post_init__()
        kinds_said(self.kinds)
        check_sides(self.height, self.width)


@dataclass(frozen=True)
class ManyToOneRecipe(TaskRecipe):
    """All sections that these tasks share. The defaults are the same for every data set."""

    data: InputDataOptions = field(default_factory=InputDataOptions)
    text: TextOptions = field(default_factory=TextOptions)
    vectors: VectorOptions = field(default_factory=VectorOptions)
    batching: BatchingOptions = field(default_factory=lambda: BatchingOptions(batch_tokens=4096, batch_examples=32))
    model: ManyToOneOptions = field(default_factory=ManyToOneOptions)
    training: TrainingOptions = field(default_factory=lambda: TrainingOptions(learning_rate=0.002))

    def __post_init__(self) -> None:
        if self.training.scheduled_sampling:
            raise UsageError("training.scheduled_sampling is only for outputs that are sequences", fix="Leave it out.")
