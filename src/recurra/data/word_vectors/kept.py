"""What is kept of a file of vectors as it streams by.

N words, D numbers of a vector.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recurra.errors import DataError
from recurra.text.characters import normalized
from recurra.text.counted import counted, was_or_were
from recurra.text.forms import forms
from recurra.text.special import SPECIAL_TOKENS

MOST_NUMBERS = 8192  # of a vector
FIX = "Is it the right file? recurra reads vectors of word2vec, GloVe and fastText (.vec), and folders of model2vec."


@dataclass(frozen=True)
class FoundVectors:
    """Words and their vectors, in the order of the file, which is mostly by how frequent they are."""

    name: str  # of the file
    words: Sequence[str]
    vectors: NDArray[np.float32]  # [N, D]
    first: int  # so many of them are the first of the file
    total: int  # words in the file
    notes: Sequence[str] = ()  # what was left out, in sentences

    @property
    def size(self) -> int:
        """D."""
        return self.vectors.shape[1]


class Kept:
    """Takes words and vectors one by one: the words that are wanted, in any of their forms, and the first of the file.

    Args:
        wanted: words.
        first: so many words of the file are kept, wanted or not.
        form: the normal form of Unicode that words are read in.
    """

    def __init__(self, wanted: Collection[str], first: int, form: str) -> None:
        self.wanted = {each for word in wanted for each in forms(word)}
        self.first = first
        self.form = form
        self.numbers: dict[str, int] = {}
        self.of_first = 0  # words kept that are among the first
        self.total = 0  # words so far
        self.repeated = 0
        self.spaced = 0
        self.undecoded = 0  # words that are not UTF-8
        self.vectors = np.zeros((0, 0), dtype=np.float32)  # [at least N, D]

    def word(self, word: str) -> str | None:
        """The word as it is kept; None where its vector is not needed."""
        self.total += 1
        if not word.isascii():
            word = normalized(word, self.form)
        if not word or " " in word or len(word.split()) != 1:
            self.spaced += 1
            return None
        if self.total > self.first and word not in self.wanted:
            return None
        if word in SPECIAL_TOKENS:
            return None
        if word in self.numbers:
            self.repeated += 1
            return None
        return word

    def add(self, word: str, vector: NDArray[np.float32]) -> None:
        """Keeps a word that `word` gave, with its vector [D]."""
        number = len(self.numbers)
        if number >= len(self.vectors):
            grown = np.empty((max(1024, 2 * number), len(vector)), dtype=np.float32)
            grown[:number] = self.vectors[:number] if number else 0
            self.vectors = grown
        self.vectors[number] = vector
        self.numbers[word] = number
        self.of_first += self.total <= self.first

    def found(self, name: str, notes: Sequence[str] = ()) -> FoundVectors:
        """All of it.

        Raises:
            DataError: there is nothing in the file.
        """
        if not self.total:
            raise DataError("there are no vectors in it", where=name, fix=FIX)
        left = [
            f"{counted(self.undecoded, 'word')} in another encoding than UTF-8" if self.undecoded else "",
            f"{counted(self.spaced, 'word')} with spaces" if self.spaced else "",
            counted(self.repeated, "duplicate word") if self.repeated else "",
        ]
        number = self.undecoded + self.spaced + self.repeated
        said = [f"{name}: left out {was_or_were(number)} {' and '.join(filter(None, left))}"] if number else []
        words, vectors = list(self.numbers), self.vectors[: len(self.numbers)]
        return FoundVectors(name, words, vectors, self.of_first, self.total, [*notes, *said])
