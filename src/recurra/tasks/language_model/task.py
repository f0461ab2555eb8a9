"""The next word or character of a text, and all that follows from knowing it: generation, surprisal.

This file connects: plain text to units to the encoded table, options to a network, the network to a learner, and a
trained network to answers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from recurra.baselines import UnitsBaseline, from_bytes
from recurra.columns import check_vocabulary
from recurra.columns.stored import damaged
from recurra.data import PLAIN, EncodedTable, Examples, Passage, Preview, Row
from recurra.data.chunks import chunks
from recurra.decoding.limits import learned_length
from recurra.errors import RunError, UsageError
from recurra.models.mixture import Mixture
from recurra.structure import Structure
from recurra.tasks.ensembles import refuse_different
from recurra.tasks.examples import short_enough
from recurra.tasks.language_model.baseline import LanguageBaseline
from recurra.tasks.language_model.detect import detect
from recurra.tasks.language_model.form import (
    decide_form,
    of_form,
    split_lines,
    split_running,
)
from recurra.tasks.language_model.learner import LineLearner, StreamLearner
from recurra.tasks.language_model.mixing import is_same, mix
from recurra.tasks.language_model.network import NGRAMS, LanguageNetwork, make_network, sketch_network
from recurra.tasks.language_model.predictor import LanguagePredictor
from recurra.tasks.language_model.recipe import LanguageRecipe
from recurra.tasks.language_model.scoring import encoded
from recurra.tasks.split import Split
from recurra.tasks.task import Emit, Encoded, Task
from recurra.tasks.vocabulary import Side, text_side
from recurra.text import Decision, Tokenizer, decide_units
from recurra.text.counted import counted, is_or_are
from recurra.text.pieces import pieces_in
from recurra.training import Learner, Note

PREDICTED = "are read and predicted as <UNK>, and never generated"
KINDS = {"units": "<i4", "characters": "<i4"}
CHUNK = 1024  # passages encoded at once
SAMPLE = 2000  # passages from which `auto` decides the units
MIN_SUBWORD_TEXT = 5_000_000  # characters; of less text the pieces of words are learned badly, and characters do better


class LanguageModelling(Task[Passage, LanguageRecipe, LanguageNetwork]):
    """The task."""

    name = "language-model"
    summary = "Predicts the next word or character of a text (a recurrent language model)."
    noun = "lines"
    headline: Mapping[str, str] = {
        "perplexity": "perplexity {:.2f}",
        "bits_per_character": "{:.3f} bits per character",
        "nats_per_character": "{:.3f} nats",
    }
    per_example = ("bits_per_character",)
    recipe = LanguageRecipe
    kind = PLAIN
    baseline = LanguageBaseline()

    def detect(self, preview: Preview) -> str | None:
        """One column of text."""
        return detect(preview)

    def split(
        self, train: Examples[Passage], valid: Examples[Passage] | None, recipe: LanguageRecipe, emit: Emit
    ) -> Split:
        """Lines by a hash of each; of running text the last part."""
        form = recipe.data.form
        if form == "auto":
            decision = decide_form(train)
            form = decision.form
            emit(Note(f"form: {form}, because {decision.reason} (change it with --set data.form)"))
        others = None if valid is None else of_form(valid, form, emit)
        split = split_running if form == "running" else split_lines
        return split(of_form(train, form, emit), others, recipe.data, emit)._replace(decided={"data.form": form})

    def make(self, train: Iterable[Passage], recipe: LanguageRecipe, emit: Emit) -> LanguageNetwork:
        """A decided recipe, units learned from the training text, a fresh network."""
        recipe = decided(train, recipe, emit)
        text = recipe.text
        if pieces := pieces_in(passage.text for passage in islice(train, SAMPLE)):
            emit(Note(f"warning: {pieces.warning('lines', 'perplexity is that of pieces')}"))
        lines = (passage.text for passage in train)
        tokenizer = Tokenizer.build(lines, text.units, text.vocabulary, text.min_count, text.normalization)
        check_vocabulary(tokenizer.size, text.min_count)
        for note in tokenizer.notes:
            emit(Note(note))
        if recipe.data.form == "lines" and recipe.generation.length is None:
            usual = usual_length(train, tokenizer)
            recipe = recipe.with_settings({"generation.length": usual})
            emit(Note(f"continuations may have up to {counted(usual, 'unit')} (from the training lines)"))
        return make_network(recipe, tokenizer)

    def load(self, recipe: LanguageRecipe, vocabularies: Mapping[str, str]) -> LanguageNetwork:
        """The same again."""
        if recipe.data.form == "auto":
            raise damaged("data.form is left open")
        network = make_network(recipe, Tokenizer.from_json(vocabularies["text"]))
        if NGRAMS in vocabularies:
            network.model.mixture = described_mixture(vocabularies[NGRAMS], network)
        return network

    def sketch(self, recipe: LanguageRecipe) -> Structure:
        """The network, before there are data."""
        return sketch_network(recipe)

    def sides(self, network: LanguageNetwork) -> Sequence[Side[Passage]]:
        """The text."""
        least = network.recipe.text.min_count
        return [text_side("text", network.tokenizer, lambda passage: passage.text, "text.vocabulary", least, PREDICTED)]

    def encode(self, examples: Iterable[Passage], network: LanguageNetwork, folder: Path) -> None:
        """The units of each passage, and how many characters they are, line ends in both."""
        EncodedTable.write(folder, KINDS, encoded_rows(examples, network))

    def learner(self, network: LanguageNetwork, encoded: Encoded, emit: Emit) -> Learner:
        """Of lines without those that are too long; of running text with all of it."""
        recipe = network.recipe
        train, valid, batching, seed = encoded.train, encoded.valid, recipe.batching, recipe.training.seed
        if network.running:
            if len(train["units"].values) < 2:
                raise RunError("the text has fewer than two units: there is nothing to learn", fix="Give more text.")
            return StreamLearner(network.model, train, valid, batching, seed)
        lengths = train["units"].lengths - 1
        kept = short_enough(lengths, recipe.data.max_length, "lines", "units", emit)
        return LineLearner(network.model, train, valid, kept, batching, seed)

    def closed(self, network: LanguageNetwork, encoded: Encoded, baseline: bytes, emit: Emit) -> None:
        """The n-grams of the baseline are mixed in, where validation text is surely less surprising then."""
        if not baseline or not network.recipe.model.ngrams or is_same(encoded.train, encoded.valid):
            return
        ngrams = UnitsBaseline.from_stored(from_bytes(baseline))
        found = mix(network, encoded.valid, ngrams)
        how = f"is mixed in, with a mean weight of {found.share:.0%}" if found.better else "is not mixed in"
        beside = f"{found.nats:.3f} nats per unit, {found.alone:.3f} without it"
        emit(Note(f"the {ngrams.name} {how}: {beside}, on {counted(found.units, 'validation unit')}"))

    def predictor(self, networks: Sequence[LanguageNetwork]) -> LanguagePredictor:
        """One network, or an ensemble.

        Raises:
            ModelError: networks with another vocabulary than the first, or one for lines and one for running text.
        """
        refuse_different(
            networks,
            lambda one: (one.tokenizer.to_json(), one.running),
            "have the same vocabulary and the same data.form",
        )
        return LanguagePredictor(networks)


def described_mixture(text: str, network: LanguageNetwork) -> Mixture:
    """A mixture without its numbers.

    Raises:
        ModelError: it is none.
    """
    try:
        mixture = Mixture.from_json(text)
        if len(mixture.get_buffer("base")) != network.tokenizer.size:
            raise ValueError("n-grams of other units")
    except (ValueError, LookupError, TypeError) as error:
        raise damaged(f"the mixture with n-grams is none: {error}") from error
    return mixture


def usual_length(train: Iterable[Passage], tokenizer: Tokenizer) -> int:
    """What is learned from the lengths of the lines."""
    lengths = array("i")
    for chunk in chunks((passage.text for passage in train), CHUNK):
        lengths.extend(map(len, tokenizer.encode_batch(chunk)))
    return learned_length(np.frombuffer(lengths, dtype=np.int32))


def decided(train: Iterable[Passage], recipe: LanguageRecipe, emit: Emit) -> LanguageRecipe:
    """The recipe with form and units in place of `auto`; says why these units.

    Raises:
        UsageError: options that the form does not have.
    """
    form = decide_form(train).form if recipe.data.form == "auto" else recipe.data.form
    plain = LanguageRecipe()
    if form == "lines" and recipe.batching.steps != plain.batching.steps:
        raise UsageError("batching.steps is for running text, and these are lines", fix="Leave it out.")
    if form == "running" and recipe.data.max_length != plain.data.max_length:
        raise UsageError("data.max_length is for lines, and this is running text", fix="Leave it out.")
    units = recipe.text.units
    if units == "auto":
        decision = suitable_units(train)
        units = decision.units
        emit(Note(f"units: {units}, because {decision.reason}"))
    return recipe.with_settings({"data.form": form, "text.units": units})


def suitable_units(train: Iterable[Passage]) -> Decision:
    """Symbols of a closed list are words; other text is read in characters, and in subwords where there is much."""
    decision = decide_units([passage.text for passage in islice(train, SAMPLE)])
    if decision.units == "words":
        return decision
    total = sum(len(passage.text) for passage in train)
    if decision.units == "subwords" and total >= MIN_SUBWORD_TEXT:
        return decision
    return Decision("chars", f"{counted(total, 'character')} {is_or_are(total)} too few to learn well from words or "
                    "their pieces"
                    if total < MIN_SUBWORD_TEXT else decision.reason)  # fmt: skip


def encoded_rows(examples: Iterable[Passage], network: LanguageNetwork) -> Iterator[Row]:
    """Rows for the table; a passage without units, which is an empty part of a line, makes none."""
    for chunk in chunks(examples, CHUNK):
        for passage, ids in zip(chunk, encoded(network, chunk), strict=True):
            if ids:
                yield Row({"units": ids, "characters": [len(passage.text) + passage.ends]}, passage.line)
