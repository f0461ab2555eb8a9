"""The recipe of what writes about images: sections, keys and their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from recurra.columns.images import check_sides
from recurra.data import BatchingOptions
from recurra.decoding import DecodingOptions
from recurra.errors import UsageError
from recurra.models import CaptionerOptions
from recurra.tasks.recipe import DataOptions, TaskRecipe
from recurra.text import ChosenUnits, Normalization
from recurra.training import TrainingOptions


@dataclass(frozen=True)
class CaptionDataOptions(DataOptions):
    """Which examples are used, and what the network sees of an image."""

    height: int = 0  # height of the images for the network, in pixels; 0: their own, at most 96 on the longer side
    width: int = 0  # width likewise
    channels: Literal["auto", "grey", "rgb", "rgba"] = "auto"  # auto: those of the images; rgba keeps the opacity

    def __post_init__(self) -> None:
        super().__post_init__()
        check_sides(self.height, self.width)


@dataclass(frozen=True)
class CaptionTextOptions:
    """How captions become units: the section [text]."""

    target_units: ChosenUnits = "auto"  # what captions are split into; auto decides from the data and says why
    # maximum number of units, the most frequent ones; by default 20,000 characters, or 4,000 other units
    target_vocabulary: int | None = None
    min_count: int = 1  # units that occur less often become <UNK>
    normalization: Normalization = "auto"  # Unicode normalization; auto is the form that the captions are written in


@dataclass(frozen=True)
class CaptionRecipe(TaskRecipe):
    """All sections. The defaults are the same for every data set.

    A batch goes by the captions alone, as the images are all of one size; decoding.max_length is set from the longest
    caption unless it is given. Nothing stops early: at first the error rate says little, since one caption for all
    images is better by it than what a network writes that begins to tell them apart.
    """

    task: Literal["caption"] = "caption"
    data: CaptionDataOptions = field(default_factory=CaptionDataOptions)
    text: CaptionTextOptions = field(default_factory=CaptionTextOptions)
    batching: BatchingOptions = field(default_factory=lambda: BatchingOptions(batch_tokens=4000, batch_examples=32))
    model: CaptionerOptions = field(default_factory=CaptionerOptions)
    training: TrainingOptions = field(
        default_factory=lambda: TrainingOptions(learning_rate=0.002, patience=0, label_smoothing=0.0)
    )
    decoding: DecodingOptions = field(default_factory=DecodingOptions)

    def __post_init__(self) -> None:
        if self.model.attention == "none" and self.decoding.coverage_penalty:
            raise UsageError(
                "decoding.coverage_penalty needs attention, and model.attention is none",
                fix="Leave decoding.coverage_penalty out, or choose an attention.",
            )
