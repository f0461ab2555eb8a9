"""Which pairs were seen before: duplicates within a file, and test examples that stand in the training file too.

Eight bytes are kept for each pair and eight for its source, whatever their length; texts are never kept. Two of ten
million different pairs share their eight bytes with a probability below one in a hundred thousand.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.data.example import Example

Hashes = NDArray[np.uint64]


class SeenPairs(NamedTuple):
    """The hashes of all pairs and of all sources of some examples, sorted, each once."""

    pairs: Hashes
    sources: Hashes
    total: int  # pairs with their repetitions
    ambiguous: int  # sources that have more than one target

    @classmethod
    def of(cls, examples: Iterable[Example]) -> SeenPairs:
        """Reads the examples once."""
        collector = PairHashes()
        for example in examples:
            collector.add(example)
        return collector.seen()

    @property
    def duplicates(self) -> int:
        """How many pairs repeat an earlier one."""
        return self.total - len(self.pairs)

    def has_pair(self, example: Example) -> bool:
        """Whether the same source stood with the same target."""
        return _contains(self.pairs, hash_pair(example)[1])

    def has_source(self, example: Example) -> bool:
        """Whether the same source stood with any target."""
        return _contains(self.sources, hash_pair(example)[0])


class PairHashes:
    """Collects hashes while pairs stream by."""

    def __init__(self) -> None:
        self._sources = array("Q")
        self._pairs = array("Q")

    def add(self, example: Example) -> None:
        """Takes one example in."""
        source, pair = hash_pair(example)
        self._sources.append(source)
        self._pairs.append(pair)

    def seen(self) -> SeenPairs:
        """All that was added."""
        sources = np.frombuffer(self._sources, dtype=np.uint64)
        pairs, first = np.unique(np.frombuffer(self._pairs, dtype=np.uint64), return_index=True)
        different, targets = np.unique(sources[first], return_counts=True)
        return SeenPairs(pairs, different, len(sources), int((targets > 1).sum()))


def hash_pair(example: Example) -> tuple[int, int]:
    """Eight bytes for the source and eight for the pair; the same on every machine."""
    source = blake2b(example.source.encode("utf-8", "surrogatepass"), digest_size=8)
    pair = blake2b(example.target.encode("utf-8", "surrogatepass"), digest_size=8, key=source.digest())
    return int.from_bytes(source.digest(), "little"), int.from_bytes(pair.digest(), "little")


def _contains(hashes: Hashes, value: int) -> bool:
    place = int(np.searchsorted(hashes, np.uint64(value)))
    return place < len(hashes) and int(hashes[place]) == value
