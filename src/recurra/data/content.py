"""What an example holds beside its label: one column (a text, numbers, an image), or several of them side by side."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from recurra.data.images import ImageFile, Pixels
from recurra.data.numbers import Numbers
from recurra.narrowing import as_object, list_of, object_of, value_of
from recurra.text.visible import is_blank

Cell = str | Numbers | Pixels  # of one column; the file of an image is an ImageFile


class Fields(NamedTuple):
    """Several columns of one example."""

    cells: tuple[Cell, ...]
    names: tuple[str, ...]  # of the columns


Content = Cell | Fields
ContentKind = Literal["text", "vector", "series", "image", "columns"]


def cells_of(content: Content) -> tuple[Cell, ...]:
    """The columns of a content."""
    return content.cells if isinstance(content, Fields) else (content,)


def is_nothing(content: Content) -> bool:
    """Whether nothing can be seen in any of the columns, all of which are texts."""
    return all(isinstance(cell, str) and is_blank(cell) for cell in cells_of(content))


def content_key(content: Content) -> str:
    """The same for the same content; of an image for what its file holds, whatever it is called."""
    return "\t".join(map(_cell_key, cells_of(content)))


def shown_content(content: Content) -> str:
    """A content in one line."""
    return "\t".join(map(_shown_cell, cells_of(content)))


def pack_content(content: Content) -> object:
    """JSON values: a text as it is, everything else as an object that says what it is."""
    if isinstance(content, ImageFile):
        return {"image": str(content), "path": str(Path(content.path).absolute())}
    if isinstance(content, str):
        return content
    if isinstance(content, Numbers):
        return {"numbers": content.values.tolist(), "names": list(content.names)}
    if isinstance(content, Fields):
        return {"cells": [pack_content(cell) for cell in content.cells], "names": list(content.names)}
    return {"shape": list(content.shape), "bytes": b64encode(content.tobytes()).decode("ascii")}


def unpack_content(packed: object) -> Content:
    """The content that was packed."""
    found = as_object(packed)
    if "cells" in found:
        return Fields(tuple(map(_unpack_cell, list_of(found["cells"]))), _texts(found["names"]))
    return _unpack_cell(packed)


def _unpack_cell(packed: object) -> Cell:
    if isinstance(packed, str):
        return packed
    found = object_of(packed)
    if "image" in found:
        return ImageFile(value_of(str, found["image"]), value_of(str, found["path"]))
    if "numbers" in found:
        return Numbers(np.array(found["numbers"], dtype=np.float32), _texts(found["names"]))
    shape = [value_of(int, size) for size in list_of(found["shape"])]
    return np.frombuffer(b64decode(value_of(str, found["bytes"])), dtype=np.uint8).reshape(shape)


def _texts(names: object) -> tuple[str, ...]:
    return tuple(value_of(str, name) for name in list_of(names))


def _shown_cell(cell: Cell) -> str:
    return f"an image of {cell.shape[0]} x {cell.shape[1]} pixels" if isinstance(cell, np.ndarray) else str(cell)


def _cell_key(cell: Cell) -> str:
    if isinstance(cell, ImageFile):
        return _file_digest(cell.path)
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Numbers):
        return cell.values.tobytes().decode("latin-1")
    return f"{cell.shape}{cell.tobytes().decode('latin-1')}"


@lru_cache(maxsize=200_000)
def _file_digest(path: str) -> str:
    """Of what a file holds. Keys are asked for in each pass over the data, and files are read for it once."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()
