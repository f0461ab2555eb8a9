"""A tagger with what it needs to read and write."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from recurra.columns.stored import damaged, json_names
from recurra.data.roles import Fine, may_follow
from recurra.data.schemes import ROLES, Scheme
from recurra.models.structures import tagger_structure
from recurra.models.tagger import Tagger
from recurra.models.unfilled import unfilled
from recurra.structure import Structure, without_data
from recurra.tasks.tag.names import describe
from recurra.tasks.tag.recipe import AUTO, NONE, TagRecipe
from recurra.tasks.tag.surface import Surface
from recurra.tasks.tag.words import TokenReader
from recurra.text.counted import counted
from recurra.text.special import SPECIAL_TOKENS

CLASSES = "classes"  # what the list of classes is called
OUTSIDE = "-"  # in it, in place of the role of a token in no span
N = TypeVar("N")


@dataclass(frozen=True)
class TagNetwork:
    """A network, what it reads, the tags it knows, and the recipe it was made by."""

    model: Tagger
    reader: TokenReader
    tags: tuple[str, ...]
    recipe: TagRecipe
    scheme: Scheme | None  # how tags write spans; None: they write none
    classes: tuple[Fine, ...] = ()  # what the network tells apart: tags with the roles of tokens; empty: tags alone

    def vocabularies(self) -> dict[str, str]:
        """Words, characters, what else is read of a token; tags, and classes where they are finer."""
        found = {**self.reader.vocabularies(), "tags": json.dumps(list(self.tags), ensure_ascii=False)}
        named = [f"{role or OUTSIDE} {tag}" for tag, role in self.classes]
        return {**found, CLASSES: json.dumps(named, ensure_ascii=False)} if named else found

    def describe(self) -> str:
        """Its kind and its size."""
        options = self.recipe.model
        parts = [f"words ({options.embedding})"]
        parts += [f"characters ({options.characters})"] * bool(options.characters)
        parts += [f"{self.reader.surface.describe()} ({options.surface})"] if self.reader.surface else []
        parts += [f"{describe(self.reader.gazetteers)} ({options.gazetteer})"] if self.reader.gazetteers else []
        on_top = ", a CRF" if options.crf else ""
        learned = ", learned in BIOES" if self.classes else ""
        spans = f" (spans in {self.scheme}{learned})" if self.scheme else ""
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
    tags = json_names(vocabularies["tags"], "the tags")
    classes = classes_in(vocabularies[CLASSES], tags) if CLASSES in vocabularies else ()
    if classes and scheme_of(recipe, tags) is None:
        raise damaged("there are classes of tags that write no spans")
    if not classes:
        recipe = replace(recipe, model=replace(recipe.model, roles=False))
    return make_network(recipe, reader, tags, classes)


def classes_in(text: str, tags: Sequence[str]) -> tuple[Fine, ...]:
    """The classes that a network has stored, each of one of these tags.

    Raises:
        ModelError: they are damaged.
    """
    found = tuple(Fine(name[2:], name[:1].replace(OUTSIDE, "")) for name in json_names(text, "the classes"))
    roles = all(one.role in ("", *ROLES) for one in found)
    if not roles or {one.tag for one in found} != set(tags) or len(set(found)) != len(found):
        raise damaged("the classes are not those of the tags")
    return found


def make_network(
    recipe: TagRecipe, reader: TokenReader, tags: tuple[str, ...], classes: tuple[Fine, ...] = ()
) -> TagNetwork:
    """A network with fresh weights, drawn from the recipe's seed."""
    torch.manual_seed(recipe.training.seed)
    scheme = scheme_of(recipe, tags)
    surface = 0 if reader.surface is None else reader.surface.size
    sizes = (reader.words.size, reader.characters.size, len(classes or tags))
    allowed, tag_of = None if scheme is None else allowed_after(tags, scheme), None
    if scheme is not None and classes:
        allowed = allowed_between(classes, partial(may_follow, scheme))
        tag_of = torch.from_numpy(np.array([tags.index(one.tag) for one in classes]))
    model = Tagger(recipe.model, *sizes, allowed, surface, reader.table, tag_of, len(reader.gazetteers))
    return TagNetwork(model, reader, tags, recipe, scheme, classes)


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
    """Whether tag j may follow tag i, as bool [L + 1, L + 1]; number L is the beginning, or the end, of a sentence."""
    return allowed_between([scheme.mark(tag) for tag in tags], scheme.may_mark)


def allowed_between(names: Sequence[N], may_follow: Callable[[N | None, N | None], bool]) -> Tensor:
    """The same of any names, by what says of two of them whether one may follow the other."""
    table = np.array([[may_follow(one, other) for other in (*names, None)] for one in (*names, None)])
    return torch.from_numpy(table)  # whatever the device of the network: it is computed with while that is made
