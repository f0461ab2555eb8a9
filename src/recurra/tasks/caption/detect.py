"""How one sees that data are images with captions, when nobody says which task they are for."""

from __future__ import annotations

import os

import numpy as np
from PIL import Image

from recurra.data import CAPTIONS, Preview
from recurra.data.columns import is_number, several
from recurra.data.images import ENDINGS, image_path, is_named_as_image
from recurra.lists import is_array
from recurra.tasks.classify.detect import few_labels

LOOKED_AT = 20  # rows


def detect(preview: Preview) -> str | None:
    """The reason, as a clause that can follow "because"; None where they may be something else."""
    if preview.source.target_path is not None or len(several(preview.source.source_column)) > 1:
        return None
    cells = [cell for cell in first_cells(preview) if not isinstance(cell, str) or cell.strip()][:LOOKED_AT]
    found = [cell for cell in cells if is_image(cell, preview.source.base)]
    # Those that are missing are a mistake that is to be told; where none is there, their names must leave no doubt.
    sure = 2 * len(found) > len(cells) or (len(cells) > 2 and all(map(is_named_as_image, cells[1:])))
    return "its first column names image files" if cells and sure and not are_labels(preview) else None


def are_labels(preview: Preview) -> bool:
    """Whether what stands beside the images are labels: few different ones, each of a single word."""
    words = (str(row[1]).strip() for row in preview.table() if len(row) == 2)
    return few_labels(preview) is not None and not any(any(map(str.isspace, word)) for word in words)


def is_image(cell: object, folder: str) -> bool:
    """Whether it is an image, or there is a file of this name, and the name is that of an image."""
    if not isinstance(cell, str):
        return isinstance(cell, Image.Image) or (is_array(cell) and cell.dtype == np.uint8)
    path = image_path(cell, folder)
    return path.lower().endswith(ENDINGS) and "\0" not in path and os.path.isfile(path)


def first_cells(preview: Preview) -> list[object]:
    """What stands where images are named, of the first rows; headers too."""
    column = preview.source.source_column
    name = column or CAPTIONS.sides.first
    if records := preview.records():
        return [record.get(name, next(iter(record.values()), None)) for record in records]
    if column is not None and is_number(column):
        place = int(column) - 1
    else:
        names = preview.names()
        place = names.index(name) if name in names else 0
    return [row[place] for row in preview.table() if 0 <= place < len(row)]
