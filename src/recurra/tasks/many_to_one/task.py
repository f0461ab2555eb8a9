"""Many to one, and one to one: what the tasks do that make one answer of a whole input.

This file connects: examples to columns and a head, these to an encoded table and a network, the network to a learner,
and trained networks to answers. What each of them does stands in its own file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor

from recurra.columns import Inputs
from recurra.columns.reads import reads_of
from recurra.columns.stored import damaged
from recurra.data import LABELLED, EncodedTable, Examples, Kind, Labelled, Preview
from recurra.lists import floats
from recurra.models import ManyToOne, Wide, build_many_to_one, number_branch, token_branch
from recurra.models.structures import Reads, many_to_one_structure
from recurra.models.unfilled import unfilled
from recurra.structure import Structure, without_data
from recurra.tasks.baseline import TaskBaseline
from recurra.tasks.ensembles import refuse_different
from recurra.tasks.examples import short_enough
from recurra.tasks.fitted_once import Once
from recurra.tasks.many_to_one.baseline import HeadBaseline
from recurra.tasks.many_to_one.build import (
    check_contents,
    column_sides,
    decided,
    encoded_rows,
    learn_inputs,
    standardise,
)
from recurra.tasks.many_to_one.head import Head
from recurra.tasks.many_to_one.labels import LabelHead
from recurra.tasks.many_to_one.learner import TARGET, WIDE, HeadLearner
from recurra.tasks.many_to_one.predictor import HeadPredictor
from recurra.tasks.many_to_one.recipe import ManyToOneRecipe
from recurra.tasks.many_to_one.wide import Beside, fit_wide, wanted
from recurra.tasks.split import Split, split_by_hash
from recurra.tasks.task import Encoded, Task
from recurra.tasks.vocabulary import Side
from recurra.text.counted import agreeing, counted, does_or_do
from recurra.text.names import plain_name
from recurra.text.special import SPECIAL_TOKENS
from recurra.training import Budget, Emit, Note


@dataclass(frozen=True)
class HeadNetwork:
    """A network, what it reads, what it answers, and the recipe it was made by."""

    model: ManyToOne
    inputs: Inputs
    head: Head
    recipe: ManyToOneRecipe
    held_out: Mapping[str, Tensor] = field(default_factory=dict[str, Tensor])  # of the wide part, before it is encoded

    def vocabularies(self) -> dict[str, str]:
        """The columns, what the head learned, and of the wide part what is no number."""
        wide = self.model.wide
        return {**self.reads_and_answers(), **({} if wide is None else {WIDE: wide.to_json()})}

    def reads_and_answers(self) -> dict[str, str]:
        """What all networks of an ensemble have in common."""
        return {"input": self.inputs.to_json(), "head": self.head.to_json()}

    def describe(self) -> str:
        """Its kind and its size."""
        wide = "" if self.model.wide is None else f", beside {self.model.wide.name}"
        return f"{self._kind()}, over {self.inputs.describe()}, to {self.head.describe()}{wide}"

    def structure(self) -> Structure:
        """What it is made of."""
        names = self.inputs.names or ("",)
        columns = [reads_of(column, name) for column, name in zip(self.inputs.columns, names, strict=True)]
        return many_to_one_structure(self.model, columns, labels=isinstance(self.head, LabelHead))

    def sizes(self) -> dict[str, object]:
        """Of what it reads and answers."""
        return {**self.inputs.sizes(), **self.head.sizes()}

    def _kind(self) -> str:
        options = self.recipe.model
        if len(self.inputs.columns) > 1:
            return f"a part for each of {counted(len(self.inputs.columns), 'column')}, {options.hidden} wide"
        if self.inputs.kind == "image" and options.kind == "cnn":
            return f"convolutions, {options.hidden} wide, {options.pooling} pooling"
        parts = {
            "rnn": f"{'bi-directional ' if options.bidirectional else ''}{options.cell} "
            f"of {counted(options.layers, 'layer')}, {options.hidden} wide, {options.pooling} pooling",
            "cnn": f"windows of {options.windows}, {options.hidden // 2} maps each, {options.pooling} pooling",
            "feedforward": f"feed-forward network of {counted(options.layers, 'hidden layer')}, {options.hidden} wide, "
            f"on the {options.pooling}",
        }
        return parts[options.kind]


@dataclass(kw_only=True)
class ManyToOneTask(Task[Labelled, ManyToOneRecipe, HeadNetwork]):
    """What the rows have in common; a row says what it is called, and which head it has.

    Args:
        detects: says why data are surely for this task, or None.
    """

    name: str
    summary: str
    headline: Mapping[str, str]
    per_example: Sequence[str]
    recipe: type[ManyToOneRecipe]
    head: type[Head]
    detects: Callable[[Preview], str | None]
    noun: str = "examples"
    kind: Kind[Labelled] = LABELLED
    baseline: TaskBaseline | None = field(default_factory=HeadBaseline)

    def detect(self, preview: Preview) -> str | None:
        """As the row says."""
        return self.detects(preview)

    def split(
        self, train: Examples[Labelled], valid: Examples[Labelled] | None, recipe: ManyToOneRecipe, emit: Emit
    ) -> Split:
        """By a hash of the content, and as the head wants it."""
        for examples in filter(None, (train, valid)):
            check_contents(examples, recipe)
            self.head.check(examples, recipe)
        parts = split_by_hash(train, valid, recipe.data, self.kind, emit)
        if valid is None:
            return self.head.settle(train, parts, self.kind, emit)
        self.head.say_unseen(parts, emit)
        return parts

    def make(self, train: Iterable[Labelled], recipe: ManyToOneRecipe, emit: Emit) -> HeadNetwork:
        """A decided recipe, a head and columns from the training examples, a fresh network."""
        return self._made(train, recipe, emit, None)

    def make_with_vectors(
        self, train: Iterable[Labelled], recipe: ManyToOneRecipe, emit: Emit, vectors: str
    ) -> HeadNetwork:
        """The same, whose columns of texts are read as words that have vectors."""
        return self._made(train, recipe, emit, vectors)

    def _made(self, train: Iterable[Labelled], recipe: ManyToOneRecipe, emit: Emit, vectors: str | None) -> HeadNetwork:
        head = self.head.learn(train, recipe, emit)
        first = next(iter(train)).content
        recipe = decided(recipe, first, emit)
        inputs = learn_inputs(train, first, recipe, emit, vectors)
        network = make_network(recipe, inputs, head)
        standardise(network.model.column_branches, inputs, train, emit)
        return network

    def completed(
        self, network: HeadNetwork, train: Iterable[Labelled], budget: Budget, emit: Emit, once: Once
    ) -> HeadNetwork:
        """With the wide part."""
        if not wanted(network.recipe.model, network.inputs):
            return network
        beside, note = once("wide part", fit=lambda: fit_wide(train, network.inputs, network.head, budget))
        emit(Note(note))
        if beside is None:
            return network
        network.model.put_beside(beside.wide)
        return replace(network, held_out=beside.held_out)

    def load(self, recipe: ManyToOneRecipe, vocabularies: Mapping[str, str]) -> HeadNetwork:
        """The same again."""
        inputs, head = Inputs.from_json(vocabularies["input"]), self.head.from_json(vocabularies["head"], recipe)
        if len(inputs.columns) == 1 and recipe.model.kind == "auto":
            raise damaged("model.kind is left open")
        network = make_network(recipe, inputs, head)
        if WIDE in vocabularies:
            network.model.put_beside(described_wide(vocabularies[WIDE], inputs, head))
        return network

    def sketch(self, recipe: ManyToOneRecipe) -> Structure:
        """The network over one column, before there are data."""
        return sketch_network(recipe, labels=self.head is LabelHead)

    def sides(self, network: HeadNetwork) -> Sequence[Side[Labelled]]:
        """The columns of texts and of categories."""
        return column_sides(network.inputs, network.recipe.text.min_count)

    def encode(self, examples: Iterable[Labelled], network: HeadNetwork, folder: Path) -> None:
        """What is kept of each column, and of the label."""
        wide = network.model.wide
        beside = None if wide is None else Beside(wide, network.held_out)
        kinds = {**network.inputs.dtypes(), TARGET: network.head.dtype, **({} if wide is None else {WIDE: "<f4"})}
        EncodedTable.write(folder, kinds, encoded_rows(examples, network.inputs, network.head, beside))

    def learner(self, network: HeadNetwork, encoded: Encoded, emit: Emit) -> HeadLearner:
        """Without the examples that are too long."""
        recipe, inputs = network.recipe, network.inputs
        lengths = inputs.lengths(encoded.train)
        examples = short_enough(lengths, recipe.data.max_length, "examples", "units or steps", emit)
        options, seed = recipe.batching, recipe.training.seed
        return HeadLearner(network.model, inputs, network.head, encoded.train, encoded.valid, examples, options, seed)

    def closed(self, network: HeadNetwork, encoded: Encoded, baseline: bytes, emit: Emit) -> None:
        """Says how much the network and its wide part count in their sum, as its best validation has decided."""
        if network.model.wide is None:
            return
        own, others = floats(network.model.shares)
        examples, count = counted(len(encoded.valid), "validation example"), len(encoded.valid)
        if own:
            emit(Note(f"shares: {own:.2f} of the network and {others:.2f} of its wide part, as far as {examples} "
                      f"surely {agreeing(count, 'support')} the network"))  # fmt: skip
        else:
            show = f"{does_or_do(count)} not show that the network improves on it"
            emit(Note(f"the wide part answers alone: {examples} {show}"))

    def predictor(self, networks: Sequence[HeadNetwork]) -> HeadPredictor:
        """One network, or an ensemble.

        Raises:
            ModelError: networks that read or answer something else than the first.
        """
        refuse_different(networks, lambda one: one.reads_and_answers(), "have the same units and labels")
        return HeadPredictor(networks)


def sketch_network(recipe: ManyToOneRecipe, *, labels: bool) -> Structure:
    """What a network of this recipe is made of before there are data: over a text, feed-forward over a vector."""
    options = recipe.model
    kind = "rnn" if options.kind == "auto" else options.kind
    with unfilled():
        if kind == "feedforward":
            branch, reads = number_branch(options, kind, 1), Reads("", "numbers", many=False)
        else:
            branch = token_branch(options, kind, len(SPECIAL_TOKENS))
            reads = Reads("", plain_name(recipe.text.units), many=True)
        model = build_many_to_one(options, [branch], 1)
    return without_data(many_to_one_structure(model, [reads], labels=labels))


def described_wide(text: str, inputs: Inputs, head: Head) -> Wide:
    """A wide part without its numbers.

    Raises:
        ModelError: it is damaged, or that of another network.
    """
    try:
        wide = Wide.from_json(text)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise damaged(f"the wide part is none: {error}") from error
    if wide.kinds != inputs.plain_kinds() or wide.size != head.size:
        raise damaged("the wide part reads or answers something else than the network")
    return wide


def make_network(recipe: ManyToOneRecipe, inputs: Inputs, head: Head) -> HeadNetwork:
    """A network with fresh weights, drawn from the recipe's seed."""
    torch.manual_seed(recipe.training.seed)
    model = build_many_to_one(recipe.model, inputs.branches(recipe.model), head.size)
    return HeadNetwork(model, inputs, head, recipe)
