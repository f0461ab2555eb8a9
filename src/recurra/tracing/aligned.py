"""Two sequences side by side, as an edit distance aligns them: what they share stands in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rapidfuzz.distance import Levenshtein


def aligned(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """The numbers of what is aligned in both, in order; None where one of them has no counterpart."""
    for edit in Levenshtein.opcodes(first, second):
        yield from zip_longest(range(edit.src_start, edit.src_end), range(edit.dest_start, edit.dest_end))
