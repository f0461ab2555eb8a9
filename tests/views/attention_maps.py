"""Attention maps in several scripts for the tests of the views."""

from __future__ import annotations

from recurra.tracing import AttentionMap

SOURCES = {
    "latin": [*"vendredi 3 mai", "<EOS>"],
    "cjk": [*"2005年11月2日水曜日", "<EOS>"],
    "arabic": [*"الاثنين، 26", "<EOS>"],
    "combining": ["e\u0301", "\u0301", "नि", "က်", "x"],
    "emoji": ["👨\u200d👩\u200d👧", "🇩🇪", "❤\ufe0f", "a"],
    "invisible": [" ", "\t", "\u200b", "\u00a0", "\u202e", "\x00"],
    "words": ["Two", "young", ",", "blond", "internationalization-of-everything", "."],
    "one": ["a"],
}


def diagonal(source: list[str], target: list[str]) -> AttentionMap:
    """Target token k looks at source token k (mod S) only."""
    size = len(source)
    weights = [[1.0 if s == t % size else 0.0 for s in range(size)] for t in range(len(target))]
    return AttentionMap(source, target, weights)
