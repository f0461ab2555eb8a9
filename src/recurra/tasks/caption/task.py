"""One to many: what is in an image (or a vector), in words. Convolutions read, the translator's decoder writes.

What a tokenizer, a decoder, a search and a loss are is translation's. Here stand only what images ask for: examples
whose first column holds paths, a shape that all images are made to fit, and their bytes on the disk instead of ids.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from recurra.columns import ImageColumn, check_vocabulary
from recurra.data import (
    CAPTIONS,
    Batch,
    Captioned,
    EncodedCaptions,
    EncodedTable,
    ImageShape,
    Preview,
    Row,
    places_of,
)
from recurra.data.chunks import chunks
from recurra.data.unknown import WRITTEN
from recurra.models import build_captioner
from recurra.models.search import step_model
from recurra.models.structures import seq2seq_structure
from recurra.models.unfilled import unfilled
from recurra.structure import Structure, without_data
from recurra.tasks.caption.baseline import CaptionBaseline
from recurra.tasks.caption.detect import detect
from recurra.tasks.caption.inputs import (
    CaptionInputs,
    build_network,
    decided_inputs,
    described,
    encode,
    inputs_from_json,
    padded,
    standardise,
)
from recurra.tasks.caption.predictor import CaptionPredictor
from recurra.tasks.caption.recipe import CaptionRecipe
from recurra.tasks.seq2seq.learner import Seq2SeqLearner
from recurra.tasks.seq2seq.limits import Measured, say_too_long, short_pairs, with_limit
from recurra.tasks.seq2seq.network import SAMPLE, USUAL, Seq2SeqNetwork, check_same_vocabularies, say_pieces
from recurra.tasks.task import Emit, Encoded, Task
from recurra.tasks.vocabulary import Side, text_side
from recurra.text import Tokenizer, decide_whole_units
from recurra.text.counted import counted
from recurra.text.names import plain_name, vocabulary_limit
from recurra.text.special import SPECIAL_TOKENS
from recurra.training import Index, Note

CHUNK = 1024  # captions encoded at once
USUAL_SIDE = 64  # pixels of an image, where none has been seen


@dataclass(frozen=True)
class Captioner(Seq2SeqNetwork[CaptionInputs, CaptionRecipe]):
    """One that reads images or vectors."""

    def describe(self) -> str:
        """Its kind and its size."""
        options = self.recipe.model
        reads = (
            f"convolutions over {described(self.source)}"
            if isinstance(self.source, ImageColumn)
            else f"two layers over {described(self.source)}"
        )
        return (
            f"{reads}, an {options.cell} decoder of {counted(options.layers, 'layer')}, {options.hidden} wide, "
            f"{options.attention} attention"
        )

    def structure(self) -> Structure:
        """What it is made of."""
        reads = "an image" if isinstance(self.source, ImageColumn) else "numbers"
        return seq2seq_structure(self.model, reads, plain_name(self.target.units))

    def sizes(self) -> dict[str, object]:
        """What is read, and of the vocabulary."""
        return {**self.source.sizes(), "target vocabulary": self.target.size}


class Caption(Task[Captioned, CaptionRecipe, Captioner]):
    """The task."""

    name = "caption"
    summary = "Writes a text about an image (convolutions and a recurrent decoder)."
    noun = "captioned images"
    headline: Mapping[str, str] = {"exact_match": "exact match {:.2f} %", "bleu": "BLEU {:.2f}"}
    per_example = ("exact_match", "token_error_rate")
    recipe = CaptionRecipe
    kind = CAPTIONS
    baseline = CaptionBaseline()

    def detect(self, preview: Preview) -> str | None:
        """A column of paths under which there are images."""
        return detect(preview)

    def make(self, train: Iterable[Captioned], recipe: CaptionRecipe, emit: Emit) -> Captioner:
        """A decided shape, units and longest caption, a tokenizer, a fresh network that knows the images' means."""
        inputs = decided_inputs(train, recipe, emit)
        say_pieces((), (example.caption for example in train), emit)
        recipe = with_units(train, recipe, emit)
        tokenizer = build_tokenizer(train, recipe)
        for note in tokenizer.notes:
            emit(Note(note))
        recipe = with_limit(recipe, measured_captions(train, tokenizer), emit, by_source=False)
        network = make_network(recipe, inputs, tokenizer)
        standardise(network.model, inputs, train, emit)
        return network

    def load(self, recipe: CaptionRecipe, vocabularies: Mapping[str, str]) -> Captioner:
        """The same again."""
        return make_network(
            recipe, inputs_from_json(vocabularies["source"]), Tokenizer.from_json(vocabularies["target"])
        )

    def sketch(self, recipe: CaptionRecipe) -> Structure:
        """What writes about images; how large they are is left open."""
        with unfilled():
            model = build_captioner(recipe.model, len(SPECIAL_TOKENS), ImageShape(USUAL_SIDE, USUAL_SIDE, 3))
        return without_data(seq2seq_structure(model, "an image", plain_name(recipe.text.target_units)))

    def sides(self, network: Captioner) -> Sequence[Side[Captioned]]:
        """Captions."""
        least = network.recipe.text.min_count
        return [
            text_side("captions", network.target, lambda one: one.caption, "text.target_vocabulary", least, WRITTEN)
        ]

    def encode(self, examples: Iterable[Captioned], network: Captioner, folder: Path) -> None:
        """The bytes of images (or the numbers of vectors), and the ids of captions."""
        kinds = {"content": network.source.dtype, "target": "<i4"}
        EncodedTable.write(folder, kinds, encoded_rows(examples, network))

    def open_encoded(self, folder: Path) -> EncodedCaptions:
        """The same."""
        return EncodedCaptions.open(folder)

    def learner(self, network: Captioner, encoded: Encoded, emit: Emit) -> Seq2SeqLearner:
        """Without the captions that are too long."""
        recipe, inputs = network.recipe, network.source

        say_too_long(encoded.valid, recipe.decoding, "validation", emit)

        def collate(examples: EncodedCaptions, index: Index) -> Batch:
            return examples.batch(index, partial(padded, inputs))

        return Seq2SeqLearner(
            network.model,
            encoded.train,
            encoded.valid,
            short_pairs(encoded.train, recipe.data.max_length, emit),
            recipe.batching,
            recipe.training.seed,
            decoding=recipe.decoding,
            collate=collate,
        )

    def predictor(self, networks: Sequence[Captioner]) -> CaptionPredictor:
        """One network, or an ensemble.

        Raises:
            ModelError: networks that read or write something else than the first.
        """
        check_same_vocabularies(networks)
        first = networks[0]
        model = step_model([network.model for network in networks])
        return CaptionPredictor([network.model for network in networks], model, first.source, first.target)


def with_units(train: Iterable[Captioned], recipe: CaptionRecipe, emit: Emit) -> CaptionRecipe:
    """The recipe with units in place of `auto`; says what was decided and why."""
    if recipe.text.target_units != "auto":
        return recipe
    decision = decide_whole_units([example.caption for example in islice(train, SAMPLE)])
    emit(Note(f"target units: {decision.units}, because {decision.reason}"))
    return recipe.with_settings({"text.target_units": decision.units})


def build_tokenizer(train: Iterable[Captioned], recipe: CaptionRecipe) -> Tokenizer:
    """Of the training captions.

    Raises:
        RunError: the vocabulary would be empty.
    """
    text = recipe.text
    captions = (example.caption for example in train)
    limit = vocabulary_limit(text.target_vocabulary, text.target_units, USUAL)
    tokenizer = Tokenizer.build(captions, text.target_units, limit, text.min_count, text.normalization)
    check_vocabulary(tokenizer.size, text.min_count)
    return tokenizer


def measured_captions(train: Iterable[Captioned], tokenizer: Tokenizer) -> Measured:
    """The lengths of captions; an image has none."""
    lengths, lines = array("i"), array("q")
    for chunk in chunks(train, CHUNK):
        lengths.extend(map(len, tokenizer.encode_batch([example.caption for example in chunk])))
        lines.extend(example.line for example in chunk)
    targets = np.frombuffer(lengths, dtype=np.int32)
    return Measured(np.zeros_like(targets), targets, np.frombuffer(lines, dtype=np.int64))


def make_network(recipe: CaptionRecipe, inputs: CaptionInputs, target: Tokenizer) -> Captioner:
    """A network with fresh weights, drawn from the recipe's seed."""
    torch.manual_seed(recipe.training.seed)
    return Captioner(build_network(inputs, recipe.model, target.size), inputs, target, recipe)


def encoded_rows(examples: Iterable[Captioned], network: Captioner) -> Iterator[Row]:
    """Each example as the values of two columns."""
    place = places_of(examples)
    for example in examples:
        content = encode(network.source, example.content, place(example.line))
        yield Row({"content": content, "target": network.target.encode(example.caption)}, example.line)
