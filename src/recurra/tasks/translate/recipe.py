"""The recipe of a translator: sections, keys and their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from recurra.tasks.seq2seq.recipe import TextPairRecipe


@dataclass(frozen=True)
class Recipe(TextPairRecipe):
    """All sections. The defaults are the same for every language and data set."""

    task: Literal["translate"] = "translate"
