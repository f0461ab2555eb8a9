"""The recipe of a translator: sections, keys and their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from recurra.columns.word_vectors import VectorOptions
from recurra.models import ModelOptions
from recurra.tasks.seq2seq.recipe import TextPairRecipe


@dataclass(frozen=True)
class TranslatorOptions(ModelOptions):
    """The section [model] of the recipe of a translator."""

    ngrams: bool = True  # order outputs by n-grams of aligned pairs too, where that is better on validation data


@dataclass(frozen=True)
class Recipe(TextPairRecipe):
    """All sections. The defaults are the same for every language and data set."""

    task: Literal["translate"] = "translate"
    model: TranslatorOptions = field(default_factory=TranslatorOptions)
    vectors: VectorOptions = field(default_factory=VectorOptions)
