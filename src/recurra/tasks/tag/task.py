"""A tag for every token: many to many, aligned. Parts of speech, slots, names.

This file connects: readers to vocabularies to the encoded table, options to a network, the network to a learner, and a
trained network to answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path

from recurra.columns.word_vectors import GivenVectors, learn_words
from recurra.data import TAGGED, EncodedTable, Examples, Preview, Tagged, as_examples
from recurra.data.conll_layout import tags_in_columns
from recurra.data.gazetteers import Gazetteers
from recurra.data.jsonl import JSON_LINES
from recurra.data.roles import fine_set
from recurra.data.schemes import neighbours_of, tag_counts
from recurra.data.tagged import ENDINGS, are_sentences, are_tokens
from recurra.data.tagged_keys import are_tagged
from recurra.errors import DataError, ModelError, RunError
from recurra.structure import Structure
from recurra.tasks.ensembles import refuse_different
from recurra.tasks.examples import short_enough
from recurra.tasks.split import Split, all_learned, split_by_hash
from recurra.tasks.tag.baseline import TagBaseline
from recurra.tasks.tag.learner import TagLearner
from recurra.tasks.tag.names import coverage
from recurra.tasks.tag.network import TagNetwork, load_network, make_network, scheme_of, sketch_network
from recurra.tasks.tag.predictor import TagPredictor
from recurra.tasks.tag.recipe import NONE, TagRecipe
from recurra.tasks.tag.sentences import (
    KINDS,
    decide,
    encoded_rows,
    in_scheme,
    say_tags,
    say_unseen,
    tags_of,
)
from recurra.tasks.tag.words import TokenReader, as_line, cut_note
from recurra.tasks.task import Emit, Encoded, Task
from recurra.tasks.vocabulary import Side, text_side
from recurra.training import Note

SPELT = "are read by their characters alone"


def has_tokens(preview: Preview) -> bool:
    """Whether this is surely a table with a token a row."""
    try:
        return (preview.given is not None or preview.ending == ".csv") and are_tokens(preview.source)
    except DataError:
        return False


class Tag(Task[Tagged, TagRecipe, TagNetwork]):
    """The task."""

    name = "tag"
    summary = "Predicts a tag for every token of a sentence."
    noun = "sentences"
    headline: Mapping[str, str] = {"span_f1": "span F1 {:.2f} %", "accuracy": "accuracy {:.2f} %"}
    per_example = ("span_f1", "accuracy", "sentence_exact")
    recipe = TagRecipe
    kind = TAGGED
    baseline = TagBaseline()
    gazetteers: Gazetteers = ()  # lists of names that a fresh network reads

    def with_gazetteers(self, gazetteers: Gazetteers) -> Tag:
        """The same task, whose fresh networks read these lists of names too."""
        found = copy(self)
        found.gazetteers = gazetteers
        return found

    def detect(self, preview: Preview) -> str | None:
        """By the ending of the name, lists of tokens and tags, or columns of which the last has tags."""
        if preview.ending in ENDINGS and preview.ending not in JSON_LINES:
            return f"its name ends in {preview.ending}"
        if has_tokens(preview):
            return "it has a token a row, and a column that says to which sentence it belongs"
        records = [record for record in preview.records() if record]
        if records and all(are_tagged(record, preview.source) for record in records):
            return "its rows have lists of tokens and of their tags"
        if preview.given is not None:
            return "its rows are tokens and their tags" if are_sentences(preview.table()) else None
        if tags := tags_in_columns(preview.lines):
            return f"it has a token a line, empty lines between sentences, and {tags} in its last column"
        return None

    def split(self, train: Examples[Tagged], valid: Examples[Tagged] | None, recipe: TagRecipe, emit: Emit) -> Split:
        """By a hash of the tokens; spans are in one scheme, broken ones are refused or repaired."""

        def say(text: str) -> None:
            emit(Note(text))

        neighbours = neighbours_of(sentence.tags for sentence in train)
        say_tags(tag_counts(neighbours), say)
        scheme, repair = decide(train.name, neighbours, recipe.data, say), recipe.data.repair
        train = in_scheme(train, scheme, say, repair=repair, neighbours=neighbours)
        others = None if valid is None else in_scheme(valid, scheme, say, repair=repair)
        parts = split_by_hash(train, others, recipe.data, self.kind, emit)
        if valid is None:
            why = "tags of the sentences set aside are in no others"
            parts = all_learned(train, parts, self.kind, emit, lambda sentence: sentence.tags, why)
        else:
            say_unseen(parts.valid, tags_of(parts.train), say)
        return parts._replace(decided={"data.scheme": NONE if scheme is None else str(scheme)})

    def make(self, train: Iterable[Tagged], recipe: TagRecipe, emit: Emit) -> TagNetwork:
        """Vocabularies and a fresh network."""
        sentences = as_examples(train).map(lambda sentence: sentence.tokens)
        return self._made(train, recipe, emit, TokenReader.build(sentences, recipe.text))

    def make_with_vectors(self, train: Iterable[Tagged], recipe: TagRecipe, emit: Emit, vectors: str) -> TagNetwork:
        """The same, whose words have vectors."""
        text, given = recipe.text, GivenVectors(vectors, recipe.vectors)
        sentences = as_examples(train).map(lambda sentence: sentence.tokens)
        lines = (as_line(tokens, text.lowercase) for tokens in sentences)
        words, table = learn_words(lines, given, text.vocabulary, text.min_count, "NFC", emit)
        network = self._made(train, recipe, emit, TokenReader.around(words, sentences, text, table.shape))
        table.fill(network.model.words)
        return network

    def _made(self, train: Iterable[Tagged], recipe: TagRecipe, emit: Emit, reader: TokenReader) -> TagNetwork:
        reader = replace(reader, gazetteers=self.gazetteers)
        for note in coverage((sentence.tokens for sentence in train), self.gazetteers) if self.gazetteers else ():
            emit(Note(note))
        for note in reader.characters.notes:
            emit(Note(f"words: {note}"))
        if note := cut_note(reader, (sentence.tokens for sentence in train)):
            emit(Note(note))
        tags = sorted(tags_of(train))
        if len(tags) < 2:
            raise RunError(
                f"there is only one tag, {tags[0]!r}: there is nothing to learn",
                fix="Is it the right column? Name the column of the tags with --target-column.",
            )
        scheme = scheme_of(recipe, tags) if recipe.model.roles else None
        classes = [] if scheme is None else fine_set(tags, scheme)
        return make_network(recipe, reader, tuple(tags), tuple(classes) if len(classes) > len(tags) else ())

    def load(self, recipe: TagRecipe, vocabularies: Mapping[str, str]) -> TagNetwork:
        """The same again."""
        return load_network(recipe, vocabularies)

    def sketch(self, recipe: TagRecipe) -> Structure:
        """The network, before there are data."""
        return sketch_network(recipe)

    def sides(self, network: TagNetwork) -> Sequence[Side[Tagged]]:
        """Words, and the characters that they are made of."""
        reader = network.reader
        return [
            text_side(
                "words",
                reader.words,
                lambda one: as_line(one.tokens, reader.lowercase),
                "text.vocabulary",
                network.recipe.text.min_count,
                SPELT,
            ),
            text_side("characters", reader.characters, lambda one: "".join(one.tokens), ""),
        ]

    def encode(self, examples: Iterable[Tagged], network: TagNetwork, folder: Path) -> None:
        """Words, characters and tags as numbers."""
        EncodedTable.write(folder, KINDS, encoded_rows(examples, network))

    def learner(self, network: TagNetwork, encoded: Encoded, emit: Emit) -> TagLearner:
        """Measured by spans where the tags write spans, else by tokens."""
        recipe = network.recipe
        lengths = encoded.train["words"].lengths
        kept = short_enough(lengths, recipe.data.max_length, "sentences", "tokens", emit)
        options, seed = recipe.batching, recipe.training.seed
        return TagLearner(
            network.model, encoded.train, encoded.valid, kept, network.tags, network.scheme, options, seed
        )

    def predictor(self, networks: Sequence[TagNetwork]) -> TagPredictor:
        """One network, or an ensemble.

        Raises:
            ModelError: networks with other vocabularies or tags than the first, or one with a CRF and one without.
        """
        refuse_different(
            networks,
            lambda one: (one.vocabularies(), one.recipe.text, one.scheme),
            "have the same vocabularies and tags",
        )
        if len({one.recipe.model.crf for one in networks}) > 1:
            what = "the models of an ensemble must all have a CRF, or all have none"
            raise ModelError(what, fix="Train them with the same model.crf.")
        return TagPredictor(networks)
