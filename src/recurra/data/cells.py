"""Cells of examples with a label: what stands in a table, or was given in Python, as a text, numbers or an image."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TypeGuard

import numpy as np
from PIL import Image

from recurra.data.columns import TAB, several
from recurra.data.content import Cell, Content, Fields
from recurra.data.images import coloured, image_file, image_of, image_or_text
from recurra.data.jsonl import checked_text
from recurra.data.numbers import Numbers, as_numbers
from recurra.data.rows import cell_text, is_cell, not_a_text
from recurra.data.source import DataSource
from recurra.lists import is_array
from recurra.narrowing import is_sequence


def content_of_text(text: str, source: DataSource) -> Content:
    """The source of a row: its columns, where the user names several; a cell that names an image is that image."""
    names = several(source.source_column)
    if len(names) == 1:
        return image_or_text(text, source.base)
    cells = text.split(TAB)
    return Fields(tuple(image_or_text(cell, source.base) for cell in cells), tuple(str(name) for name in names))


def content_given(given: object, source: DataSource, place: str) -> Content:
    """What stands for the input in a row given in Python: a tuple with a text or an image in it is several columns.

    Raises:
        DataError: it is nothing that is read.
    """
    if not is_fields(given):
        return cell_given(given, place, source.base)
    cells = tuple(cell_given(cell, place, source.base, alone=False) for cell in given)
    names = several(source.source_column)
    if len(names) != len(cells):
        names = [*range(1, len(cells) + 1)]
    return Fields(cells, tuple(map(str, names)))


def is_fields(given: object) -> TypeGuard[Sequence[object]]:
    """Whether this is several columns, and not a vector or a series: one of them at least is a text or an image."""
    return is_sequence(given) and any(map(_is_text_or_image, given))


def _is_text_or_image(part: object) -> bool:
    if is_array(part):
        return part.dtype == np.uint8 and part.ndim > 1
    return isinstance(part, str | PurePath | Image.Image)


def cell_given(given: object, place: str, folder: str = "", *, alone: bool = True) -> Cell:
    """A text, numbers or an image that was given in Python.

    Args:
        folder: what paths are relative to.
        alone: False for one of several columns, where a number is a cell and not a vector.

    Raises:
        DataError: it is none of these.
    """
    if isinstance(given, Numbers):
        return given
    if isinstance(given, PurePath):
        return image_file(str(given), folder)
    if isinstance(given, str):
        return image_or_text(checked_text(given, place), folder)
    if isinstance(given, Image.Image):
        return np.asarray(coloured(given))
    if is_array(given) and given.dtype == np.uint8 and given.ndim > 1:
        return np.asarray(image_of(given, place))
    if isinstance(given, bytes):
        raise not_a_text(given, place)
    if given is None or (not alone and is_cell(given)):
        return cell_text(given)
    return as_numbers(given, place)
