"""One pair of the user's data, and where it stood."""

from __future__ import annotations

from typing import NamedTuple


class Example(NamedTuple):
    """A source text, the target text that belongs to it, and the line (from 1) they came from."""

    source: str
    target: str
    line: int
