"""From what is described to what a network reads, and back to what can be shown: images of one shape, vectors.

B batch, C channels, D numbers of a vector, S cells of an image, P bytes under a cell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from recurra.data import Captioned, ImageShape
from recurra.data.captions import Content, kind_of, numbers_in
from recurra.data.images import Seen, fitted, image_of, read_image, seen
from recurra.data.table import Values
from recurra.errors import DataError
from recurra.models import CaptionerOptions, Seq2Seq, build_captioner
from recurra.models.image_encoder import Grid, cut, grid_of
from recurra.padded import Padded
from recurra.tasks.caption.recipe import CaptionDataOptions, CaptionRecipe
from recurra.tasks.task import Emit
from recurra.training import Note

SAMPLE = 1000  # images, spread over the data, that are looked at for what is decided and measured
LONGEST = 96  # pixels on the longer side, unless the user says otherwise
CHANNELS = {"grey": 1, "rgb": 3, "rgba": 4}


@dataclass(frozen=True)
class ImageInputs:
    """Images, all made to fit one shape.

    Args:
        cells: the most on the longer side.
    """

    shape: ImageShape
    cells: int
    column: str = "|u1"  # numpy's name of what is kept of an image

    def to_json(self) -> str:
        """The shape and the cells."""
        return json.dumps([self.shape.height, self.shape.width, self.shape.channels, self.cells])

    @property
    def grid(self) -> Grid:
        """The cells of an image."""
        return grid_of(self.shape.height, self.shape.width, self.cells)

    def network(self, options: CaptionerOptions, vocabulary: int) -> Seq2Seq:
        """What writes about such images, with fresh weights."""
        return build_captioner(options, vocabulary, self.shape)

    def describe(self) -> str:
        """What is read."""
        colours = next(name for name, count in CHANNELS.items() if count == self.shape.channels)
        return f"images of {self.shape.height} x {self.shape.width} pixels, {colours}"

    def sizes(self) -> dict[str, object]:
        """For the card."""
        shape = self.shape
        return {"image height": shape.height, "image width": shape.width, "image channels": shape.channels}

    def encode(self, content: Content, place: str) -> Values:
        """The bytes of an image [rows * columns * C].

        Raises:
            DataError: something else than an image, or one that cannot be read.
        """
        if numbers_in(content):
            raise _other_kind("an image", content, place)
        image = read_image(content, place) if isinstance(content, str) else image_of(content, place)
        return fitted(image, self.shape).reshape(-1)

    def padded(self, rows: Values) -> Padded:
        """Images [B, rows * columns * C] as sources of cells [B, S, P]."""
        shape = self.shape
        images = torch.from_numpy(rows.reshape(len(rows), shape.height, shape.width, shape.channels))
        return cut(images, self.grid)


@dataclass(frozen=True)
class VectorInputs:
    """Vectors of so many numbers."""

    numbers: int
    column: str = "<f4"

    def to_json(self) -> str:
        """The number of numbers."""
        return json.dumps([self.numbers])

    def network(self, options: CaptionerOptions, vocabulary: int) -> Seq2Seq:
        """What writes about such vectors, with fresh weights."""
        return build_captioner(options, vocabulary, None, self.numbers)

    def describe(self) -> str:
        """What is read."""
        return f"vectors of {self.numbers} numbers"

    def sizes(self) -> dict[str, object]:
        """For the card."""
        return {"numbers of a vector": self.numbers}

    def encode(self, content: Content, place: str) -> Values:
        """The numbers [D].

        Raises:
            DataError: an image, or another number of numbers.
        """
        if numbers_in(content) != self.numbers:
            raise _other_kind(f"a vector of {self.numbers} numbers", content, place)
        return cast("NDArray[np.float32]", content)

    def padded(self, rows: Values) -> Padded:
        """Numbers [B, D] as sequences of one step [B, 1, D]."""
        return Padded(torch.from_numpy(rows[:, None, :]), torch.ones(len(rows), dtype=torch.int64))


CaptionInputs = ImageInputs | VectorInputs


def inputs_from_json(text: str) -> CaptionInputs:
    """What `to_json` wrote."""
    sizes = cast("list[int]", json.loads(text))
    return VectorInputs(sizes[0]) if len(sizes) == 1 else ImageInputs(ImageShape(*sizes[:3]), sizes[3])


def decided_inputs(train: Iterable[Captioned], recipe: CaptionRecipe, emit: Emit) -> CaptionInputs:
    """What the training examples are, and for images the size and the colours they are read in; says what and why."""
    first = next(iter(train)).content
    if count := numbers_in(first):
        return VectorInputs(count)
    found = [seen(image_in(example)) for example in spread(train)]
    height, width = decided_size(found, recipe.data)
    channels = decided_channels(found) if recipe.data.channels == "auto" else recipe.data.channels
    inputs = ImageInputs(ImageShape(height, width, CHANNELS[channels]), recipe.model.cells)
    sizes = {(one.height, one.width) for one in found}
    own = f"all are {found[0].height} x {found[0].width}" if len(sizes) == 1 else f"they have {len(sizes):,} sizes"
    emit(
        Note(f"{inputs.describe()}: {own} of {len(found):,} looked at, {WHY[channels]} (data.height, width, channels)")
    )
    return inputs


WHY = {"grey": "without colours", "rgb": "with colours", "rgba": "with colours and see-through"}


def decided_size(found: list[Seen], options: CaptionDataOptions) -> tuple[int, int]:
    """Height and width: as given; else the middle of the images' own, scaled down to what is quick to learn from."""
    height, width = (float(np.median([getattr(one, name) for one in found])) for name in ("height", "width"))
    if options.height and options.width:
        return options.height, options.width
    if options.height or options.width:  # the other one in proportion
        scale = options.height / height if options.height else options.width / width
    else:
        scale = min(1.0, LONGEST / max(height, width))
    return options.height or max(1, round(height * scale)), options.width or max(1, round(width * scale))


def decided_channels(found: list[Seen]) -> str:
    """What the images have."""
    if not all(one.opaque for one in found):
        return "rgba"
    return "rgb" if any(one.coloured for one in found) else "grey"


def spread(examples: Iterable[Captioned]) -> Iterable[Captioned]:
    """At most SAMPLE of the examples, spread evenly over them."""
    step = -(-sum(1 for _ in examples) // SAMPLE)
    return islice(examples, 0, None, max(1, step))


def image_in(example: Captioned) -> Any:
    """The image of an example, before it is made to fit."""
    place = f"line {example.line}"
    content = example.content
    return read_image(content, place) if isinstance(content, str) else image_of(content, place)


@torch.no_grad()
def standardise(model: Seq2Seq, inputs: CaptionInputs, train: Iterable[Captioned]) -> None:
    """Puts the means and deviations of training images (per channel) or vectors (per number) into the encoder."""
    encoder: Any = model.encoder
    size = len(encoder.mean)
    count, total, squares = 0, np.zeros(size), np.zeros(size)
    for example in spread(train):
        values = inputs.encode(example.content, f"line {example.line}").astype(np.float64).reshape(-1, size)
        values = values / 255 if isinstance(inputs, ImageInputs) else values
        count, total, squares = count + len(values), total + values.sum(0), squares + (values**2).sum(0)
    mean = total / count
    deviation = np.sqrt(np.maximum(squares / count - mean**2, 0))
    encoder.mean.copy_(torch.from_numpy(mean))
    # What never changes says nothing, and is left as it is.
    encoder.deviation.copy_(torch.from_numpy(np.where(deviation > 1e-6 * np.maximum(1e-6, np.abs(mean)), deviation, 1)))


def _other_kind(expected: str, content: Content, place: str) -> DataError:
    return DataError(
        f"expected {expected}, saw {kind_of(content)}", where=place, fix="Give what the model was trained with."
    )
