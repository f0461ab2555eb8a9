"""The record of a sentence of which each token has a tag."""

from __future__ import annotations

from typing import NamedTuple


class Tagged(NamedTuple):
    """A sentence, and the line (from 1) on which it begins."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    line: int
    lines: tuple[int, ...] = ()  # of each token, where each has a line of its own

    def line_of(self, token: int) -> int:
        """On which line a token (from 0) stands: its own, or that of the sentence."""
        return self.lines[token] if self.lines else self.line
