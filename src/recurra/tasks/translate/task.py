"""Text to text: an encoder-decoder learns from pairs and writes an output for every source.

This file connects: readers to tokenizers to the encoded cache, options to a network, the network to a learner, and
trained networks to answers. What each of them does stands in its own room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from recurra.columns.word_vectors import GivenVectors, words_only
from recurra.data import PAIRS, EncodedPairs, Example, Preview
from recurra.data.known_names import find
from recurra.data.unknown import WRITTEN
from recurra.models import AlignedPairs, device_of
from recurra.structure import Structure
from recurra.tasks.seq2seq.aligned_pairs import UNSEEN, beside_note, learned, seconds_for, unseen, weighed
from recurra.tasks.seq2seq.baseline import TextBaseline
from recurra.tasks.seq2seq.learner import Seq2SeqLearner
from recurra.tasks.seq2seq.limits import measured, say_too_long, short_pairs, with_limit
from recurra.tasks.seq2seq.network import (
    SAMPLE,
    TextNetwork,
    build_target,
    build_tokenizers,
    decided_notes,
    learn_source_words,
    load_text_network,
    make_text_network,
    say_pieces,
    sketch_text_network,
)
from recurra.tasks.seq2seq.pairs_search import PairsSearch
from recurra.tasks.seq2seq.predictor import TextPredictor
from recurra.tasks.task import Emit, Encoded, Task
from recurra.tasks.translate.recipe import Recipe
from recurra.tasks.vocabulary import Side, text_side
from recurra.text import Decision, decide_units
from recurra.text.columns import decide_columns, end_of_first
from recurra.training import Note


class Translate(Task[Example, Recipe, TextNetwork[Recipe]]):
    """The task."""

    name = "translate"
    summary = "Writes a target text for a source text (an encoder-decoder)."
    noun = "pairs"
    headline: Mapping[str, str] = {
        "sequence_error_rate": "sequence error rate {:.2f} %",
        "token_error_rate": "token error rate {:.2f} %",
    }
    per_example = ("exact_match", "token_error_rate")
    recipe = Recipe
    kind = PAIRS
    baseline = TextBaseline()

    def detect(self, preview: Preview) -> str | None:
        """Two parallel files are read by nobody else; other pairs are for translation if for nothing else."""
        if preview.source.target_path:
            return "these are two parallel files"
        found = find(self.kind.sides.known, preview.names())
        return f"its {'keys' if preview.records() else 'columns'} are called {' and '.join(found)}" if found else None

    def make(self, train: Iterable[Example], recipe: Recipe, emit: Emit) -> TextNetwork[Recipe]:
        """Units in place of `auto`, a tokenizer per side, the greatest length of outputs, a fresh network."""
        say_pieces((one.source for one in train), (one.target for one in train), emit)
        recipe = choose_units(train, recipe, emit)
        tokenizers = build_tokenizers(train, recipe)
        for note in decided_notes(tokenizers):
            emit(Note(note))
        recipe = with_limit(recipe, measured(train, *tokenizers), emit)
        return make_text_network(recipe, *tokenizers)

    def make_with_vectors(
        self, train: Iterable[Example], recipe: Recipe, emit: Emit, vectors: str
    ) -> TextNetwork[Recipe]:
        """The same, whose sources are read as words that have vectors."""
        say_pieces((one.source for one in train), (one.target for one in train), emit)
        recipe = choose_units(train, with_source_words(recipe, emit), emit)
        target = build_target(train, recipe)
        source, table = learn_source_words(train, recipe, target, GivenVectors(vectors, recipe.vectors), emit)
        for note in decided_notes((source, target)):
            emit(Note(note))
        recipe = with_limit(recipe, measured(train, source, target), emit)
        network = make_text_network(recipe, source, target, table.shape)
        table.fill(network.model.source_words)
        return network

    def load(self, recipe: Recipe, vocabularies: Mapping[str, str]) -> TextNetwork[Recipe]:
        """The same again."""
        return load_text_network(recipe, vocabularies)

    def sketch(self, recipe: Recipe) -> Structure:
        """The encoder-decoder, before there are tokenizers."""
        return sketch_text_network(recipe, recipe.text.source_units.split(","))

    def sides(self, network: TextNetwork[Recipe]) -> Sequence[Side[Example]]:
        """Source and target."""
        least = network.recipe.text.min_count
        return [
            text_side("source", network.source, lambda pair: pair.source, "text.source_vocabulary", least),
            text_side("target", network.target, lambda pair: pair.target, "text.target_vocabulary", least, WRITTEN),
        ]

    def encode(self, examples: Iterable[Example], network: TextNetwork[Recipe], folder: Path) -> None:
        """The ids of both sides."""
        EncodedPairs.write(folder, examples, network.source, network.target)

    def open_encoded(self, folder: Path) -> EncodedPairs:
        """The ids of both sides."""
        return EncodedPairs.open(folder)

    def learner(self, network: TextNetwork[Recipe], encoded: Encoded, emit: Emit) -> Seq2SeqLearner:
        """Without the pairs that are too long."""
        recipe = network.recipe
        examples = short_pairs(encoded.train, recipe.data.max_length, emit)
        say_too_long(encoded.valid, recipe.decoding, "validation", emit)
        options, seed = recipe.batching, recipe.training.seed
        return Seq2SeqLearner(
            network.model, encoded.train, encoded.valid, examples, options, seed, decoding=recipe.decoding
        )

    def closed(self, network: TextNetwork[Recipe], encoded: Encoded, baseline: bytes, emit: Emit) -> None:
        """N-grams of aligned pairs are put beside the network; they count where they surely help the right outputs.

        They are there in any case, so that all members of an ensemble have the same parts.
        """
        until = end_of_first(network.source)
        pairs = learned(encoded.train, until) if may_have_pairs(network, encoded) else None
        if pairs is None or unseen(pairs, encoded.valid) > UNSEEN:
            return
        found = weighed(network.model, pairs, encoded.valid, network.recipe.decoding)
        beside = AlignedPairs.of(pairs.opened(), found.scale, proposes=found.proposes, until=until)
        network.model.pairs = beside.to(device_of(network.model))
        emit(Note(beside_note(pairs, found)))

    def closing_seconds(self, network: TextNetwork[Recipe], encoded: Encoded) -> float:
        """For learning and weighing n-grams of aligned pairs."""
        return seconds_for(encoded.train, encoded.valid) if may_have_pairs(network, encoded) else 0.0

    def predictor(self, networks: Sequence[TextNetwork[Recipe]]) -> TextPredictor[Recipe]:
        """One network, or an ensemble."""
        parts = [one.model.pairs for one in networks]
        counting = [part for part in parts if part is not None and part.scale]
        if not counting:
            return TextPredictor(networks)
        search = PairsSearch(counting, len(parts))
        return TextPredictor(networks, search.outputs, recorded=search.recorded)


def may_have_pairs(network: TextNetwork[Recipe], encoded: Encoded) -> bool:
    """Whether n-grams of aligned pairs may stand beside a network."""
    return network.recipe.model.ngrams and encoded.train.digest != encoded.valid.digest


def with_source_words(recipe: Recipe, emit: Emit) -> Recipe:
    """The recipe with words for units of all columns of the sources.

    Raises:
        UsageError: it says something else.
    """
    for units in dict.fromkeys(name.strip() for name in recipe.text.source_units.split(",")):
        words_only(units, "text.source_units", emit, "source ")
    return recipe.with_settings({"text.source_units": "words"})


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
