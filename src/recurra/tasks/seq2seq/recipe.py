"""The recipe of what reads texts and writes texts: sections, keys and their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from recurra.data import BatchingOptions
from recurra.decoding import DecodingOptions
from recurra.errors import UsageError
from recurra.models import ModelOptions
from recurra.options import unknown_name
from recurra.tasks.recipe import TaskRecipe
from recurra.text import UNITS, ChosenUnits


@dataclass(frozen=True)
class TextOptions:
    """How text becomes units: the section [text]."""

    # what sources are split into; auto decides from the data; for several columns "chars,features"
    source_units: str = "auto"
    target_units: ChosenUnits = "auto"  # what targets are split into; auto decides from the data and says why
    source_vocabulary: int = 4000  # maximum number of source units, the most frequent ones (for each kind of column)
    target_vocabulary: int = 4000  # maximum number of target units, the most frequent ones
    min_count: int = 1  # units that occur less often become <UNK>
    normalization: Literal["NFC", "NFD", "none"] = "NFC"  # Unicode normalization

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
