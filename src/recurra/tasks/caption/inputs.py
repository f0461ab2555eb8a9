"""What is described: images or vectors, as columns that other tasks read too, and what writes about them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch

from recurra.columns import ImageColumn, ImageSize, NumbersColumn, Values, moments, put_moments
from recurra.columns.images import spread
from recurra.columns.stored import json_object
from recurra.data import Captioned, Examples, Numbers, as_examples, name_of
from recurra.data.captions import Content, kind_of, numbers_in
from recurra.data.content import Cell
from recurra.data.numbers import numbered
from recurra.errors import DataError
from recurra.models import CaptionerOptions, ImageEncoder, Seq2Seq, VectorEncoder, build_captioner
from recurra.padded import Padded
from recurra.tasks.caption.recipe import CaptionRecipe
from recurra.text.counted import counted
from recurra.training import Emit, Note

CaptionInputs = ImageColumn | NumbersColumn


def images_of(examples: Iterable[Captioned]) -> Examples[tuple[Cell, str]]:
    """The images of examples with their places."""
    return as_examples(examples).map(lambda example: (cell_of(example.content), f"line {example.line}"))


def decided_inputs(train: Iterable[Captioned], recipe: CaptionRecipe, emit: Emit) -> CaptionInputs:
    """What the training examples are, and for images the size and the colours they are read in; says what and why."""
    first = next(iter(train)).content
    if count := numbers_in(first):
        return NumbersColumn(numbered(count), series=False)
    data = recipe.data
    return ImageColumn.learn(
        images_of(train), ImageSize(data.height, data.width, data.channels), recipe.model.cells, emit
    )


def inputs_from_json(text: str) -> CaptionInputs:
    """What `to_json` wrote.

    Raises:
        ModelError: it is damaged.
    """
    mapping = json_object(text)
    return (NumbersColumn if mapping.get("kind") == "vector" else ImageColumn).from_mapping(mapping)


def described(inputs: CaptionInputs) -> str:
    """What is read."""
    return inputs.pixels() if isinstance(inputs, ImageColumn) else f"vectors of {counted(len(inputs.names), 'number')}"


def encode(inputs: CaptionInputs, content: Content, place: str) -> Values:
    """The bytes of an image [rows * columns * C], or the numbers of a vector [D].

    Raises:
        DataError: something else than what the network reads, or an image that cannot be read.
    """
    count = numbers_in(content)
    expected = 0 if isinstance(inputs, ImageColumn) else len(inputs.names)
    if count != expected:
        wanted = f"a vector of {counted(expected, 'number')}" if expected else "an image"
        what = f"expected {wanted}, saw {kind_of(content)}"
        raise DataError(what, where=place, fix="Give what the model was trained with.")
    return inputs.encode([cell_of(content)], [place])[0]


def cell_of(content: Content) -> Cell:
    """What is described, as a column reads it."""
    if isinstance(content, str):
        return content
    if count := numbers_in(content):
        return Numbers(np.asarray(content, dtype=np.float32), numbered(count))
    return content.astype(np.uint8, copy=False)


def padded(inputs: CaptionInputs, rows: Values) -> Padded:
    """Images [B, rows * columns * C] or vectors [B, D] as sources."""
    if isinstance(inputs, ImageColumn):
        return inputs.batch_of(rows)
    return Padded(torch.from_numpy(rows[:, None, :]), torch.ones(len(rows), dtype=torch.int64))


def build_network(inputs: CaptionInputs, options: CaptionerOptions, vocabulary: int) -> Seq2Seq:
    """What writes about such inputs, with fresh weights."""
    if isinstance(inputs, ImageColumn):
        return build_captioner(options, vocabulary, inputs.shape)
    return build_captioner(options, vocabulary, None, len(inputs.names))


def standardise(model: Seq2Seq, inputs: CaptionInputs, train: Iterable[Captioned], emit: Emit) -> None:
    """Puts the means and deviations of training images (per channel) or vectors (per number) into the encoder."""
    encoder = model.encoder
    if isinstance(inputs, ImageColumn) and isinstance(encoder, ImageEncoder):
        put_moments(encoder.reader, inputs.moments(images_of(train), inputs.shape.channels))
    elif isinstance(inputs, NumbersColumn) and isinstance(encoder, VectorEncoder):
        rows = (encode(inputs, example.content, f"line {example.line}") for example in spread(train))
        found = moments(rows, len(inputs.names))
        put_moments(encoder.reader, found)
        for note in found.notes(inputs.names, name_of(train)):
            emit(Note(note))
