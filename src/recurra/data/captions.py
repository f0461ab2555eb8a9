"""Images with captions: a table whose first column holds paths of images, beside the text that belongs to each.

    cats/1.png      a cat on a mat
    cats/2.png      two cats

Paths are relative to the folder of the table. Instead of a path there may be a vector: numbers with spaces between
them, as many in each row. The tables are those of pairs (TSV, CSV, JSON Lines), read by the same readers; further
columns are left alone. The first pass over a table opens every image, so that all that is wrong is known before
anything is learned; the later ones only name them.
"""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recurra.data.example import Example
from recurra.data.findings import Findings
from recurra.data.images import image_of, read_image
from recurra.data.jsonl import HALF, lone_surrogate
from recurra.data.lines import TextFile, is_stream
from recurra.data.pair_source import PairSource
from recurra.data.pairs import READERS, Empty, PairFile, Skipped, check_empty, open_pairs
from recurra.data.tsv import first_cells
from recurra.errors import DataError, UsageError
from recurra.text.visible import excerpt

Vector = NDArray[np.float32]  # [D]
Content = str | NDArray[Any]  # the path of an image; bytes [rows, columns (, channels)]; a vector [D]

FIRST, SECOND, NOUN = "image", "text", "captioned image"
BAD = "images or vectors that cannot be read"


class Captioned(NamedTuple):
    """What is described, its description, the line (from 1) they came from, and a digest of what is described."""

    content: Content
    caption: str
    line: int
    digest: int


class CaptionFile:
    """The captioned images of a table; each iteration reads it from the beginning.

    Args:
        source: where they are, with its columns decided.
        pairs: the table as one of pairs; what is copied for it stays as long as it does.
        folder: what paths are relative to.
    """

    def __init__(self, source: PairSource, pairs: PairFile, folder: str) -> None:
        self.source = source
        self.pairs = pairs
        self.folder = folder
        self.name = pairs.name
        self.notes = pairs.notes
        self.skipped = Skipped(0, (), 0)
        self.digests: array[int] | None = None  # row by row, once everything has been looked at

    def __iter__(self) -> Iterator[Captioned]:
        findings, empty = Findings(self.name), Empty()
        rows = READERS[self.pairs.format](self.source, self.notes, findings)
        filled = (row for row in rows if not empty.is_empty(row))
        yield from self._looked_at(filled, findings) if self.digests is None else self._named(filled, self.digests)
        self.skipped = empty.skipped(NOUN)
        if not findings:
            check_empty(self.skipped, self.name, FIRST, SECOND)
        findings.raise_if_any()

    def _looked_at(self, rows: Iterator[Example], findings: Findings) -> Iterator[Captioned]:
        """The first pass: everything is opened."""
        digests, kind = array("Q"), Kind()
        for row in rows:
            content, place = content_of(row.source, self.folder), f"{self.name}:{row.line}"
            try:
                kind.check(content, place)
                if isinstance(content, str):
                    read_image(content, place)
                digests.append(digest_of(content))
            except DataError as error:
                findings.add(BAD, error)
            if not findings:
                yield Captioned(content, row.target, row.line, digests[-1])
        if not findings:
            self.digests = digests

    def _named(self, rows: Iterator[Example], digests: array[int]) -> Iterator[Captioned]:
        """A later pass."""
        for row, digest in zip(rows, digests, strict=True):
            yield Captioned(content_of(row.source, self.folder), row.target, row.line, digest)


class CaptionList:
    """Captioned images given in Python, with the ways of a CaptionFile.

    An image is a path, an image of Pillow's, or an array of bytes; a vector is a list or an array of numbers.
    """

    def __init__(self, examples: Iterable[tuple[object, str]], name: str = "examples") -> None:
        self.name = name
        self.notes: list[str] = []
        kind, empty = Kind(), Empty()
        self.examples: list[Captioned] = []
        for number, example in enumerate(examples, 1):
            content, caption = _pair(example, f"{name}[{number - 1}]")
            if not empty.is_empty(Example("given", caption, number)):
                kind.check(content, f"{name}[{number - 1}]")
                self.examples.append(Captioned(content, caption, number, digest_of(content)))
        self.skipped = empty.skipped(NOUN)
        check_empty(self.skipped, name, FIRST, SECOND)

    def __iter__(self) -> Iterator[Captioned]:
        return iter(self.examples)


def open_captions(source: PairSource, folder: str | None = None) -> CaptionFile:
    """The captioned images of a table; they are looked at when they are iterated.

    Args:
        folder: what paths are relative to; where the table is, or for a stream the current folder, if None.

    Raises:
        DataError: the table is missing or cannot be read.
        UsageError: options that such a table does not have.
    """
    if source.target_path is not None or source.format == "parallel":
        fix = "Put the path of each image and its text on one line, with a tab between them."
        raise UsageError("images and their texts stand in one table, not in two parallel files", fix=fix)
    pairs = open_pairs(replace(source, first=FIRST, second=SECOND, noun=NOUN))
    return CaptionFile(_with_columns(pairs), pairs, folder_of(source.path) if folder is None else folder)


def folder_of(path: str) -> str:
    """What the paths in a table are relative to."""
    return "" if is_stream(path) else os.path.dirname(path)


def read_content_lines(path: str) -> Iterator[Content | None]:
    """What is to be described, a path or a vector a line, as it comes; None for an empty line.

    Of a table (.tsv) it is the first column; captions that are there too are not looked at.
    """
    folder = folder_of(path)
    for text in first_cells(path):
        yield content_of(text, folder) if text.strip() else None


def content_of(cell: str, folder: str) -> Content:
    """A vector if the cell holds nothing but numbers (and is not the name of a file), else the path of an image."""
    path = os.path.join(folder, cell.strip())
    try:
        numbers = [float(part) for part in cell.split()]
    except ValueError:
        return path
    return path if "\0" not in path and os.path.isfile(path) else np.array(numbers, dtype=np.float32)


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
        return np.asarray(given.convert("RGBA" if given.has_transparency_data else "RGB"))
    if isinstance(given, np.ndarray) and (given.ndim > 1 or given.dtype == np.uint8):
        return np.asarray(image_of(cast("NDArray[Any]", given), place))
    try:
        if isinstance(given, list | tuple | np.ndarray) and len(numbers := np.asarray(given, np.float32).reshape(-1)):
            return numbers
    except (TypeError, ValueError):
        pass
    what = f"expected an image, got {excerpt(repr(cast('object', given)), 40)}"
    fix = "Give a path, an image of Pillow's, an array of bytes, or a list of numbers."
    raise DataError(what, where=place, fix=fix)


class Kind:
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
            raise DataError(what, where=place, fix="Keep to one kind: paths of images, or as many numbers in each row.")
        if numbers_in(content) and not np.isfinite(content).all():  # pyright: ignore[reportArgumentType, reportCallIssue]
            raise DataError("expected numbers, saw one that is not finite", where=place, fix="Take it out, or give 0.")


def kind_of(content: Content) -> str:
    """In words: an image, or a vector of so many numbers."""
    count = numbers_in(content)
    return f"a vector of {count} numbers" if count else "an image"


def numbers_in(content: Content) -> int:
    """How many numbers a vector has; 0 of an image."""
    return 0 if isinstance(content, str) or content.dtype == np.uint8 else len(content)


def digest_of(content: Content) -> int:
    """Of what the file of an image holds, or of the values."""
    found = hashlib.blake2b(digest_size=8)
    if isinstance(content, str):
        with open(content, "rb") as file:
            while piece := file.read(2**20):
                found.update(piece)
    else:
        found.update(str(content.shape).encode() + np.ascontiguousarray(content).tobytes())
    return int.from_bytes(found.digest(), "little")


def _with_columns(pairs: PairFile) -> PairSource:
    """The columns called image and text, or the first two of a table without names; further ones are left alone."""
    source = pairs.source
    if source.source_column is not None or source.target_column is not None or pairs.format != "tsv":
        return source
    lines = TextFile(source.path, pairs.name).lines()
    names = next((line.text.split("\t") for line in lines if line.text.strip()), [""])
    if {FIRST, SECOND} <= set(names):
        return replace(source, source_column=FIRST, target_column=SECOND)
    if len(names) > 2:
        pairs.notes.append(f"{pairs.name} has {len(names)} columns: the first two are the image and its text")
    return replace(source, source_column="1", target_column="2")


def _pair(example: object, place: str) -> tuple[Content, str]:
    fix = 'Give (image, text) tuples, for example [("cat.png", "a cat")].'
    if isinstance(example, str) or not isinstance(example, tuple | list):
        raise DataError(f"expected an image and a text, got {excerpt(repr(example), 40)}", where=place, fix=fix)
    values = list(cast("Sequence[object]", example))
    if len(values) != 2 or not isinstance(values[1], str):
        raise DataError(f"expected an image and a text, got {excerpt(repr(values), 40)}", where=place, fix=fix)
    if lone := lone_surrogate(values[1]):
        raise DataError(f"lone surrogate {lone}", where=place, fix=HALF)
    return given_content(values[0], place), values[1]
