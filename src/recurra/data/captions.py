"""Images with captions: a table whose first column holds paths of images, beside the text that belongs to each.

    cats/1.png      a cat on a mat
    cats/2.png      two cats

Paths are relative to the folder of the table. Instead of a path there may be a vector: numbers with spaces between
them, as many in each row. The tables are those of pairs (TSV, CSV, JSON Lines), read by the same readers; further
columns are left alone. A pass over a table opens every image, so that all that is wrong is known before anything is
learned; training keeps what it has read and reads once.
"""

from __future__ import annotations

import hashlib
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recurra.data.example import Example
from recurra.data.examples import Kind, Reader, Reading
from recurra.data.images import coloured, image_of, image_path, read_image
from recurra.data.inputs import read_texts
from recurra.data.known_names import OF_CAPTIONS, find
from recurra.data.numbers import real_array
from recurra.data.pairs import FORMATS, check_empty, first_line, format_of
from recurra.data.rows import row_sides, text_of
from recurra.data.source import DataSource, Sides
from recurra.errors import DataError
from recurra.lists import is_array
from recurra.narrowing import is_sequence
from recurra.text.counted import counted
from recurra.text.visible import as_given

# The path of an image; its bytes [rows, columns (, channels)]; a vector [D].
Content = str | NDArray[np.uint8] | NDArray[np.float32]

BAD = "images or vectors that cannot be read"


class Captioned(NamedTuple):
    """What is described, its description, the line (from 1) they came from, and a digest of what is described."""

    content: Content
    caption: str
    line: int
    digest: int


def read_tables(read: Reader[Example]) -> Reader[Captioned]:
    """A reader of pairs as one of images (or vectors) with captions; every image is opened."""

    def read_captions(reading: Reading) -> Iterator[Captioned]:
        reading.source = with_columns(reading)
        kind = Alike()
        for row in read(reading):
            place = reading.place(row.line)
            if not row.source.strip():
                yield Captioned("", row.target, row.line, 0)
                continue
            try:
                content = content_of(row.source, reading.source.base)
                kind.check(content, place)
                if isinstance(content, str):
                    read_image(content, place)
                yield Captioned(content, row.target, row.line, digest_of(content))
            except DataError as error:
                reading.findings.add(BAD, error)

    return read_captions


def read_rows(reading: Reading) -> Iterator[Captioned]:
    """Captioned images given in Python.

    An image is a path, a Pillow image, or an array of bytes; a vector is a list or an array of numbers.
    """
    kind = Alike()
    for row in row_sides(reading):
        place = reading.place(row.line)
        try:
            caption = text_of(row.second, place)
            if is_nothing(row.first):
                yield Captioned("", caption, row.line, 0)
                continue
            content = given_content(row.first, place)
            kind.check(content, place)
            yield Captioned(content, caption, row.line, digest_of(content))
        except DataError as error:
            reading.findings.add(BAD, error)


def is_nothing(given: object) -> bool:
    """Whether nothing stands where an image should."""
    return given is None or (isinstance(given, str) and not given.strip())


def read_inputs(reading: Reading, what: None) -> Iterator[Content | None]:
    """What is to be described, a path or a vector a line, as it comes; None for an empty line.

    Of a table it is the column that is named, or called image, or the first; captions beside it are not looked at.
    """
    for text in read_texts(reading, 1):
        yield content_of(text, reading.source.base) if text.strip() else None


def content_of(cell: str, folder: str) -> Content:
    """A vector if the cell holds nothing but numbers (and is not the name of a file), else the path of an image."""
    path = image_path(cell, folder)
    try:
        numbers = [float(part) for part in cell.split()]
    except ValueError:
        return path
    if "\0" not in path and os.path.isfile(path):
        return path
    with np.errstate(over="ignore"):  # what is too large becomes infinite, which is refused
        return np.array(numbers, dtype=np.float32)


def given_content(given: object, place: str) -> Content:
    """What is given in Python.

    Raises:
        DataError: nothing that is read here, or an image that cannot be.
    """
    if isinstance(given, str | Path):
        content = content_of(str(given), "")
        if isinstance(content, str):
            read_image(content, place)
        return content
    if isinstance(given, Image.Image):
        return np.asarray(coloured(given))
    if is_array(given) and (given.ndim > 1 or given.dtype == np.uint8):
        return np.asarray(image_of(given, place))
    try:
        if (is_sequence(given) or is_array(given)) and len(numbers := real_array(given, np.float32).reshape(-1)):
            return numbers
    except (TypeError, ValueError):
        pass
    what = f"expected an image, got {as_given(given, 40)}"
    fix = "Give a path, a Pillow image, an array of bytes, or a list of numbers."
    raise DataError(what, where=place, fix=fix)


class Alike:
    """Sees to it that all examples are of one kind: images, or vectors of so many numbers."""

    def __init__(self) -> None:
        self.first: str | None = None

    def check(self, content: Content, place: str) -> None:
        """Takes one more.

        Raises:
            DataError: of another kind than the first, or numbers that are none.
        """
        found = kind_of(content)
        self.first = self.first or found
        if found != self.first:
            what = f"expected {self.first}, as in the first example, saw {found}"
            raise DataError(what, where=place, fix="Give either paths of images, or vectors of the same length.")
        if numbers_in(content) and not np.isfinite(content).all():  # pyright: ignore[reportArgumentType, reportCallIssue]
            raise DataError("expected numbers, saw one that is not finite", where=place, fix="Remove it, or give 0.")


def kind_of(content: Content) -> str:
    """In words: an image, or a vector of so many numbers."""
    count = numbers_in(content)
    return f"a vector of {counted(count, 'number')}" if count else "an image"


def numbers_in(content: Content) -> int:
    """How many numbers a vector has; 0 of an image."""
    return 0 if isinstance(content, str) or content.dtype == np.uint8 else len(content)


def digest_of(content: Content) -> int:
    """Of what the file of an image holds, or of the values."""
    if isinstance(content, str):
        with open(content, "rb") as file:
            found = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=8))
    else:
        found = hashlib.blake2b(str(content.shape).encode() + np.ascontiguousarray(content).tobytes(), digest_size=8)
    return int.from_bytes(found.digest(), "little")


def with_columns(reading: Reading) -> DataSource:
    """The columns called image and text, or the first two of a table without names; further ones are left alone."""
    source = reading.source
    named = source.source_column is not None or source.target_column is not None
    if named or (source.format if source.format != "auto" else format_of(source)) != "tsv":
        return source
    names = first_line(source).split("\t")
    if found := find(source.sides.known, names):
        return replace(source, source_column=found[0], target_column=found[1])
    if len(names) > 2:
        reading.note(f"{reading.name} has {counted(len(names), 'column')}: the first two are the image and its text")
    return replace(source, source_column="1", target_column="2")


def is_blank(example: Captioned) -> bool:
    """Whether there is no image, or no caption."""
    return is_nothing(example.content) or not example.caption.strip()


def pack(example: Captioned) -> list[object]:
    """The path of the image, or what it holds; caption, line, digest."""
    content = example.content
    if isinstance(content, str):
        return [os.path.abspath(content), example.caption, example.line, example.digest]
    packed = [content.dtype.str, list(content.shape), b64encode(content.tobytes()).decode("ascii")]
    return [packed, example.caption, example.line, example.digest]


def unpack(row: Sequence[Any]) -> Captioned:
    """The same again."""
    content, caption, line, digest = row
    if not isinstance(content, str):
        kind, shape, values = content
        content = np.frombuffer(b64decode(values), np.dtype(kind)).reshape(shape)
    return Captioned(content, caption, line, digest)


CAPTIONS = Kind(
    sides=Sides("image", "text", "captioned image", OF_CAPTIONS),
    formats={name: read_tables(read) for name, read in FORMATS.items() if name != "parallel"},
    rows=read_rows,
    format_of=format_of,
    key=lambda example: f"{example.digest:x}\t{example.caption}",
    pack=pack,
    unpack=unpack,
    inputs=read_inputs,
    asked=lambda example: f"{example.digest:x}",
    several="{count} image{s} {have} several captions ({where}): each of them is right, and an image counts once",
    blank=is_blank,
    check=check_empty,
    one_file=(
        "images and their texts belong in one table, not in two parallel files",
        "Put the path of each image and its text on one line, with a tab between them.",
    ),
)
