"""Images, all made to fit one shape.

B batch, C channels, S cells of an image, P bytes under a cell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from recurra.columns.column import ColumnKind, Values, other_kind
from recurra.columns.moments import Moments, moments, put_moments
from recurra.columns.stored import damaged, stored, stored_one_of
from recurra.data import ImageShape, Numbers, Ragged
from recurra.data.content import Cell
from recurra.data.images import ImageFile, Seen, fitted, image_of, read_image, seen
from recurra.errors import UsageError
from recurra.models import Branch, ManyToOneOptions, TokenReader, image_branch, number_branch
from recurra.models.image_encoder import Grid, cut, grid_of
from recurra.models.many_to_one import Kind
from recurra.padded import Padded
from recurra.text.counted import counted
from recurra.tracing import Picture
from recurra.training import Emit, Note

SAMPLE = 1000  # images, spread over the data, that are looked at for what is decided and measured
LONGEST = 96  # pixels on the longer side, unless the user says otherwise
LARGEST = 1024  # pixels on a side that the user can ask for
CHANNELS = {"grey": 1, "rgb": 3, "rgba": 4}
WHY = {"grey": "without colours", "rgb": "with colours", "rgba": "with colours and see-through"}

T = TypeVar("T")


class ImageSize(NamedTuple):
    """What of the images is to be seen, as far as the user says so."""

    height: int = 0  # in pixels; 0: the images' own, at most LONGEST on the longer side
    width: int = 0  # likewise
    channels: Literal["auto", "grey", "rgb", "rgba"] = "auto"  # auto: what the images have; rgba keeps the opacity


def check_sides(height: int, width: int) -> None:
    """Refuses what cannot be asked for.

    Raises:
        UsageError: a side of less than 0 or more than LARGEST pixels.
    """
    for name, value in (("height", height), ("width", width)):
        if not 0 <= value <= LARGEST:
            what = f"data.{name} must be between 0 (decided by the images) and {LARGEST}, got {value}"
            raise UsageError(what)


NETWORKS: tuple[Kind, ...] = ("cnn", "rnn", "feedforward")


@dataclass(frozen=True)
class ImageColumn:
    """Images, and how they are read.

    Args:
        cells: the most on the longer side, where they are read by convolutions.
        network: "cnn" reads by convolutions, "rnn" row by row from top to bottom, "feedforward" all pixels at once.
    """

    shape: ImageShape
    cells: int
    network: Kind = "cnn"
    kind: ColumnKind = "image"
    dtype: str = "|u1"

    @classmethod
    def learn(
        cls, images: Iterable[tuple[Cell, str]], size: ImageSize, cells: int, emit: Emit, network: Kind = "cnn"
    ) -> ImageColumn:
        """The size and the colours that images are read in; says what was decided and why.

        Args:
            images: the training images with their places, read twice.
            size: what the user wants to see of them.
        """
        found = [seen(unpacked(image, place)) for image, place in spread(images)]
        height, width = decided_size(found, size)
        channels = decided_channels(found) if size.channels == "auto" else size.channels
        column = cls(ImageShape(height, width, CHANNELS[channels]), cells, network)
        sizes = {(one.height, one.width) for one in found}
        own = (
            f"all are {found[0].height} x {found[0].width}"
            if len(sizes) == 1
            else f"they have {counted(len(sizes), 'size')}"
        )
        emit(Note(f"{column.pixels()}: {own} of {len(found):,} looked at, {WHY[channels]} "
                  "(data.height, width, channels)"))  # fmt: skip
        return column

    @property
    def counted(self) -> str:
        """What lengths count."""
        return {"cnn": "cells", "rnn": "rows", "feedforward": "images"}[self.network]

    @property
    def grid(self) -> Grid:
        """The cells of an image."""
        return grid_of(self.shape.height, self.shape.width, self.cells)

    def describe(self) -> str:
        what = {"cnn": "the cells", "rnn": "the rows", "feedforward": "the pixels"}[self.network]
        return f"{what} of {self.pixels()}"

    def pixels(self) -> str:
        """What the images are."""
        colours = next(name for name, count in CHANNELS.items() if count == self.shape.channels)
        return f"images of {self.shape.height} x {self.shape.width} pixels, {colours}"

    def sizes(self) -> dict[str, object]:
        shape = self.shape
        return {"image height": shape.height, "image width": shape.width, "image channels": shape.channels}

    def encode(self, cells: Sequence[Cell], places: Sequence[str]) -> list[Values]:
        """The bytes of each image [rows * columns * C]."""
        return [
            fitted(unpacked(cell, place), self.shape).reshape(-1) for cell, place in zip(cells, places, strict=True)
        ]

    def lengths(self, counts: NDArray[np.int32]) -> NDArray[np.int32]:
        return np.where(counts > 0, self._steps, 0).astype(np.int32)

    def batch(self, rows: Ragged) -> Padded:
        """Cells of bytes [B, S, P]; of networks without convolutions numbers from 0 to 1, [B, T, D]."""
        return self.batch_of(rows.values)

    def batch_of(self, values: Values) -> Padded:
        """The same from the bytes of all images, one after the other."""
        shape = self.shape
        images = torch.from_numpy(values.reshape(-1, shape.height, shape.width, shape.channels))
        if self.network == "cnn":
            return cut(images, self.grid)
        steps = images.float().div(255).reshape(len(images), self._steps, -1)
        return Padded(steps, torch.full((len(images),), self._steps))

    def tokens(self, cell: Cell) -> list[str]:
        """Names for the cells, row by row; or for the rows."""
        if self.network != "cnn":
            return [str(row) for row in range(1, self._steps + 1)]
        grid = self.grid
        return [f"{row + 1},{column + 1}" for row in range(grid.rows) for column in range(grid.columns)]

    def picture(self, row: Values) -> Picture | None:
        """The image whose cells those are; None where the network sees no cells."""
        if self.network != "cnn":
            return None
        shape, grid = self.shape, self.grid
        return Picture(shape.height, shape.width, shape.channels, row.tobytes(), grid.rows, grid.columns)

    def unknown(self, cell: Cell, row: Values) -> list[str]:
        """There is no image that cannot be seen."""
        return []

    def branch(self, options: ManyToOneOptions) -> Branch:
        if self.network == "cnn":
            return image_branch(options, self.shape)
        return number_branch(options, self.network, self.shape.size // self._steps)

    def standardise(self, branch: Branch, cells: Iterable[tuple[Cell, str]], name: str) -> list[str]:
        assert not isinstance(branch.reader, TokenReader)
        variables = self.shape.channels if self.network == "cnn" else self.shape.size // self._steps
        put_moments(branch.reader, self.moments(cells, variables))
        return []

    def moments(self, images: Iterable[tuple[Cell, str]], variables: int) -> Moments:
        """Of a sample of the training images, in numbers from 0 to 1."""
        sample = spread(images)
        return moments(
            (self.encode([image], [place])[0].astype(np.float64) / 255 for image, place in sample), variables
        )

    def to_json(self) -> str:
        """The same as `to_mapping`, as a text."""
        return json.dumps(self.to_mapping(), ensure_ascii=False)

    def to_mapping(self) -> dict[str, object]:
        shape = self.shape
        return {
            "kind": self.kind,
            "height": shape.height,
            "width": shape.width,
            "channels": shape.channels,
            "cells": self.cells,
            "network": self.network,
        }

    @classmethod
    def from_mapping(cls, mapping: dict[str, object]) -> ImageColumn:
        """The same again.

        Raises:
            ModelError: it is damaged.
        """
        height, width, channels, cells = (
            stored(mapping, name, int) for name in ("height", "width", "channels", "cells")
        )
        if min(height, width, cells) < 1 or max(height, width, cells) > LARGEST or channels not in CHANNELS.values():
            raise damaged(
                f"there are no images of {height} x {width} pixels, "
                f"{counted(channels, 'channel')}, {counted(cells, 'cell')}"
            )
        return cls(ImageShape(height, width, channels), cells, stored_one_of(mapping, "network", NETWORKS))

    @property
    def _steps(self) -> int:
        """Of each image."""
        if self.network == "cnn":
            return self.grid.rows * self.grid.columns
        return self.shape.height if self.network == "rnn" else 1


def unpacked(cell: Cell, place: str) -> Image.Image:
    """An image before it is made to fit: of a file, by its path, or of bytes.

    Raises:
        DataError: it is none, or cannot be read.
    """
    if isinstance(cell, Numbers):
        raise other_kind("an image", cell, place)
    if isinstance(cell, str):
        return read_image(cell.path if isinstance(cell, ImageFile) else cell, place)
    return image_of(cell, place)


def decided_size(found: list[Seen], size: ImageSize) -> tuple[int, int]:
    """Height and width: as given; else the middle of the images' own, scaled down to what is quick to learn from."""
    height, width = (float(np.median([getattr(one, name) for one in found])) for name in ("height", "width"))
    if size.height and size.width:
        return size.height, size.width
    if size.height or size.width:  # the other one in proportion
        scale = size.height / height if size.height else size.width / width
    else:
        scale = min(1.0, LONGEST / max(height, width))
    return size.height or max(1, round(height * scale)), size.width or max(1, round(width * scale))


def decided_channels(found: list[Seen]) -> str:
    """What the images have."""
    if not all(one.opaque for one in found):
        return "rgba"
    return "rgb" if any(one.coloured for one in found) else "grey"


def spread(examples: Iterable[T]) -> Iterable[T]:
    """At most SAMPLE of the examples, spread evenly over them."""
    step = -(-sum(1 for _ in examples) // SAMPLE)
    return islice(examples, 0, None, max(1, step))
