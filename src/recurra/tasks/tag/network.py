"""A tagger with what it needs to read and write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from recurra.columns.stored import json_names
from recurra.data.bio import is_bio
from recurra.models.tagger import Tagger
from recurra.tasks.tag.recipe import TagRecipe
from recurra.tasks.tag.words import TokenReader
from recurra.text.counted import counted


@dataclass(frozen=True)
class TagNetwork:
    """A network, what it reads, the tags it knows, and the recipe it was made by."""

    model: Tagger
    reader: TokenReader
    tags: tuple[str, ...]
    recipe: TagRecipe

    def vocabularies(self) -> dict[str, str]:
        """Words, characters, tags."""
        return {**self.reader.vocabularies(), "tags": json.dumps(list(self.tags), ensure_ascii=False)}

    def describe(self) -> str:
        """Its kind and its size."""
        options = self.recipe.model
        characters = f" and characters ({options.characters})" if options.characters else ""
        on_top = ", a CRF" if options.crf else ""
        return (
            f"bi-directional {options.cell} of {counted(options.layers, 'layer')}, {options.hidden} wide, over words "
            f"({options.embedding}){characters}{on_top}, to {counted(len(self.tags), 'tag')}"
        )

    def sizes(self) -> dict[str, object]:
        """Of the vocabularies."""
        return {"words": self.reader.words.size, "characters": self.reader.characters.size, "tags": len(self.tags)}


def load_network(recipe: TagRecipe, vocabularies: Mapping[str, str]) -> TagNetwork:
    """The network that a recipe describes, with fresh weights and recorded vocabularies."""
    reader = TokenReader.load(vocabularies, lowercase=recipe.text.lowercase)
    return make_network(recipe, reader, json_names(vocabularies["tags"], "the tags"))


def make_network(recipe: TagRecipe, reader: TokenReader, tags: tuple[str, ...]) -> TagNetwork:
    """A network with fresh weights, drawn from the recipe's seed."""
    torch.manual_seed(recipe.training.seed)
    allowed = allowed_after(tags) if is_bio(tags) else None
    return TagNetwork(
        Tagger(recipe.model, reader.words.size, reader.characters.size, len(tags), allowed), reader, tags, recipe
    )


def allowed_after(tags: Sequence[str]) -> Tensor:
    """Whether tag j may follow tag i, and in the last row be the first, as bool [K + 1, K]: I-X needs B-X or I-X."""

    def may_follow(one: str, other: str) -> bool:
        return other[:2] != "I-" or (one[:2] in ("B-", "I-") and one[2:] == other[2:])

    return torch.tensor([[may_follow(one, other) for other in tags] for one in [*tags, "O"]])
