"""In which forms a word may stand in a list of words that somebody else made: as it is, in lower case, ..."""

from __future__ import annotations


def forms(word: str) -> list[str]:
    """The word, then the same in lower case, without the signs around it, and as a name.

    Examples:
        >>> forms("Great!")
        ['Great!', 'great!', 'Great', 'great', 'GREAT']
        >>> forms("paris")
        ['paris', 'Paris', 'PARIS']
    """
    bare = _bare(word) or word
    return list(dict.fromkeys((word, word.lower(), bare, bare.lower(), bare.capitalize(), bare.upper())))


def _bare(word: str) -> str:
    """Without what is neither a letter nor a digit at its ends; combining marks belong to their letters."""
    first = next((k for k, letter in enumerate(word) if letter.isalnum()), len(word))
    last = next((k for k in range(len(word), first, -1) if word[k - 1].isalnum() or not word[k - 1].isascii()), first)
    return word[first:last]
