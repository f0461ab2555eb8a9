"""Text to text: an encoder-decoder learns from pairs and writes an output for every source.

This file connects: readers to tokenizers to the encoded cache, options to a network, the network to a learner, and
trained networks to answers. What each of them does stands in its own room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from recurra.data import EncodedPairs, Example, PairFile, PairList, PairSource, open_pairs, read_sources, spool
from recurra.decoding import DecodingOptions, decode
from recurra.errors import ModelError, RunError
from recurra.models import Seq2Seq, build_seq2seq, copy_table, device_of
from recurra.models.search import step_model
from recurra.tasks.answer import Answer
from recurra.tasks.examples import check_vocabulary, short_enough
from recurra.tasks.one_input import is_one_text
from recurra.tasks.prediction import Evaluation
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.split import divide_by_hash
from recurra.tasks.task import Data, Divided, Emit, Encoded, Look
from recurra.tasks.tracing import trace_translator
from recurra.tasks.translate.evaluate import evaluate_pairs
from recurra.tasks.translate.learner import EncodedTargets, Seq2SeqLearner
from recurra.tasks.translate.predictor import Search, TextPredictor
from recurra.tasks.translate.recipe import Recipe
from recurra.text import (
    ColumnTokenizer,
    Decision,
    SourceTokenizer,
    Tokenizer,
    build_source,
    decide_units,
    source_from_json,
)
from recurra.text.columns import SEPARATOR_ID, can_be_copied, cells_of, decide_columns
from recurra.text.counted import counted
from recurra.tracing import Trace
from recurra.training import Index, Note

SAMPLE = 2000  # examples that `auto` looks at to decide on the units


@dataclass(frozen=True)
class Translator:
    """A network, its tokenizers and the recipe it was made by."""

    model: Seq2Seq
    source: SourceTokenizer
    target: Tokenizer
    recipe: Recipe

    def vocabularies(self) -> dict[str, str]:
        """Both tokenizers."""
        return {"source": self.source.to_json(), "target": self.target.to_json()}

    def describe(self) -> str:
        """Its kind and its size."""
        options = self.recipe.model
        direction = "bi-directional " if options.bidirectional else ""
        return (
            f"{direction}{options.cell} encoder and decoder of {counted(options.layers, 'layer')}, "
            f"{options.hidden} wide, {'no' if options.attention == 'none' else options.attention} attention"
        )

    def sizes(self) -> dict[str, object]:
        """Of the vocabularies."""
        return {"source vocabulary": self.source.size, "target vocabulary": self.target.size}


class Translate:
    """The task."""

    name = "translate"
    summary = "Writes a target text for a source text (an encoder-decoder)."
    noun = "pairs"
    headline: Mapping[str, str] = {
        "sequence_error_rate": "sequence error rate {:.2f} %",
        "token_error_rate": "token error rate {:.2f} %",
    }
    per_example = ("exact_match", "token_error_rate")
    recipe: type[TaskRecipe] = Recipe

    def recognise(self, look: Look) -> str | None:
        """Two parallel files are read by nobody else; other pairs are for translation if for nothing else."""
        return "these are two parallel files" if look.source.target_path else None

    def open(self, data: Data, copies: Path | None = None) -> PairFile | PairList:
        """Pairs of a file, of two parallel ones, or of a list of (source, target)."""
        if not isinstance(data, PairSource):
            return PairList(data)
        return open_pairs(data if copies is None else spool(data, copies))

    def key(self, example: Example) -> str:
        """Both texts."""
        return f"{example.source}\t{example.target}"

    def divide(self, train: Iterable[Example], valid: Iterable[Example] | None, recipe: Recipe, emit: Emit) -> Divided:
        """By a hash of both texts."""
        return divide_by_hash(train, valid, recipe.data, self.key, emit)

    def make(self, train: Iterable[Example], recipe: Recipe, emit: Emit) -> Translator:
        """Units in place of `auto`, a tokenizer per side, a fresh network."""
        recipe = choose_units(train, recipe, emit)
        return make_translator(recipe, *build_tokenizers(train, recipe))

    def load(self, recipe: Recipe, vocabularies: Mapping[str, str]) -> Translator:
        """The same again."""
        return translator_from(recipe, vocabularies)

    def encode(self, examples: Iterable[Example], network: Translator, folder: Path) -> None:
        """The ids of both sides."""
        EncodedPairs.write(folder, examples, network.source, network.target)

    def open_encoded(self, folder: Path) -> EncodedPairs:
        """The ids of both sides."""
        return EncodedPairs.open(folder)

    def learner(self, network: Translator, encoded: Encoded, emit: Emit) -> Seq2SeqLearner:
        """Without the pairs that are too long."""
        recipe = network.recipe
        examples = short_pairs(encoded.train, recipe.data.max_length, emit)
        return Seq2SeqLearner(
            network.model, encoded.train, encoded.valid, examples, recipe.batching, recipe.training.seed
        )

    def predictor(self, networks: Sequence[Translator]) -> TranslatePredictor:
        """One network, or an ensemble."""
        return TranslatePredictor(networks[0], make_predictor(networks))

    def pack(self, example: Example) -> list[Any]:
        """Source, target, line."""
        return list(example)

    def unpack(self, row: Sequence[Any]) -> Example:
        """Source, target, line."""
        return Example(*row)

    def card_example(self, example: Example) -> str:
        """A source."""
        return example.source


@dataclass(frozen=True)
class TranslatePredictor:
    """One translator, or several: the first is the one that is traced."""

    first: Translator
    texts: TextPredictor

    def read(self, path: str) -> Iterator[str]:
        """A source a line, its columns with tabs between them; of a table or JSON Lines the sources alone."""
        source = self.first.source
        return read_sources(path, len(source.columns) if isinstance(source, ColumnTokenizer) else 1)

    def is_one(self, given: object) -> bool:
        """A text, or a tuple of its columns, is one."""
        return is_one_text(given)

    def predict(self, inputs: Iterable[str], options: DecodingOptions) -> Iterator[Answer[None]]:
        """An output for each source."""
        return self.texts.predict(inputs, options)

    def evaluate(self, examples: Iterable[Example], options: DecodingOptions) -> Evaluation:
        """Predicts every source and compares."""
        return evaluate_pairs(self.texts, examples, replace(options, nbest=1))

    def trace(self, given: str | Sequence[str], options: DecodingOptions) -> Trace:
        """The prediction and all gates, states and weights on the way to it."""
        translator = self.first
        return trace_translator(translator.model, translator.source, translator.target, given, options)


def choose_units(examples: Iterable[Example], recipe: Recipe, emit: Emit) -> Recipe:
    """The recipe with units in place of `auto`; says what was decided and why."""
    chosen = decided_units(list(islice(examples, SAMPLE)), recipe)
    for side, decisions in zip(("source", "target"), chosen, strict=True):
        for number, decision in enumerate(decisions, 1):
            column = f" in column {number}" if len(decisions) > 1 else ""
            if decision.reason:
                emit(Note(f"{side} units{column}: {decision.units}, because {decision.reason}"))
    return with_units(recipe, chosen)


class DecidedUnits(NamedTuple):
    """The units of both sides, and why; no reason where the user gave them."""

    source: list[Decision]  # of each column
    target: list[Decision]  # of the only one


def decided_units(sample: Sequence[Example], recipe: Recipe) -> DecidedUnits:
    """The units that the recipe names, or that a look at the data suggests.

    Raises:
        UsageError: units for another number of columns.
    """
    source = decide_columns([example.source for example in sample], recipe.text.source_units)
    named = recipe.text.target_units
    target = decide_units([example.target for example in sample]) if named == "auto" else Decision(named, "")
    return DecidedUnits(source, [target])


def with_units(recipe: Recipe, chosen: DecidedUnits) -> Recipe:
    """The recipe with these units."""
    sides = zip(("source", "target"), chosen, strict=True)
    return recipe.with_settings({f"text.{side}_units": ",".join(one.units for one in found) for side, found in sides})


@dataclass(frozen=True)
class Sources:
    """The sources of examples, as often as they are wanted."""

    examples: Iterable[Example]

    def __iter__(self) -> Iterator[str]:
        return (example.source for example in self.examples)


def build_tokenizers(examples: Iterable[Example], recipe: Recipe) -> tuple[SourceTokenizer, Tokenizer]:
    """One tokenizer per side, from the training examples only.

    With model.copy the target vocabulary also has what stands in the sources in the same units, so that it can be
    copied by its name.

    Raises:
        RunError: a vocabulary would be empty.
    """
    text, units = recipe.text, recipe.text.source_units.split(",")
    targets: Iterable[str] = (example.target for example in examples)
    if recipe.model.copy:
        targets = chain(targets, cells_of(Sources(examples), units, text.target_units))
    source = build_source(Sources(examples), units, text.source_vocabulary, text.min_count, text.normalization)
    target = Tokenizer.build(targets, text.target_units, text.target_vocabulary, text.min_count, text.normalization)
    for side, tokenizer in (("source", source), ("target", target)):
        check_vocabulary(tokenizer.size, text.min_count, f"{side} unit")
    return source, target


def make_translator(recipe: Recipe, source: SourceTokenizer, target: Tokenizer) -> Translator:
    """A network with fresh weights, drawn from the recipe's seed."""
    separator = SEPARATOR_ID if isinstance(source, ColumnTokenizer) and source.shares_units else None
    torch.manual_seed(recipe.training.seed)
    copies = None
    if recipe.model.copy:
        target_ids = {target.token(id): id for id in range(target.size)}
        names = [source.token(id) if can_be_copied(source, id, target.units) else None for id in range(source.size)]
        copies = copy_table(names, target_ids)
    return Translator(build_seq2seq(recipe.model, source.size, target.size, copies, separator), source, target, recipe)


def translator_from(recipe: Recipe, vocabularies: Mapping[str, str]) -> Translator:
    """The network that a recipe describes, with fresh weights and recorded tokenizers."""
    source, target = source_from_json(vocabularies["source"]), Tokenizer.from_json(vocabularies["target"])
    return make_translator(recipe, source, target)


def short_pairs(pairs: EncodedTargets, longest: int, emit: Emit) -> Index:
    """The numbers of the pairs that are not longer than allowed on either side.

    Raises:
        RunError: when none is left.
    """
    lengths = np.maximum(pairs.source_lengths, pairs.target_lengths)
    kept = short_enough(lengths, longest, "examples", "units", emit)
    if not len(kept):
        raise RunError(f"no example is left: all are longer than {longest:,} units", fix="Raise --set data.max_length.")
    return kept


def make_predictor(translators: Sequence[Translator], search: Search = decode) -> TextPredictor:
    """One translator as a predictor, several as an ensemble.

    Args:
        search: how outputs are found.

    Raises:
        ModelError: translators with other vocabularies than the first.
    """
    first = translators[0]
    for other in translators[1:]:
        if other.vocabularies() != first.vocabularies():
            raise ModelError(
                "the models of an ensemble must have the same tokenizers",
                fix="Train them on the same data with other seeds (--seed), in other folders.",
            )
    model = step_model([translator.model for translator in translators])
    device, copied = device_of(first.model), first.recipe.model.copy
    return TextPredictor(model, first.source, first.target, device=device, replace_unknown=copied, search=search)
