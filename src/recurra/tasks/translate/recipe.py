"""The recipe of a translator: sections, keys and their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from recurra.columns.word_vectors import VectorOptions
from recurra.models import ModelOptions
from recurra.models.options import WIDTHS
from recurra.options import one_of
from recurra.tasks.seq2seq.recipe import TextPairRecipe
from recurra.training import TrainingOptions


@dataclass(frozen=True)
class TranslatorOptions(ModelOptions):
    """The section [model] of the recipe of a translator."""

    size: str = one_of(WIDTHS, "medium")  # width of all layers: 64, 128, 192, 256 or 512
    ngrams: bool = True  # order outputs by n-grams of aligned pairs too, where that is better on validation data


@dataclass(frozen=True)
class Recipe(TextPairRecipe):
    """All sections. The defaults are the same for every language and data set."""

    task: Literal["translate"] = "translate"
    model: TranslatorOptions = field(default_factory=TranslatorOptions)
    training: TrainingOptions = field(default_factory=lambda: TrainingOptions(learning_rate=0.005))
    vectors: VectorOptions = field(default_factory=VectorOptions)
