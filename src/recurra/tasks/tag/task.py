"""A tag for every token: many to many, aligned. Parts of speech, slots, names.

This file connects: readers to vocabularies to the encoded table, options to a network, the network to a learner, and a
trained network to answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from recurra.data import TAGGED, BatchingOptions, EncodedTable, Preview, Row, Tagged, name_of
from recurra.data.bio import broken_at, is_bio, repaired, spans
from recurra.data.tagged import are_sentences
from recurra.errors import DataError, ModelError, RunError, UsageError
from recurra.metrics.spans import span_f1, tag_accuracy
from recurra.models.tagger import Tagger, TaggerOptions
from recurra.tasks.examples import short_enough
from recurra.tasks.recipe import DataOptions, TaskRecipe
from recurra.tasks.split import divide_by_hash
from recurra.tasks.tag.learner import TagLearner
from recurra.tasks.tag.predictor import TagPredictor
from recurra.tasks.tag.words import TokenReader
from recurra.tasks.task import Divided, Emit, Encoded
from recurra.text.counted import counted
from recurra.training import Note, TrainingOptions

KINDS = {"words": "<i4", "characters": "<i4", "sizes": "<i4", "tags": "<i4"}
CHUNK = 512  # sentences encoded at once
SHOWN = 5


@dataclass(frozen=True)
class TagDataOptions(DataOptions):
    """Which sentences are used."""

    repair: bool = False  # an I- tag that continues nothing begins a span, instead of being an error


@dataclass(frozen=True)
class TokenOptions:
    """How tokens are read: the section [text]."""

    vocabulary: int = 20_000  # maximum number of words, the most frequent ones; others are read by their characters
    min_count: int = 1  # words that occur less often become <UNK>
    lowercase: bool = True  # words are looked up in lower case; characters keep their case


@dataclass(frozen=True)
class TagRecipe(TaskRecipe):
    """All sections. The defaults are the same for every data set."""

    task: Literal["tag"] = "tag"
    data: TagDataOptions = field(default_factory=TagDataOptions)
    text: TokenOptions = field(default_factory=TokenOptions)
    batching: BatchingOptions = field(default_factory=lambda: BatchingOptions(batch_tokens=1024, batch_examples=32))
    model: TaggerOptions = field(default_factory=TaggerOptions)
    training: TrainingOptions = field(default_factory=lambda: TrainingOptions(learning_rate=0.003, label_smoothing=0.0))

    def __post_init__(self) -> None:
        if self.training.scheduled_sampling:
            raise UsageError("training.scheduled_sampling is for outputs that are written", fix="Leave it out.")
        if self.model.crf and self.training.label_smoothing:
            what = "training.label_smoothing is for tags that are chosen one by one, and model.crf is on"
            raise UsageError(what, fix="Leave it out, or set model.crf=false.")


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


class Tag:
    """The task."""

    name = "tag"
    summary = "Gives every token of a sentence its tag."
    noun = "sentences"
    headline: Mapping[str, str] = {"span_f1": "span F1 {:.2f} %", "accuracy": "accuracy {:.2f} %"}
    per_example = ("span_f1", "accuracy", "sentence_exact")
    recipe: type[TaskRecipe] = TagRecipe
    kind = TAGGED

    def detect(self, preview: Preview) -> str | None:
        """By the file's ending, or by columns of which the last writes spans."""
        if preview.ending in (".conll", ".conllu", ".iob", ".bio"):
            return f"its name ends in {preview.ending}"
        if preview.records() and all({"tokens", "tags"} <= set(record) for record in preview.records() if record):
            return "its keys are tokens and tags"
        if preview.given is not None:
            return "its rows are tokens and their tags" if are_sentences(preview.table()) else None
        rows = [line.split() for line in preview.lines]
        columns = {len(row) for row in rows if row}
        if rows and [] in rows[:-1] and len(columns) == 1 and columns != {1} and is_bio(row[-1] for row in rows if row):
            return "it has a token a line, empty lines between sentences, and tags such as B-X in its last column"
        return None

    def divide(self, train: Iterable[Tagged], valid: Iterable[Tagged] | None, recipe: TagRecipe, emit: Emit) -> Divided:
        """By a hash of tokens and tags; broken spans are refused, or repaired if that is asked for."""
        checked = [spans_whole(side, recipe.data.repair, emit) for side in (train, valid) if side is not None]
        return divide_by_hash(checked[0], checked[1] if valid is not None else None, recipe.data, self.kind.key, emit)

    def make(self, train: Iterable[Tagged], recipe: TagRecipe, emit: Emit) -> TagNetwork:
        """Vocabularies and a fresh network."""
        reader = TokenReader.build(
            Tokens(train), recipe.text.vocabulary, recipe.text.min_count, lowercase=recipe.text.lowercase
        )
        tags = sorted({tag for sentence in train for tag in sentence.tags})
        if len(tags) < 2:
            raise RunError(
                f"there is only one tag, {tags[0]!r}: nothing is to be learned", fix="Look at the tag column."
            )
        return make_network(recipe, reader, tuple(tags))

    def load(self, recipe: TagRecipe, vocabularies: Mapping[str, str]) -> TagNetwork:
        """The same again."""
        reader = TokenReader.load(vocabularies, lowercase=recipe.text.lowercase)
        return make_network(recipe, reader, tuple(json.loads(vocabularies["tags"])))

    def encode(self, examples: Iterable[Tagged], network: TagNetwork, folder: Path) -> None:
        """Words, characters and tags as numbers; a tag that training data lack makes no sentence to learn from."""
        EncodedTable.write(folder, KINDS, encoded_rows(examples, network))

    def open_encoded(self, folder: Path) -> EncodedTable:
        """The numbers."""
        return EncodedTable.open(folder)

    def learner(self, network: TagNetwork, encoded: Encoded, emit: Emit) -> TagLearner:
        """Measured by spans where the tags write spans, else by tokens."""
        recipe = network.recipe
        lengths = encoded.train["words"].lengths
        kept = short_enough(lengths, recipe.data.max_length, "sentences", "tokens", emit)
        if not len(kept):
            raise RunError("no sentence is left: all are too long", fix="Raise --set data.max_length.")
        by_spans = is_bio(network.tags)
        return TagLearner(
            network.model,
            encoded.train,
            encoded.valid,
            kept,
            network.tags,
            quality_of_spans if by_spans else tag_accuracy,
            "wrong_spans" if by_spans else "wrong_tags",
            recipe.batching,
            recipe.training.seed,
        )

    def predictor(self, networks: Sequence[TagNetwork]) -> TagPredictor:
        """One network, or an ensemble.

        Raises:
            ModelError: networks with other vocabularies or tags than the first, or one with a CRF and one without.
        """
        first = networks[0]
        for other in networks[1:]:
            if other.vocabularies() != first.vocabularies() or other.recipe.text != first.recipe.text:
                raise ModelError(
                    "the models of an ensemble must have the same vocabularies and tags",
                    fix="Train them on the same data with other seeds (--seed), in other folders.",
                )
            if other.recipe.model.crf != first.recipe.model.crf:
                what = "the models of an ensemble must all have a CRF, or all have none"
                raise ModelError(what, fix="Train them with the same model.crf.")
        return TagPredictor(networks)

    def card_example(self, example: Tagged) -> str:
        """The tokens."""
        return " ".join(example.tokens)


@dataclass(frozen=True)
class Tokens:
    """The tokens alone of some sentences, as often as they are wanted."""

    sentences: Iterable[Tagged]

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return (sentence.tokens for sentence in self.sentences)


@dataclass(frozen=True)
class Repaired:
    """Sentences whose broken spans begin where they are first seen."""

    sentences: Iterable[Tagged]

    def __iter__(self) -> Iterator[Tagged]:
        return (sentence._replace(tags=repaired(sentence.tags)) for sentence in self.sentences)


def spans_whole(sentences: Iterable[Tagged], repair: bool, emit: Emit) -> Iterable[Tagged]:
    """The same sentences, repaired if that is asked for and the tags write spans.

    Raises:
        DataError: broken spans, and repairing them was not asked for.
    """
    if not is_bio(chain.from_iterable(sentence.tags for sentence in sentences)):
        return sentences
    broken = [(sentence, k) for sentence in sentences for k in broken_at(sentence.tags)]
    if not broken:
        return sentences
    name = name_of(sentences)
    if repair:
        emit(Note(f"{len(broken):,} spans of {name} begin with I- and were repaired to begin with B- (data.repair)"))
        return Repaired(sentences)
    places = [
        f"  {name}:{sentence.line}: token {k + 1}, {sentence.tokens[k]!r}, has the tag {sentence.tags[k]} after "
        f"{sentence.tags[k - 1] if k else 'the beginning'}"
        for sentence, k in broken[:SHOWN]
    ]
    more = [f"  ... and {len(broken) - SHOWN:,} more"] if len(broken) > SHOWN else []
    raise DataError(
        "\n".join([f"{len(broken):,} tags I-X go on with a span that has not begun with B-X:", *places, *more]),
        where=name,
        fix="Correct them, or let each begin a span: --set data.repair=true",
    )


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


def encoded_rows(examples: Iterable[Tagged], network: TagNetwork) -> Iterator[Row]:
    """Rows for the table; sentences with a tag that the network does not know are left out."""
    number = {tag: k for k, tag in enumerate(network.tags)}
    remaining = (example for example in examples if number.keys() >= set(example.tags))
    while chunk := list(islice(remaining, CHUNK)):
        for example, (words, spellings) in zip(chunk, network.reader.encode([e.tokens for e in chunk]), strict=True):
            values = {
                "words": words,
                "characters": list(chain.from_iterable(spellings)),
                "sizes": [len(spelling) for spelling in spellings],
                "tags": [number[tag] for tag in example.tags],
            }
            yield Row(values, example.line)


def quality_of_spans(predictions: list[list[str]], references: list[list[str]]) -> Any:
    """F1 of the spans that the tags write."""
    return span_f1([{*spans(tags)} for tags in predictions], [{*spans(tags)} for tags in references])
