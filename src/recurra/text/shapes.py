"""What a word looks like: of what kinds its characters are, and how it begins and ends."""

from __future__ import annotations

from collections.abc import Iterator


def shape_of(word: str) -> str:
    """Xx for McKay, d-d for 12-13: of what kinds its characters are, each kind that repeats once."""
    found: list[str] = []
    for one in word:
        kind = "d" if one.isdigit() else "X" if one.isupper() else "x" if one.isalpha() else one
        if not found or found[-1] != kind:
            found.append(kind)
    return "".join(found)


def affixes_of(word: str, longest: int) -> Iterator[tuple[str, str]]:
    """Its first k and its last k characters, for k from 1 to `longest`; "" where it is shorter."""
    for k in range(1, longest + 1):
        yield (word[:k], word[-k:]) if k <= len(word) else ("", "")
