"""Numbers of things in words: "1 layer", "1,200 pairs"."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """The number and its noun, which is given in the singular and takes an s."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def with_article(noun: str) -> str:
    """The noun with a or an: "a pair", "an example"."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
