"""What a word looks like, as numbers: its shape, and its prefixes and suffixes, as far as several words share them.

A feature of a word stands in a slot: its shape in the first, then its prefix and its suffix of one character, those of
two, and so on. Each slot has a number of its own for what is in no vocabulary, so that a shape nobody has seen is not
taken for a suffix nobody has seen. 0 is nothing: a word of three characters has no prefix of four.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import chain

from recurra.columns.stored import damaged, json_object, stored, stored_list
from recurra.narrowing import is_list
from recurra.text.characters import normalized
from recurra.text.shapes import affixes_of, shape_of

LONGEST_AFFIX = 10  # characters
MIN_WORDS = 3  # different words of the training data that share a feature; what fewer have says no more than they do
MOST_FEATURES = 20_000  # the most frequent ones
LONGEST_SHAPE = 8  # kinds of characters that are read of one; links have long ones

Features = tuple[str, ...]  # one for each slot, "" where there is none


@dataclass(frozen=True)
class Surface:
    """The vocabulary of shapes and affixes.

    Args:
        shapes: whether the shape of a word is read.
        affixes: characters of the longest prefixes and suffixes; 0: none are read.
        lowercase: whether affixes are read in lower case.
        known: the features of each slot that have a number.
    """

    shapes: bool
    affixes: int
    lowercase: bool
    known: tuple[Features, ...]

    @classmethod
    def build(cls, words: Iterable[str], *, shapes: bool, affixes: int, lowercase: bool) -> Surface | None:
        """From the different words of the training data; None where nothing is to be read."""
        empty = cls(shapes, affixes, lowercase, ())
        if not shapes and not affixes:
            return None
        counts = Counter(chain.from_iterable(enumerate(empty.features(word)) for word in words))
        several = [slot for slot, count in counts.most_common() if slot[1] and count >= MIN_WORDS][:MOST_FEATURES]
        known = tuple(tuple(sorted(name for at, name in several if at == slot)) for slot in range(empty.slots))
        return cls(shapes, affixes, lowercase, known)

    @property
    def slots(self) -> int:
        """How many features a word has."""
        return self.shapes + 2 * self.affixes

    @property
    def size(self) -> int:
        """How many numbers there are: nothing, what is not known in each slot, and what is known."""
        return 1 + self.slots + sum(map(len, self.known))

    def features(self, word: str) -> Features:
        """The features of a word."""
        word = normalized(word, "NFC")
        shape = (shape_of(word)[:LONGEST_SHAPE],) if self.shapes else ()
        return (*shape, *chain.from_iterable(affixes_of(word.lower() if self.lowercase else word, self.affixes)))

    def ids(self, word: str) -> tuple[int, ...]:
        """Their numbers."""
        return tuple(
            self._numbers[slot].get(feature, 1 + slot) if feature else 0
            for slot, feature in enumerate(self.features(word))
        )

    @cached_property
    def _numbers(self) -> list[dict[str, int]]:
        """The number of each known feature, by slot."""
        first, found = 1 + self.slots, list[dict[str, int]]()
        for names in self.known:
            found.append({name: number for number, name in enumerate(names, first)})
            first += len(names)
        return found

    def describe(self) -> str:
        """What is read, in words."""
        return " and ".join(["shapes"] * self.shapes + ["affixes"] * bool(self.affixes))

    def to_json(self) -> str:
        """All of it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Surface:
        """The same again.

        Raises:
            ModelError: it is damaged.
        """
        mapping = json_object(text)
        lowercase = stored(mapping, "lowercase", bool)
        found = cls(stored(mapping, "shapes", bool), stored(mapping, "affixes", int), lowercase, ())
        known = [names_of(one) for one in stored_list(mapping, "known")]
        if not 0 <= found.affixes <= LONGEST_AFFIX or len(known) != found.slots:
            raise damaged("shapes and affixes do not fit together")
        return replace(found, known=tuple(known))


def names_of(values: object) -> Features:
    """The different texts of a list, which may be empty.

    Raises:
        ModelError: it is no such list.
    """
    names = values if is_list(values) else [None]
    texts = tuple(name for name in names if isinstance(name, str))
    if len(set(texts)) != len(names):
        raise damaged("expected lists of different texts as shapes and affixes")
    return texts
