"""The recipe of what reads texts and writes texts: sections, keys and their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field

from recurra.data import BatchingOptions
from recurra.decoding import DecodingOptions
from recurra.errors import UsageError
from recurra.models import ModelOptions
from recurra.options import unknown_name
from recurra.tasks.recipe import TaskRecipe
from recurra.text import UNITS, ChosenUnits, Normalization


@dataclass(frozen=True)
class TextOptions:
    """How text becomes units: the section [text]."""

    # what sources are split into; auto decides from the data, and chars what a character is; for several columns
    # "chars,features"
    source_units: str = "auto"
    target_units: ChosenUnits = "auto"  # what targets are split into; auto decides from the data and says why
    # maximum number of source units, the most frequent ones (for each kind of column); by default 20,000 characters, or
    # 4,000 other units
    source_vocabulary: int | None = None
    # maximum number of target units, the most frequent ones; by default 20,000 characters, or 4,000 other units
    target_vocabulary: int | None = None
    min_count: int = 1  # units that occur less often become <UNK>
    # Unicode normalization; auto reads NFC, and writes the form that the targets of training are written in
    normalization: Normalization = "auto"

    def __post_init__(self) -> None:
        for name in self.source_units.split(","):
            if name.strip() not in ("auto", *UNITS):
                raise unknown_name("units", name.strip(), ("auto", *UNITS), where="text.source_units")


@dataclass(frozen=True)
class TextPairRecipe(TaskRecipe):
    """All sections. The defaults are the same for every language and data set."""

    text: TextOptions = field(default_factory=TextOptions)
    batching: BatchingOptions = field(default_factory=BatchingOptions)
    model: ModelOptions = field(default_factory=ModelOptions)
    decoding: DecodingOptions = field(default_factory=DecodingOptions)

    def __post_init__(self) -> None:
        if self.model.attention == "none":
            for name, asked in (
                ("model.copy", self.model.copy),
                ("decoding.coverage_penalty", self.decoding.coverage_penalty),
            ):
                if asked:
                    raise UsageError(
                        f"{name} needs attention, and model.attention is none",
                        fix=f"Leave {name} out, or choose an attention.",
                    )
