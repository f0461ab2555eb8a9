"""How one sees that data are plain text, when nobody says which task they are for."""

from __future__ import annotations

import json
import re

from recurra.tasks.task import Look

ENDINGS = ("", ".txt", ".text", ".md", ".rst", ".tex")
LEAST = 2  # lines that say something
NUMBER = re.compile(r"\s*[-+]?(\d+([.,]\d*)*|[.,]\d+)([eE][-+]?\d+)?\s*")
SEVERAL_SPACES = re.compile(r"\S {2,}\S")


def why_text(look: Look) -> str | None:
    """The reason, as a clause that can follow "because"; None where it may be something else.

    Columns between tabs, objects, numbers, and lines that are all cut in two by several spaces (pairs whose tabs
    were lost) are no plain text.
    """
    source = look.source
    if (
        look.ending not in ENDINGS
        or source.format not in ("auto", "text")
        or source.target_path
        or source.source_column
    ):
        return None
    lines = [line for line in look.lines if line.strip()]
    if len(lines) < LEAST or any("\t" in line or "\0" in line for line in lines):
        return None
    if is_object(lines[0]) or share(lines, NUMBER.fullmatch) > 0.5 or share(lines, SEVERAL_SPACES.search) > 0.9:
        return None
    return "it is one column of text"


def share(lines: list[str], found: object) -> float:
    """Share of the lines in which something is found."""
    return sum(bool(found(line)) for line in lines) / len(lines)  # type: ignore[operator]


def is_object(line: str) -> bool:
    """Whether a line is JSON that is more than a text or a number."""
    try:
        return isinstance(json.loads(line), dict | list)
    except (ValueError, RecursionError):
        return False
