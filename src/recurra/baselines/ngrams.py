"""Texts as rows of weights of their n-grams: of one and two words, and of two to five characters inside words.

An n-gram is known by its hash alone, so that nothing of a text stands in what is kept. Weights are TF-IDF as
scikit-learn's TfidfVectorizer(sublinear_tf=True) has them, words and characters each of length 1.

N texts, F n-grams that are known, M n-grams that occur.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recurra.baselines.sorted_hashes import places_in
from recurra.baselines.sparse import Sparse

WORD = re.compile(r"\w+|[^\w\s]")
WORDS = (1, 2)  # words of an n-gram
CHARACTERS = (2, 3, 4, 5)  # characters of an n-gram; the space before a word and the one after it are among them
MIN_TEXTS = 2  # that an n-gram occurs in, to be learned
PRIME, FAMILY = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
SHIFT, UPPER = np.uint64(32), np.uint64(0xFFFFFFFF00000000)
Hashes = NDArray[np.uint32]


class Found(NamedTuple):
    """The n-grams of some texts, by their hashes, those of the same hash by their texts."""

    hashes: Hashes  # [M]
    rows: NDArray[np.int64]  # [M] the text of each
    counts: NDArray[np.int64]  # [M] how often it is there
    texts: int  # N


@dataclass(frozen=True)
class Ngrams:
    """The n-grams of a family that are known, in the order of their hashes, and how rare each is."""

    hashes: Hashes  # [F]
    rarity: NDArray[np.float32]  # [F] inverse document frequency

    @classmethod
    def learn(cls, found: Found, most: int, least: int = MIN_TEXTS) -> Ngrams:
        """Those that are in enough texts; of too many the ones in most texts.

        Args:
            most: the greatest F.
            least: texts that an n-gram must be in.
        """
        begins = np.flatnonzero(changes(found.hashes))
        counts = np.diff(begins, append=len(found.hashes))
        chosen = np.flatnonzero(counts >= min(least, found.texts))
        if len(chosen) > most:
            chosen = np.sort(chosen[np.argsort(-counts[chosen], kind="stable")[:most]])
        rarity = np.log((1 + found.texts) / (1 + counts[chosen])) + 1
        return cls(found.hashes[begins[chosen]], rarity.astype(np.float32))

    def shares(self, found: Occurrences, row: Sparse, weights: NDArray[np.float32], length: int) -> NDArray[np.float64]:
        """What each character of a text adds to what its row [1, F] times weights [F, L] is: [C, L].

        What an n-gram adds is spread evenly over its occurrences, and over the characters of each.

        Args:
            length: C.
        """
        shares = np.zeros((length + 1, weights.shape[1]))
        if not len(row.columns):
            return shares[:-1]
        places, known = places_in(self.hashes, found.hashes)
        values = np.zeros(len(self.hashes))
        values[row.columns] = row.values
        values[places[known]] /= np.bincount(places[known], minlength=len(self.hashes))[places[known]]
        begins, ends, places = found.begins[known], found.ends[known], places[known]
        each = values[places, None] * weights[places] / (ends - begins)[:, None]
        np.add.at(shares, begins, each)
        np.subtract.at(shares, ends, each)
        return shares.cumsum(axis=0)[:-1]

    def weigh(self, found: Found) -> Sparse:
        """The rows [N, F] of texts, each of length 1, or 0 where nothing is known."""
        if not len(self.hashes):
            return Sparse.empty(found.texts, 0)
        places, known = places_in(self.hashes, found.hashes)
        rows, columns = found.rows[known], places[known]
        values = (1 + np.log(found.counts[known])) * self.rarity[columns]
        lengths = np.sqrt(np.bincount(rows, values**2, minlength=found.texts))
        values = (values / lengths[rows]).astype(np.float32)
        return Sparse(rows, columns, values, (found.texts, len(self.hashes)))


def word_ngrams(texts: Sequence[str]) -> Found:
    """The n-grams of words, punctuation marks among them; case does not count."""
    split = [WORD.findall(text.lower()) for text in texts]
    known = {word: word_id(word) for words in split for word in words}
    ids = np.fromiter((known[word] for words in split for word in words), np.uint64)
    return ngrams_of(ids, np.repeat(np.arange(len(texts)), [len(words) for words in split]), WORDS, len(texts))


def character_ngrams(texts: Sequence[str]) -> Found:
    """The n-grams of characters, with a space before the first word and after the last; case does not count."""
    spaced = [*map(as_read, texts)]
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in spaced])
    return ngrams_of(codes_of("".join(spaced)), rows, CHARACTERS, len(texts))


def as_read(text: str) -> str:
    """A text without case, a single space before each word and after the last."""
    return f" {' '.join(text.lower().split())} "


def codes_of(text: str) -> NDArray[np.uint64]:
    """The numbers of its characters."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)


def ngrams_of(ids: NDArray[np.uint64], rows: NDArray[np.int64], orders: Sequence[int], texts: int) -> Found:
    """The hashes of all n-grams of sequences that stand one after the other.

    Args:
        ids: of their elements.
        rows: the sequence of each element.
        orders: how many elements an n-gram has.
        texts: how many sequences there are.
    """
    every: list[NDArray[np.uint64]] = []
    for order, hashes in windows(ids, orders):
        begins, ends = rows[: len(hashes)], rows[order - 1 :]
        inside = begins == ends
        every.append((hashes[inside] & UPPER) | begins[inside].astype(np.uint64))
    pairs = np.sort(np.concatenate(every))
    first = np.flatnonzero(changes(pairs))
    counts = np.diff(first, append=len(pairs))
    pairs = pairs[first]
    return Found((pairs >> SHIFT).astype(np.uint32), (pairs & ~UPPER).astype(np.int64), counts, texts)


def windows(ids: NDArray[np.uint64], orders: Sequence[int]) -> Iterator[tuple[int, NDArray[np.uint64]]]:
    """The n-grams of so many elements that begin at each place of a sequence, as hashes of 64 bits."""
    hashes = mixed(ids)
    for order in range(1, max(orders) + 1):
        if order > 1:
            hashes = mixed(hashes[:-1] * PRIME + ids[order - 1 :])
        if order in orders:
            yield order, hashes


class Occurrences(NamedTuple):
    """Where the n-grams of one text stand in it `as_read`."""

    hashes: Hashes  # [M]
    begins: NDArray[np.int64]  # [M] the first character of each
    ends: NDArray[np.int64]  # [M] the one after its last


def word_occurrences(text: str) -> Occurrences:
    """Of n-grams of words."""
    words = [*WORD.finditer(as_read(text))]
    ids = np.array([word_id(word.group()) for word in words], np.uint64)
    return occurrences_of(ids, [word.start() for word in words], [word.end() for word in words], WORDS)


def character_occurrences(text: str) -> Occurrences:
    """Of n-grams of characters."""
    codes = codes_of(as_read(text))
    return occurrences_of(codes, range(len(codes)), range(1, len(codes) + 1), CHARACTERS)


def occurrences_of(
    ids: NDArray[np.uint64], begins: Sequence[int], ends: Sequence[int], orders: Sequence[int]
) -> Occurrences:
    """All n-grams of a sequence of which it is known where its elements begin and end."""
    first, last = np.array(begins, np.int64), np.array(ends, np.int64)
    found = [(hashes, first[: len(hashes)], last[order - 1 :]) for order, hashes in windows(ids, orders)]
    hashes, firsts, lasts = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Occurrences((hashes >> SHIFT).astype(np.uint32), firsts, lasts)


def word_id(word: str) -> int:
    """A number for a word."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def changes(ordered: NDArray[np.unsignedinteger]) -> NDArray[np.bool_]:
    """Where something stands that is not the number before."""
    return np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, np.bool_)


def mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Well mixed bits (as the finaliser of MurmurHash3); overflow is wanted."""
    for factor in (PRIME, FAMILY):
        numbers = (numbers ^ (numbers >> np.uint64(33))) * factor
    return numbers ^ (numbers >> np.uint64(33))
