"""An encoder-decoder with what it reads and what it writes; of texts, how its tokenizers and its weights are made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np
import torch

from recurra.columns import check_vocabulary
from recurra.columns.stored import damaged, json_object
from recurra.columns.word_vectors import GivenVectors, WordTable, learn_words, stored_table, table_mapping
from recurra.data import Example, as_examples
from recurra.models import AlignedPairs, Seq2Seq, build_seq2seq, copy_table
from recurra.models.structures import seq2seq_structure
from recurra.models.unfilled import unfilled
from recurra.models.word_embedding import TableShape
from recurra.structure import Structure, without_data
from recurra.tasks.ensembles import refuse_different
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.seq2seq.recipe import TextPairRecipe
from recurra.tasks.task import Emit
from recurra.text import ColumnTokenizer, SourceTokenizer, Tokenizer, build_source, source_from_json
from recurra.text.columns import SEPARATOR_ID, can_be_copied, cells_of
from recurra.text.counted import counted
from recurra.text.names import plain_name, reading_form, vocabulary_limit
from recurra.text.pieces import pieces_in
from recurra.text.special import SPECIAL_TOKENS
from recurra.training import Note

SAMPLE = 2000  # examples from which `auto` decides the units
ALIGNED = "pairs"  # the vocabulary that describes n-grams of aligned pairs
USUAL = 4000  # entries of a vocabulary, where its limit is left open and its units are no characters


class Source(Protocol):
    """What a network reads."""

    def to_json(self) -> str:
        """All of it, so that it can be made again."""
        ...


S_co = TypeVar("S_co", bound=Source, covariant=True)
R_co = TypeVar("R_co", bound=TaskRecipe, covariant=True)
T = TypeVar("T", bound=TextPairRecipe)
T_co = TypeVar("T_co", bound=TextPairRecipe, covariant=True)


@dataclass(frozen=True)
class Seq2SeqNetwork(Generic[S_co, R_co]):
    """An encoder-decoder, what it reads, the tokenizer of what it writes, and the recipe it was made by."""

    model: Seq2Seq
    source: S_co
    target: Tokenizer
    recipe: R_co

    def vocabularies(self) -> dict[str, str]:
        """Both sides."""
        return {"source": self.source.to_json(), "target": self.target.to_json()}


@dataclass(frozen=True)
class TextNetwork(Seq2SeqNetwork[SourceTokenizer, T_co]):
    """One that reads texts."""

    table: TableShape | None = None  # of source words that have vectors

    def vocabularies(self) -> dict[str, str]:
        """Both sides, which source words have vectors that are trained, and of n-grams beside it what is no number."""
        found = super().vocabularies()
        if self.table is not None:
            found["vectors"] = json.dumps(table_mapping(self.table))
        if self.model.pairs is not None:
            found[ALIGNED] = self.model.pairs.to_json()
        return found

    def describe(self) -> str:
        """Its kind and its size."""
        options, pairs = self.recipe.model, self.model.pairs
        direction = "bi-directional " if options.bidirectional else ""
        return (
            f"{direction}{options.cell} encoder and decoder of {counted(options.layers, 'layer')}, "
            f"{options.hidden} wide, {'no' if options.attention == 'none' else options.attention} attention"
            f"{'' if pairs is None or not pairs.scale else f', beside {pairs.opened().name}'}"
        )

    def structure(self) -> Structure:
        """What it is made of."""
        return seq2seq_structure(self.model, named_units(self.source.units.split(",")), plain_name(self.target.units))

    def sizes(self) -> dict[str, object]:
        """Of the vocabularies."""
        return {"source vocabulary": self.source.size, "target vocabulary": self.target.size}


def build_tokenizers(examples: Iterable[Example], recipe: TextPairRecipe) -> tuple[SourceTokenizer, Tokenizer]:
    """One tokenizer per side, from the training examples only.

    With model.copy the target vocabulary also has what stands in the sources in the same units, so that it can be
    copied by its name, and characters are the same on both sides.

    Raises:
        RunError: a vocabulary would be empty.
    """
    text, target = recipe.text, build_target(examples, recipe)
    units, form = read_like(target, recipe)
    source = build_source(sources_of(examples), units, text.source_vocabulary, text.min_count, form, USUAL)
    check_vocabulary(source.size, text.min_count, "no source unit")
    check_vocabulary(target.size, text.min_count, "no target unit")
    return source, target


def build_target(examples: Iterable[Example], recipe: TextPairRecipe) -> Tokenizer:
    """The tokenizer of what is written, whose vocabulary may be empty."""
    text = recipe.text
    targets: Iterable[str] = (example.target for example in examples)
    if recipe.model.copy:
        targets = chain(targets, cells_of(sources_of(examples), text.source_units.split(","), text.target_units))
    limit = vocabulary_limit(text.target_vocabulary, text.target_units, USUAL)
    return Tokenizer.build(targets, text.target_units, limit, text.min_count, text.normalization)


def read_like(target: Tokenizer, recipe: TextPairRecipe) -> tuple[list[str], str]:
    """The units of the columns of a source, and the normal form: what is copied is read as it is written."""
    units = recipe.text.source_units.split(",")
    if not recipe.model.copy:
        return units, reading_form(recipe.text.normalization)
    return [target.units if own == recipe.text.target_units else own for own in units], target.normalization


def sources_of(examples: Iterable[Example]) -> Iterable[str]:
    """The sources, as often as wanted."""
    return as_examples(examples).map(lambda example: example.source)


def decided_notes(tokenizers: tuple[SourceTokenizer, Tokenizer]) -> list[str]:
    """What was decided as the tokenizers were built, in sentences."""
    sides = zip(("source", "target"), tokenizers, strict=True)
    return [f"{side}: {note}" for side, tokenizer in sides for note in tokenizer.notes]


def say_pieces(sources: Iterable[str], targets: Iterable[str], emit: Emit) -> None:
    """Says that texts have marks of another program's subwords."""
    for noun, texts in (("sources", sources), ("targets", targets)):
        if pieces := pieces_in(islice(texts, SAMPLE)):
            emit(Note(f"warning: {pieces.warning(noun)}"))


def make_text_network(
    recipe: T, source: SourceTokenizer, target: Tokenizer, table: TableShape | None = None
) -> TextNetwork[T]:
    """A network with fresh weights, drawn from the recipe's seed."""
    separator = SEPARATOR_ID if isinstance(source, ColumnTokenizer) and source.shares_units else None
    torch.manual_seed(recipe.training.seed)
    copies = None
    if recipe.model.copy:
        target_ids = {target.token(id): id for id in range(target.size)}
        names = [source.token(id) if can_be_copied(source, id, target.units) else None for id in range(source.size)]
        copies = copy_table(names, target_ids)
    model = build_seq2seq(recipe.model, source.size, target.size, copies, separator, table)
    return TextNetwork(model, source, target, recipe, table)


def load_text_network(recipe: T, vocabularies: Mapping[str, str]) -> TextNetwork[T]:
    """The network that a recipe describes, with fresh weights and recorded tokenizers."""
    source, target = source_from_json(vocabularies["source"]), Tokenizer.from_json(vocabularies["target"])
    if "vectors" in vocabularies:
        table = stored_table(json_object(vocabularies["vectors"]), source.size)
        network = make_text_network(recipe, source.reading_forms(), target, table)
    else:
        network = make_text_network(recipe, source, target)
    if ALIGNED in vocabularies:
        network.model.pairs = described_pairs(vocabularies[ALIGNED])
    return network


def described_pairs(text: str) -> AlignedPairs:
    """N-grams of aligned pairs without their numbers.

    Raises:
        ModelError: they are none.
    """
    try:
        return AlignedPairs.from_json(text)
    except (ValueError, LookupError, TypeError) as error:
        raise damaged(f"the n-gram model of aligned pairs is none: {error}") from error


class SourceWords(NamedTuple):
    """What reads sources whose words have vectors, and these."""

    tokenizer: SourceTokenizer
    table: WordTable


def learn_source_words(
    examples: Iterable[Example], recipe: TextPairRecipe, target: Tokenizer, given: GivenVectors, emit: Emit
) -> SourceWords:
    """The words of the training sources and of a file of vectors.

    Args:
        recipe: in which all source units are words.

    Raises:
        RunError: a vocabulary would be empty.
    """
    text = recipe.text
    units, form = read_like(target, recipe)
    limit = vocabulary_limit(text.source_vocabulary, "words", USUAL)
    cells = cells_of(sources_of(examples), units, "words")
    words, table = learn_words(cells, given, limit, text.min_count, form, emit, "source: ")
    check_vocabulary(target.size, text.min_count, "no target unit")
    if len(units) == 1:
        return SourceWords(words, table)
    shape = table.shape._replace(trained=table.shape.trained + 1, words=table.shape.words + 1)
    moved = np.insert(table.vectors, SEPARATOR_ID, 0, axis=0)  # what stands between columns has no vector
    return SourceWords(ColumnTokenizer(units, {"words": words}), WordTable(shape, moved))


def sketch_text_network(recipe: TextPairRecipe, columns: Sequence[str]) -> Structure:
    """What a network of this recipe is made of before there are tokenizers.

    Args:
        columns: the units of each column of a source.
    """
    separator = SEPARATOR_ID if len(set(columns)) < len(columns) else None
    with unfilled():
        model = build_seq2seq(recipe.model, len(SPECIAL_TOKENS), len(SPECIAL_TOKENS), separator=separator)
    return without_data(seq2seq_structure(model, named_units(columns), plain_name(recipe.text.target_units)))


def named_units(columns: Sequence[str]) -> str:
    """The units of the columns of a source, in words."""
    return " and ".join(dict.fromkeys(map(plain_name, columns)))


def check_same_vocabularies(networks: Sequence[Seq2SeqNetwork[Source, TaskRecipe]]) -> None:
    """Refuses networks that cannot answer together.

    Raises:
        ModelError: networks that read or write something else than the first.
    """
    must = "read the same and have the same tokenizers"
    refuse_different(networks, lambda one: {**one.vocabularies(), ALIGNED: ""}, must)
