"""A language model with what it needs to read and write."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from recurra.models.language_model import LanguageModel
from recurra.models.structures import language_model_structure
from recurra.models.unfilled import unfilled
from recurra.structure import Structure, without_data
from recurra.tasks.language_model.form import LINE_END
from recurra.tasks.language_model.recipe import LanguageRecipe
from recurra.text import Tokenizer
from recurra.text.counted import counted
from recurra.text.names import UNIT_NAMES, plain_name
from recurra.text.special import EOS, GO, PAD, SPECIAL_TOKENS, UNK

NGRAMS = "ngrams"  # the vocabulary that describes a mixture


@dataclass(frozen=True)
class LanguageNetwork:
    """A network, its units and the recipe it was made by."""

    model: LanguageModel
    tokenizer: Tokenizer
    recipe: LanguageRecipe

    @property
    def running(self) -> bool:
        """Whether it reads running text, not independent lines."""
        return self.recipe.data.form == "running"

    @property
    def line_end(self) -> int:
        """The unit that stands for the end of a line."""
        return LINE_END[self.recipe.data.form]

    def vocabularies(self) -> dict[str, str]:
        """The tokenizer, and of n-grams that are mixed in what is no number."""
        mixture = self.model.mixture
        return {"text": self.tokenizer.to_json(), **({} if mixture is None else {NGRAMS: mixture.to_json()})}

    def describe(self) -> str:
        """Its kind and its size."""
        options, units = self.recipe.model, UNIT_NAMES[self.tokenizer.units]
        form = "running text" if self.running else "lines"
        mixture = self.model.mixture
        beside = "" if mixture is None or not mixture.counts_at_all else f", mixed with {mixture.longest}-grams"
        layers = f"{options.cell} of {counted(options.layers, 'layer')}, {options.hidden} wide"
        return f"{layers}, over the {units} of {form}{beside}"

    def structure(self) -> Structure:
        """What it is made of."""
        return language_model_structure(self.model, plain_name(self.tokenizer.units))

    def sizes(self) -> dict[str, object]:
        """Of the vocabulary."""
        return {"vocabulary": self.tokenizer.size}

    def shown(self, id: int) -> str:
        """A unit as it is shown: the end of a line as it is in running text, of an independent line as <EOS>."""
        if id == self.line_end:
            return "\n" if self.running else SPECIAL_TOKENS[EOS]
        return self.tokenizer.token(id)

    def text(self, ids: list[int]) -> str:
        """The text of ids, of which <GO> begins a new line."""
        lines: list[list[int]] = [[]]
        for id in ids:
            if id == GO:
                lines.append([])
            else:
                lines[-1].append(id)
        return "\n".join(map(self.tokenizer.decode, lines))

    def encode(self, text: str) -> list[int]:
        """A text as it begins: <GO>, and of running text <GO> before each further line."""
        lines = text.split("\n") if self.running else [text]
        return [id for line in self.tokenizer.encode_batch(lines) for id in (GO, *line)]


def make_network(recipe: LanguageRecipe, tokenizer: Tokenizer) -> LanguageNetwork:
    """A network with fresh weights, drawn from the recipe's seed."""
    torch.manual_seed(recipe.training.seed)
    never = [PAD, EOS if recipe.data.form == "running" else GO]
    return LanguageNetwork(LanguageModel(recipe.model, tokenizer.size, never), tokenizer, recipe)


LARGE = 5000  # units; of so many, embeddings are as wide as the layers


def sketch_network(recipe: LanguageRecipe) -> Structure:
    """What a network of this recipe is made of before there are units."""
    with unfilled():
        model = LanguageModel(recipe.model, LARGE, [PAD])
    return without_data(language_model_structure(model, plain_name(recipe.text.units)))


NOT_TEXT = (PAD, UNK, GO, EOS)  # not predicted, except the end of a line
