"""How one sees that data are plain text, when nobody says which task they are for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from recurra.data import CAPTIONS, LABELLED, NUMBERED, PAIRS, Preview
from recurra.data.columns import is_known_header
from recurra.data.csv_rows import is_number_table
from recurra.data.plain import only_cell
from recurra.data.tsv import SPACES
from recurra.narrowing import are_texts

ENDINGS = ("", ".txt", ".text", ".md", ".rst", ".tex")
MIN_LINES = 2  # that say something
NUMBER = re.compile(r"\s*[-+]?(\d+([.,]\d*)*|[.,]\d+)([eE][-+]?\d+)?\s*")


def detect(preview: Preview) -> str | None:
    """The reason, as a clause that can follow "because"; None where it may be something else.

    Columns between tabs, objects, numbers, tables of numbers, a header of CSV with known names, and lines that are all
    cut in two by several spaces (pairs whose tabs were lost) are no plain text.
    """
    source = preview.source
    if (
        preview.ending not in ENDINGS
        or source.format not in ("auto", "text")
        or source.target_path
        or source.source_column
    ):
        return None
    rows = preview.lines if preview.given is None else list(map(only_cell, preview.given))
    if not are_texts(rows):
        return None
    lines = [line for line in rows if line.strip()]
    if len(lines) < MIN_LINES or any("\t" in line or "\0" in line for line in lines):
        return None
    if (
        names_columns(lines[0])
        or is_object(lines[0])
        or is_number_table(lines)
        or share(lines, NUMBER.fullmatch) > 0.5
        or share(lines, SPACES.search) > 0.9
    ):
        return None
    return "it is one column of text"


def names_columns(line: str) -> bool:
    """Whether a line is the header of CSV, with names of two sides that are known: image,caption."""
    cells = [cell.strip().strip('"') for cell in line.split(",")]
    return any(is_known_header(kind.sides, cells) for kind in (PAIRS, LABELLED, NUMBERED, CAPTIONS))


def share(lines: list[str], found: Callable[[str], object]) -> float:
    """Share of the lines in which something is found."""
    return sum(bool(found(line)) for line in lines) / len(lines)


def is_object(line: str) -> bool:
    """Whether a line is JSON that is more than a text or a number."""
    try:
        return isinstance(json.loads(line), dict | list)
    except (ValueError, RecursionError):
        return False
