"""What the training examples decide about the input: what goes together, what the columns hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from recurra.columns import (
    CategoryColumn,
    Column,
    ColumnKind,
    ImageColumn,
    ImageSize,
    Inputs,
    NumberColumn,
    NumbersColumn,
    TextColumn,
    kind_of_cell,
    network_kind,
    refused,
)
from recurra.columns.choose import categories_note, choose_kinds, kinds_said, read_numbers
from recurra.columns.images import unpacked
from recurra.columns.word_vectors import GivenVectors
from recurra.data import Findings, Labelled, Numbers, Row, are_by_commas, name_of, places_of
from recurra.data.chunks import chunks
from recurra.data.content import Cell, Content, Fields, cells_of
from recurra.data.images import ImageFile, is_named_as_image
from recurra.data.numbers import missing_in
from recurra.errors import DataError, UsageError
from recurra.lists import integers
from recurra.models import AUTO_POOLING, Branch
from recurra.options import NoEffect
from recurra.tasks.many_to_one.head import Head
from recurra.tasks.many_to_one.learner import TARGET, WIDE
from recurra.tasks.many_to_one.recipe import ManyToOneRecipe
from recurra.tasks.many_to_one.wide import Beside
from recurra.tasks.vocabulary import Side, Units, unseen_entries
from recurra.text.counted import counted
from recurra.training import Emit, Note

CHUNK = 1024  # examples encoded at once
NETWORKS = {"rnn": "recurrent", "cnn": "convolutional", "feedforward": "feed-forward"}
WHY = {"vector": "vectors have no order in time", "image": "what is in an image may stand anywhere in it"}
ORDER_COUNTS = "order counts in texts and series"


@dataclass(frozen=True)
class ColumnCells:
    """The cells of one column of the training examples with their places, as often as wanted."""

    examples: Iterable[Labelled]
    name: str  # of the data
    column: int

    def __iter__(self) -> Iterator[tuple[Cell, str]]:
        place = places_of(self.examples)
        for example in self.examples:
            yield cells_of(example.content)[self.column], place(example.line)


@dataclass(frozen=True)
class Texts:
    """The same as texts alone."""

    cells: ColumnCells

    def __iter__(self) -> Iterator[str]:
        return (str(cell) for cell, _ in self.cells)


def check_contents(examples: Iterable[Labelled], recipe: ManyToOneRecipe) -> None:
    """Refuses images that cannot be read, numbers that are missing unless it is said what becomes of them, and contents
    that do not go together.

    Raises:
        DataError: all of them in one message.
        UsageError: missing numbers of vectors are to be filled from a step before.
    """
    findings, place_of = Findings(name_of(examples)), places_of(examples)
    kind = ""
    for example in examples:
        seen = kind_of(example.content)
        kind = kind or seen
        place = place_of(example.line)
        if seen != kind and not (kind == "an image" and is_named_as_image(example.content)):
            what = f"expected {kind}, as in the first example, saw {seen}"
            findings.add("examples of another kind", DataError(what, where=place, fix="Keep to one kind."))
            continue
        for cell in cells_of(example.content):
            if isinstance(cell, Numbers) and (gap := missing_in(cell)):
                if recipe.data.missing == "refuse":
                    findings.add("examples with missing numbers", refused(gap, place))
                elif recipe.data.missing == "previous" and not cell.is_series:
                    fix = "Use data.missing=mean."
                    raise UsageError("data.missing is previous, and vectors have no step before", fix=fix)
            elif isinstance(cell, ImageFile) or seen != kind:  # or the name of an image that is not there
                try:
                    unpacked(cell, place)
                except DataError as error:
                    findings.add("images that cannot be read", error)
    findings.raise_if_any()


def kind_of(content: Content) -> str:
    """What the content is, so that two with the same answer go together."""
    if isinstance(content, Fields):
        return counted(len(content.cells), "column")
    return kind_of_cell(content)


def decided(recipe: ManyToOneRecipe, first: Content, emit: Emit) -> ManyToOneRecipe:
    """The recipe with kind and pooling in place of `auto`, where there is one column; says what was decided and why."""
    if isinstance(first, Fields):
        return recipe
    settings: dict[str, object] = {}
    kind = recipe.model.kind
    if kind == "auto":
        column = column_kind(first)
        kind = network_kind(column, recipe.model)
        settings["model.kind"] = kind
        emit(Note(f"network: {NETWORKS[kind]}, because {WHY.get(column, ORDER_COUNTS)}"))
    if recipe.model.pooling == "auto":
        settings["model.pooling"] = AUTO_POOLING[kind]
    return recipe.with_settings(settings)


def column_kind(cell: Cell) -> ColumnKind:
    """What the only column holds."""
    if isinstance(cell, Numbers):
        return "series" if cell.is_series else "vector"
    return "image" if isinstance(cell, ImageFile | np.ndarray) else "text"


def learn_inputs(
    train: Iterable[Labelled], first: Content, recipe: ManyToOneRecipe, emit: Emit, vectors: str | None = None
) -> Inputs:
    """What the network reads, learned from the training examples; what was decided about each column is said.

    Args:
        vectors: the file of the vectors of words.

    Raises:
        DataError: a column of numbers in which something is none.
        NoEffect: a setting for something that there is not.
    """
    name = name_of(train)
    if not isinstance(first, Fields):
        kind = column_kind(first)
        refuse_without_effect(recipe, [kind], several=False, vectors=vectors)
        return Inputs((learn_column(ColumnCells(train, name, 0), kind, "", recipe, emit, vectors),))
    choices = choose_kinds((cells_of(one.content) for one in train), first.names, kinds_said(recipe.data.kinds))
    refuse_without_effect(recipe, [choice.kind for choice in choices], several=True, vectors=vectors)
    columns: list[Column] = []
    for k, (column, choice) in enumerate(zip(first.names, choices, strict=True)):
        learned = learn_column(ColumnCells(train, name, k), choice.kind, column, recipe, emit, vectors)
        emit(Note(f"column {column}: {choice.kind}{categories_note(learned)}, because {choice.reason}"))
        columns.append(learned)
    return Inputs(tuple(columns), first.names)


def learn_column(
    cells: ColumnCells, kind: ColumnKind, name: str, recipe: ManyToOneRecipe, emit: Emit, vectors: str | None = None
) -> Column:
    """One column, from its training cells."""
    data, model = recipe.data, recipe.model
    match kind:
        case "text":
            given = None if vectors is None else GivenVectors(vectors, recipe.vectors)
            return TextColumn.learn(Texts(cells), recipe.text, emit, f"column {name}: " if name else "", given)
        case "category":
            return CategoryColumn.learn(Texts(cells))
        case "number":
            form, notes = read_numbers(cells, name, cells.name, data.marks, by_commas=are_by_commas(cells.examples))
            for note in notes:
                emit(Note(f"{cells.name}: {note}"))
            return NumberColumn(name, data.missing, form)
        case "image":
            size = ImageSize(data.height, data.width, data.channels)
            return ImageColumn.learn(cells, size, model.cells, emit, network_kind("image", model))
        case _:
            first, _ = next(iter(cells))
            assert isinstance(first, Numbers)
            return NumbersColumn.learn(first, data.missing, model)


def refuse_without_effect(
    recipe: ManyToOneRecipe, kinds: list[ColumnKind], *, several: bool, vectors: str | None = None
) -> None:
    """Nothing that is asked for may be without effect on what is read.

    Raises:
        NoEffect: a setting for texts where there is none, and so on.
    """
    if vectors is not None and "text" not in kinds:
        raise NoEffect("--vectors", "where there are no texts", "Leave it out.")
    plain = type(recipe)().with_settings({"model.kind": recipe.model.kind}).sections()
    images = "image" in kinds
    convolved = images and network_kind("image", recipe.model) == "cnn"
    numbers = not {"number", "vector", "series"}.isdisjoint(kinds)
    windows = any(kind in ("text", "series", "vector") for kind in kinds)
    effects = {
        "text.units": ("text" in kinds, "there are no texts"),
        "text.vocabulary": ("text" in kinds, "there are no texts"),
        "text.min_count": ("text" in kinds, "there are no texts"),
        "text.normalization": ("text" in kinds, "there are no texts"),
        "model.embedding": ("text" in kinds, "there are no texts"),
        "data.missing": (numbers, "there are no numbers"),
        "data.kinds": (several, "the input is one column, or numbers alone"),
        "data.height": (images, "there are no images"),
        "data.width": (images, "there are no images"),
        "data.channels": (images, "there are no images"),
        "model.cells": (convolved, "there are no images that convolutions read"),
        "model.shift": (convolved, "there are no images that convolutions read"),
        "model.windows": (windows, "there are no texts or series"),
    }
    for setting, (present, lacking) in effects.items():
        section, _, key = setting.partition(".")
        if not present and recipe.sections()[section].get(key) != plain[section].get(key):
            raise NoEffect(setting, f"where {lacking}", "Leave it out.")


def column_sides(inputs: Inputs, min_count: int) -> list[Side[Labelled]]:
    """The vocabularies of the columns that have one.

    Args:
        min_count: how often a unit of a text must be seen to be taken in.
    """
    return [
        column_side(inputs, k, column, min_count)
        for k, column in enumerate(inputs.columns)
        if isinstance(column, TextColumn | CategoryColumn)
    ]


def column_side(inputs: Inputs, k: int, column: TextColumn | CategoryColumn, min_count: int) -> Side[Labelled]:
    """The vocabulary of one of them."""
    text = isinstance(column, TextColumn)

    def read(examples: Sequence[Labelled]) -> Iterator[Units]:
        cells = [inputs.cells(one.content, "")[k] for one in examples]
        unseen = unseen_entries(column.tokenizer) if isinstance(column, TextColumn) else {}
        for cell, row in zip(cells, column.encode(cells, [""] * len(cells)), strict=True):
            hidden = [unseen[id] for id in integers(row) if id in unseen] if unseen else ()
            yield Units(len(row), column.unknown(cell, row), hidden)

    size = column.tokenizer.size if text else len(column.categories)
    name, setting = f"column {inputs.names[k]}" if inputs.names else "input", "text.vocabulary" if text else ""
    return Side(name, read, size, setting, min_count=min_count)


def standardise(branches: Iterable[Branch], inputs: Inputs, train: Iterable[Labelled], emit: Emit) -> None:
    """Puts the means and deviations of the training numbers and images into what reads them."""
    name = name_of(train)
    for k, (branch, column) in enumerate(zip(branches, inputs.columns, strict=True)):
        for note in column.standardise(branch, ColumnCells(train, name, k), name):
            emit(Note(note))


def encoded_rows(examples: Iterable[Labelled], inputs: Inputs, head: Head, beside: Beside | None) -> Iterator[Row]:
    """Each example as values of the columns of the input and of the label, and the scores of a wide part."""
    place_of = places_of(examples)
    for chunk in chunks(examples, CHUNK):
        places = [place_of(one.line) for one in chunk]
        contents = [one.content for one in chunk]
        encoded = inputs.encode(contents, places)
        scores = [] if beside is None else beside.scores(contents, inputs, encoded)
        for k, (example, place) in enumerate(zip(chunk, places, strict=True)):
            target = [head.encode(example.label, place)]
            wide = {WIDE: scores[k]} if scores else {}
            yield Row({**inputs.rows(encoded, k), TARGET: target, **wide}, example.line)
