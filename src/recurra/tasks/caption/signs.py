"""How one sees that data are images with captions, when nobody says which task they are for."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator

from recurra.data.captions import FIRST, folder_of
from recurra.data.columns import is_number
from recurra.data.images import ENDINGS
from recurra.tasks.task import Look

LOOKED_AT = 20  # rows


def why_images(look: Look) -> str | None:
    """The reason, as a clause that can follow "because"; None where they may be something else."""
    if look.source.target_path is not None or not look.lines:
        return None
    cells = [cell for cell in first_cells(look) if cell.strip()][:LOOKED_AT]
    folder = folder_of(look.source.path)
    found = [cell for cell in cells if is_image(os.path.join(folder, cell.strip()))]
    # One that is missing is a mistake that is to be told; none that is there says nothing.
    return "its first column names image files" if cells and 2 * len(found) > len(cells) else None


def is_image(path: str) -> bool:
    """Whether there is a file of this name, and the name is that of an image."""
    return path.lower().endswith(ENDINGS) and "\0" not in path and os.path.isfile(path)


def first_cells(look: Look) -> Iterator[str]:
    """What stands where images are named, of the first rows; headers too."""
    column = look.source.source_column
    if look.ending in (".jsonl", ".ndjson", ".json"):
        yield from _values(look, column or FIRST)
        return
    separator = "," if look.ending == ".csv" else "\t"
    rows = csv.reader(look.lines, delimiter=separator) if separator == "," else (x.split("\t") for x in look.lines)
    place: int | None = None
    for row in rows:
        if place is None:
            place = _place(row, column)
        if place < len(row):
            yield row[place]


def _place(header: list[str], column: str | None) -> int:
    if column is not None and is_number(column):
        return int(column) - 1
    return header.index(column or FIRST) if (column or FIRST) in header else 0


def _values(look: Look, key: str) -> Iterator[str]:
    for line in look.lines:
        try:
            value: object = json.loads(line).get(key)
        except (ValueError, AttributeError):
            continue
        if isinstance(value, str):
            yield value
