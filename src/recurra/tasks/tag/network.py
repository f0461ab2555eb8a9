"""A tagger with what it needs to read and write."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from recurra.columns.stored import json_names
from recurra.data.schemes import Scheme
from recurra.models.structures import tagger_structure
from recurra.models.tagger import Tagger
from recurra.models.unfilled import unfilled
from recurra.structure import Structure, without_data
from recurra.tasks.tag.recipe import AUTO, NONE, TagRecipe
from recurra.tasks.tag.surface import Surface
from recurra.tasks.tag.words import TokenReader
from recurra.text.counted import counted
from recurra.text.special import SPECIAL_TOKENS


@dataclass(frozen=True)
class TagNetwork:
    """A network, what it reads, the tags it knows, and the recipe it was made by."""

    model: Tagger
    reader: TokenReader
    tags: tuple[str, ...]
    recipe: TagRecipe
    scheme: Scheme | None  # how tags write spans; None: they write none

    def vocabularies(self) -> dict[str, str]:
        """Words, characters, tags."""
        return {**self.reader.vocabularies(), "tags": json.dumps(list(self.tags), ensure_ascii=False)}

    def describe(self) -> str:
        """Its kind and its size."""
        options = self.recipe.model
        parts = [f"words ({options.embedding})"]
        parts += [f"characters ({options.characters})"] * bool(options.characters)
        parts += [f"{self.reader.surface.describe()} ({options.surface})"] if self.reader.surface else []
        on_top = ", a CRF" if options.crf else ""
        spans = f" (spans in {self.scheme})" if self.scheme else ""
        return (
            f"bi-directional {options.cell} of {counted(options.layers, 'layer')}, {options.hidden} wide, over "
            f"{', '.join(parts)}{on_top}, to {counted(len(self.tags), 'tag')}{spans}"
        )

    def structure(self) -> Structure:
        """What it is made of."""
        return tagger_structure(self.model)

    def sizes(self) -> dict[str, object]:
        """Of the vocabularies."""
        return {"words": self.reader.words.size, "characters": self.reader.characters.size, "tags": len(self.tags)}


def load_network(recipe: TagRecipe, vocabularies: Mapping[str, str]) -> TagNetwork:
    """The network that a recipe describes, with fresh weights and recorded vocabularies."""
    reader = TokenReader.load(vocabularies, lowercase=recipe.text.lowercase)
    if reader.surface is None:  # also of a model that was trained before there were any
        recipe = replace(recipe, text=replace(recipe.text, shapes=False, affixes=0))
    return make_network(recipe, reader, json_names(vocabularies["tags"], "the tags"))


def make_network(recipe: TagRecipe, reader: TokenReader, tags: tuple[str, ...]) -> TagNetwork:
    """A network with fresh weights, drawn from the recipe's seed."""
    torch.manual_seed(recipe.training.seed)
    scheme = scheme_of(recipe, tags)
    allowed = None if scheme is None else allowed_after(tags, scheme)
    surface = 0 if reader.surface is None else reader.surface.size
    model = Tagger(recipe.model, reader.words.size, reader.characters.size, len(tags), allowed, surface, reader.table)
    return TagNetwork(model, reader, tags, recipe, scheme)


def sketch_network(recipe: TagRecipe) -> Structure:
    """What a network of this recipe is made of before there are words and tags."""
    with unfilled():
        surface = Surface.build((), shapes=recipe.text.shapes, affixes=recipe.text.affixes, lowercase=True)
        sizes = (len(SPECIAL_TOKENS), len(SPECIAL_TOKENS), 2, None, 0 if surface is None else surface.size)
        model = Tagger(recipe.model, *sizes)
    return without_data(tagger_structure(model))


def scheme_of(recipe: TagRecipe, tags: Sequence[str]) -> Scheme | None:
    """How the tags write spans. Models that were trained before this was stored know BIO alone."""
    if recipe.data.scheme not in (AUTO, NONE):
        return Scheme.parse(recipe.data.scheme)
    bio = all(name == "O" or name[:2] in ("B-", "I-") for name in tags) and any(name[:2] == "B-" for name in tags)
    return Scheme("BIO") if bio and recipe.data.scheme == AUTO else None


def allowed_after(tags: Sequence[str], scheme: Scheme) -> Tensor:
    """Whether tag j may follow tag i, as bool [K + 1, K + 1]; number K is the beginning, or the end, of a sentence."""
    marks = [*map(scheme.mark, tags), None]
    table = np.array([[scheme.may_mark(one, other) for other in marks] for one in marks])
    return torch.from_numpy(table)  # whatever the device of the network: it is computed with while that is made
