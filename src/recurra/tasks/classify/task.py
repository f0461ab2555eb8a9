"""A label for a text, a vector or a series: many to one, and one to one.

This file connects: readers to inputs to the encoded table, options to a network, the network to a learner, and trained
networks to answers. What each of them does stands in its own room.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from recurra.data import EncodedTable, Labelled, LabelledList, Numbers, PairSource, open_labelled, spool
from recurra.data.labelled import LabelledData
from recurra.errors import ModelError
from recurra.models import Classifier
from recurra.tasks.classify.inputs import Inputs, inputs_from_json
from recurra.tasks.classify.learner import LabelLearner
from recurra.tasks.classify.making import (
    check_contents,
    decided,
    encoded_rows,
    known_labels,
    make_inputs,
    short_examples,
    standardise,
)
from recurra.tasks.classify.predictor import LabelPredictor
from recurra.tasks.classify.recipe import ClassifyRecipe
from recurra.tasks.classify.signs import why_labels
from recurra.tasks.recipe import TaskRecipe
from recurra.tasks.split import Part, divide_by_hash, shared_keys
from recurra.tasks.task import Data, Divided, Emit, Encoded, Look
from recurra.text.counted import counted


@dataclass(frozen=True)
class LabelNetwork:
    """A network, what it reads, the labels it knows, and the recipe it was made by."""

    model: Classifier
    inputs: Inputs
    labels: tuple[str, ...]
    recipe: ClassifyRecipe

    def vocabularies(self) -> dict[str, str]:
        """The input's units or names, and the labels."""
        return {"input": self.inputs.to_json(), "labels": json.dumps(list(self.labels), ensure_ascii=False)}

    def describe(self) -> str:
        """Its kind and its size."""
        options = self.recipe.model
        over = {"text": "units of a text", "series": "steps of a series", "vector": "numbers of a vector"}
        parts = {
            "rnn": f"{'bi-directional ' if options.bidirectional else ''}{options.cell} "
            f"of {counted(options.layers, 'layer')}, {options.hidden} wide, {options.pooling} pooling",
            "cnn": f"windows of {options.windows}, {options.hidden // 2} maps each, {options.pooling} pooling",
            "feedforward": f"feed-forward network of {counted(options.layers, 'hidden layer')}, {options.hidden} wide, "
            f"on the {options.pooling}",
        }
        return f"{parts[options.kind]}, over the {over[self.inputs.kind]}, to {counted(len(self.labels), 'label')}"

    def sizes(self) -> dict[str, object]:
        """Of what it reads and knows."""
        return {**self.inputs.sizes(), "labels": len(self.labels)}


class Classify:
    """The task."""

    name = "classify"
    summary = "Gives a text, a vector or a series its label."
    noun = "examples"
    headline: Mapping[str, str] = {"accuracy": "accuracy {:.2f} %", "macro_f1": "macro-F1 {:.2f} %"}
    per_example = ("accuracy",)
    recipe: type[TaskRecipe] = ClassifyRecipe

    def recognise(self, look: Look) -> str | None:
        """Files that nobody else reads, columns called label, and a second column of few different texts."""
        return why_labels(look)

    def open(self, data: Data, copies: Path | None = None) -> LabelledData:
        """Texts, vectors or series with labels, from files or from a list of (content, label)."""
        if not isinstance(data, PairSource):
            return LabelledList(data)
        return open_labelled(data if copies is None else spool(data, copies))

    def key(self, example: Labelled) -> str:
        """Content and label."""
        content = example.content
        text = content if isinstance(content, str) else content.values.tobytes().decode("latin-1")
        return f"{example.label}\t{text}"

    def divide(
        self, train: Iterable[Labelled], valid: Iterable[Labelled] | None, recipe: ClassifyRecipe, emit: Emit
    ) -> Divided:
        """By a hash of content and label; no label loses all of its examples to validation."""
        for examples in filter(None, (train, valid)):
            check_contents(examples, recipe)
        divided = divide_by_hash(train, valid, recipe.data, self.key, emit)
        if valid is None and isinstance(divided.valid, Part):
            divided = self._no_label_lost(divided, emit)
        return divided

    def make(self, train: Iterable[Labelled], recipe: ClassifyRecipe, emit: Emit) -> LabelNetwork:
        """A decided recipe, labels and units from the training examples, a fresh network."""
        labels = known_labels(train, emit)
        first = next(iter(train)).content
        recipe = decided(recipe, first, train, emit)
        network = make_network(recipe, make_inputs(train, first, recipe), labels)
        standardise(network.model.reader, train)
        return network

    def load(self, recipe: ClassifyRecipe, vocabularies: Mapping[str, str]) -> LabelNetwork:
        """The same again."""
        inputs = inputs_from_json(vocabularies["input"], recipe)
        return make_network(recipe, inputs, tuple(json.loads(vocabularies["labels"])))

    def encode(self, examples: Iterable[Labelled], network: LabelNetwork, folder: Path) -> None:
        """Ids or numbers, and the number of the label."""
        kinds = {"input": network.inputs.column, "label": "<i4"}
        EncodedTable.write(folder, kinds, encoded_rows(examples, network.inputs, network.labels))

    def open_encoded(self, folder: Path) -> EncodedTable:
        """Ids or numbers, and labels."""
        return EncodedTable.open(folder)

    def learner(self, network: LabelNetwork, encoded: Encoded, emit: Emit) -> LabelLearner:
        """Without the examples that are too long."""
        recipe, inputs = network.recipe, network.inputs
        examples = short_examples(inputs.lengths(encoded.train["input"].lengths), recipe.data.max_length, emit)
        return LabelLearner(
            network.model, inputs, encoded.train, encoded.valid, examples, recipe.batching, recipe.training.seed
        )

    def predictor(self, networks: Sequence[LabelNetwork]) -> LabelPredictor:
        """One network, or an ensemble.

        Raises:
            ModelError: networks that read or answer something else than the first.
        """
        first = networks[0].vocabularies()
        for other in networks[1:]:
            if other.vocabularies() != first:
                raise ModelError(
                    "the models of an ensemble must have the same units and labels",
                    fix="Train them on the same data with other seeds (--seed), in other folders.",
                )
        return LabelPredictor(networks)

    def pack(self, example: Labelled) -> list[Any]:
        """Content, label, line; numbers with their names."""
        content = example.content
        packed = content if isinstance(content, str) else [content.values.tolist(), list(content.names)]
        return [packed, example.label, example.line]

    def unpack(self, row: Sequence[Any]) -> Labelled:
        """The same again."""
        content, label, line = row
        if isinstance(content, str):
            return Labelled(content, label, line)
        values, names = content
        return Labelled(Numbers(np.array(values, dtype=np.float32), tuple(names)), label, line)

    def card_example(self, example: Labelled) -> str:
        """A text; numbers are no line."""
        return example.content if isinstance(example.content, str) else ""

    def _no_label_lost(self, divided: Divided, emit: Emit) -> Divided:
        """Labels of which nothing would be left to learn from are kept in the training data."""
        assert isinstance(divided.train, Part)
        assert isinstance(divided.valid, Part)
        left = {example.label for example in divided.train}
        lost = {example.label for example in divided.valid} - left
        if not lost:
            return divided
        stays, goes = divided.train.belongs, divided.valid.belongs
        train = Part(divided.train.examples, lambda example: stays(example) or example.label in lost)
        valid = Part(divided.valid.examples, lambda example: goes(example) and example.label not in lost)
        if not any(True for _ in valid):
            return Divided(train, train, shared_keys(train, train, self.key, emit))
        return Divided(train, valid, shared_keys(train, valid, self.key, emit))


def make_network(recipe: ClassifyRecipe, inputs: Inputs, labels: tuple[str, ...]) -> LabelNetwork:
    """A network with fresh weights, drawn from the recipe's seed."""
    torch.manual_seed(recipe.training.seed)
    return LabelNetwork(inputs.network(recipe.model, len(labels)), inputs, labels, recipe)
