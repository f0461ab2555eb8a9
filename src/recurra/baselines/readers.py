"""What a linear layer reads of a column of the input: n-grams of texts, or numbers in standard form.

N examples, D numbers of each, F features.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from recurra.baselines.ngrams import (
    MIN_TEXTS,
    Ngrams,
    as_read,
    character_ngrams,
    character_occurrences,
    word_ngrams,
    word_occurrences,
)
from recurra.baselines.sparse import Matrix, dense, side_by_side
from recurra.baselines.stored import Array, Stored

Numbers = NDArray[np.float64]
FAMILIES = {"words": word_ngrams, "characters": character_ngrams}
OCCURRENCES = {"words": word_occurrences, "characters": character_occurrences}
Shares = NDArray[np.float64]
SMALL = 1e-9  # a deviation that is none, beside the size of the numbers


class Reader(Protocol):
    """From the cells of a column to features."""

    @property
    def what(self) -> str:
        """What it reads, in words: "n-grams of words and characters"."""
        ...

    @property
    def short(self) -> str:
        """The same in a word: "n-grams"."""
        ...

    @property
    def size(self) -> int:
        """F."""
        ...

    def read(self, cells: Any) -> Matrix:
        """The features [N, F] of the cells of N examples."""
        ...

    def shares(self, cell: Any, weights: NDArray[np.float32]) -> Shares:
        """What each part of a cell adds to the product of its features and weights [F, L]: [T, L].

        Parts are the characters of a text `as_read`, the steps of a series, the numbers of a vector.
        """
        ...

    def stored(self) -> Stored:
        """All that was learned."""
        ...


@dataclass(frozen=True)
class TextReader:
    """N-grams of words and of characters."""

    families: dict[str, Ngrams]
    what: str = "n-grams of words and characters"
    short: str = "n-grams"

    @classmethod
    def learn(cls, texts: Sequence[str], most: int, least: int = MIN_TEXTS) -> tuple[TextReader, Matrix]:
        """The n-grams of so many texts or more, at most so many of each family; and the features of these texts."""
        found = {name: ngrams(texts) for name, ngrams in FAMILIES.items()}
        families = {name: Ngrams.learn(some, most, least) for name, some in found.items()}
        return cls(families), side_by_side([families[name].weigh(some) for name, some in found.items()])

    @classmethod
    def from_stored(cls, stored: Stored) -> TextReader:
        """The same again."""
        families: dict[str, Ngrams] = {}
        for name in FAMILIES:
            hashes = stored.array(f"{name}.hashes", "<u4", (None,))
            if (hashes[1:] <= hashes[:-1]).any():
                raise ValueError(f"the hashes of {name} are in no order")
            families[name] = Ngrams(hashes, stored.array(f"{name}.rarity", "<f4", (len(hashes),)))
        return cls(families)

    @property
    def size(self) -> int:
        return sum(len(family.hashes) for family in self.families.values())

    def read(self, cells: Sequence[str]) -> Matrix:
        return side_by_side([family.weigh(FAMILIES[name](cells)) for name, family in self.families.items()])

    def shares(self, cell: str, weights: NDArray[np.float32]) -> Shares:
        length, first = len(as_read(cell)), 0
        total = np.zeros((length, weights.shape[1]))
        for name, family in self.families.items():
            own = weights[first : first + len(family.hashes)]
            total += family.shares(OCCURRENCES[name](cell), family.weigh(FAMILIES[name]([cell])), own, length)
            first += len(family.hashes)
        return total

    def stored(self) -> Stored:
        arrays: dict[str, Array] = {}
        for name, family in self.families.items():
            arrays |= {f"{name}.hashes": family.hashes, f"{name}.rarity": family.rarity}
        return Stored("text", {}, arrays)


@dataclass(frozen=True)
class NumberReader:
    """Numbers less their mean, over their deviation; what is missing is the mean."""

    mean: Numbers  # [D]
    deviation: Numbers  # [D] 1 where all numbers are the same
    what: str = "numbers"
    short: str = "numbers"

    @classmethod
    def learn(cls, values: Numbers) -> NumberReader:
        """Of values [N, D]."""
        known = np.isfinite(values)
        counts = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, values, 0).sum(axis=0) / counts
        deviation = np.sqrt(np.where(known, (values - mean) ** 2, 0).sum(axis=0) / counts)
        return cls(mean, np.where(deviation > SMALL * np.abs(mean), deviation, 1.0))

    @classmethod
    def from_stored(cls, stored: Stored) -> NumberReader:
        """The same again."""
        mean = stored.array("mean", "<f8", (None,))
        deviation = stored.array("deviation", "<f8", mean.shape)
        if not (deviation > 0).all():
            raise ValueError("deviations that are not above 0")
        return cls(mean, deviation)

    @property
    def size(self) -> int:
        return len(self.mean)

    def read(self, cells: Numbers) -> Matrix:
        return dense(self.standard(cells))

    def standard(self, values: Numbers) -> NDArray[np.float32]:
        """Values [N, D] in standard form."""
        return np.nan_to_num((values - self.mean) / self.deviation, nan=0.0).clip(-FAR, FAR).astype(np.float32)

    def shares(self, cell: Numbers, weights: NDArray[np.float32]) -> Shares:
        return self.standard(cell)[:, None].astype(np.float64) * weights

    def stored(self) -> Stored:
        return Stored("numbers", {}, {"mean": self.mean, "deviation": self.deviation})


FAR = 20.0  # deviations from the mean; what is farther counts as that far
