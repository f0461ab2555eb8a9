"""Pretrained word vectors: which words a network knows, and with which vectors it begins.

A network knows the words of the training data, as any does, and the most frequent words of the file, since new texts
may have them. A word that is not in the file under its own spelling is read as another form of it that is
(text/forms.py), in training as in prediction.

V vocabulary, D dimensions of a vector.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from recurra.columns.stored import damaged, stored
from recurra.data.word_vectors import MOST_NUMBERS, FoundVectors, read_word_vectors
from recurra.errors import DataError, UsageError
from recurra.models.word_embedding import TableShape, WordEmbedding
from recurra.text.counted import counted, is_or_are
from recurra.text.forms import forms
from recurra.text.special import SPECIAL_TOKENS
from recurra.text.tokenizer import MOST_ENTRIES, Tokenizer, count_words, most_frequent
from recurra.training import Emit, Note

MOST_WORDS = 400_000
MOST_DEVIATIONS = 1000.0  # what lies beyond counts as lying there, so that numbers of half precision hold it
FEW = 0.5  # share of the words of the training data, repetitions counted, below which it is likely the wrong file
MEGABYTE = 1e6


@dataclass(frozen=True)
class VectorOptions:
    """What becomes of the vectors that --vectors names: the section [vectors]."""

    tuned: bool = False  # fine-tune the vectors of the words in the training data; otherwise all are frozen
    # number of the file's most frequent words that the model knows, beside those of the training data
    words: int = 50_000

    def __post_init__(self) -> None:
        if not 0 <= self.words <= MOST_WORDS:
            raise UsageError(f"vectors.words must be between 0 and {MOST_WORDS:,}, got {self.words:,}")


class GivenVectors(NamedTuple):
    """Vectors that the user gives, and what is to become of them."""

    path: str
    options: VectorOptions


@dataclass(frozen=True)
class WordTable:
    """The vectors that a network begins with, in units of their standard deviation."""

    shape: TableShape
    vectors: NDArray[np.float16]  # [V, D], 0 where a word has none

    @torch.no_grad()
    def fill(self, embedding: object) -> None:
        """Puts them into a network."""
        assert isinstance(embedding, WordEmbedding)
        embedding.given.copy_(torch.from_numpy(self.vectors))


class LearnedWords(NamedTuple):
    """A vocabulary, and its vectors."""

    tokenizer: Tokenizer
    table: WordTable


def learn_words(
    texts: Iterable[str], given: GivenVectors, limit: int, min_count: int, form: str, emit: Emit, about: str = ""
) -> LearnedWords:
    """The words of training texts and of a file of vectors; says how many have one, and how many are kept beside them.

    Args:
        texts: read once.
        limit: the most entries that are trained, special symbols included; the most frequent ones.
        min_count: words without a vector that occur less often become <UNK>.
        form: the normal form of Unicode.
        about: which text it is, for the notes.

    Raises:
        DataError: the file cannot be read, or has none of the words.
        UsageError: these are too many for a vocabulary.
    """
    counts = count_words(texts, form)
    found = read_word_vectors(given.path, counts, given.options.words, form)
    for note in found.notes:
        emit(Note(note))
    numbers = {word: number for number, word in enumerate(found.words)}
    known = {word: entry for word in counts if (entry := next(filter(numbers.__contains__, forms(word)), None))}
    say_found(counts, known, found, emit, about)
    own = trained_words(counts, known, given.options, min_count)[: limit - len(SPECIAL_TOKENS)]
    others = {*known.values(), *found.words[: found.first]} - {*own}
    words = [*own, *(word for word in found.words if word in others)]
    if len(words) > MOST_ENTRIES - len(SPECIAL_TOKENS):
        what = (
            f"the model would know {counted(len(words), 'word')}, and a vocabulary has at most {MOST_ENTRIES:,} entries"
        )
        raise UsageError(what, fix=f"Lower vectors.words, which is {given.options.words:,}.")
    table = WordTable(
        TableShape(len(SPECIAL_TOKENS) + len(own), len(SPECIAL_TOKENS) + len(words), found.size),
        vectors_of(words, found, numbers, list(dict.fromkeys(known.values()))),
    )
    say_kept(table, len({*words} - {*own, *known.values()}), given.options, emit, about)
    return LearnedWords(Tokenizer.of_words(words, form), table)


def trained_words(
    counts: Mapping[str, int], known: Mapping[str, str], options: VectorOptions, min_count: int
) -> list[str]:
    """The words whose vectors are trained, the most frequent first: those that have none, or all of the training data.

    Args:
        known: the entry of the file that a word is read as.
    """
    trained = Counter[str]()
    for word, count in counts.items():
        if options.tuned or word not in known:
            trained[known.get(word, word)] += count
    return most_frequent(trained, min_count, without=SPECIAL_TOKENS)


def vectors_of(
    words: Sequence[str], found: FoundVectors, numbers: Mapping[str, int], used: Sequence[str]
) -> NDArray[np.float16]:
    """The vectors [V, D] of the special symbols, which have none, and of words.

    Args:
        numbers: where a word stands in what was found.
        used: the words of the training data, in whose standard deviation all are counted.
    """
    squares = sum(float(np.square(found.vectors[numbers[word]], dtype=np.float64).mean()) for word in used)
    deviation = max(1e-12, (squares / len(used)) ** 0.5)
    vectors = np.zeros((len(SPECIAL_TOKENS) + len(words), found.size), dtype=np.float16)
    for k, word in enumerate(words, len(SPECIAL_TOKENS)):
        if word in numbers:
            vectors[k] = np.clip(found.vectors[numbers[word]] / deviation, -MOST_DEVIATIONS, MOST_DEVIATIONS)
    return vectors


def say_found(counts: Counter[str], known: Mapping[str, str], found: FoundVectors, emit: Emit, about: str) -> None:
    """Says how many words of the training data have vectors.

    Raises:
        DataError: none has.
    """
    share = sum(counts[word] for word in known) / max(1, counts.total())
    many = f"{len(known):,} of {counted(len(counts), 'word')} ({share:.1%} of all tokens)"
    if not known:
        examples = ", ".join(repr(word) for word, _ in counts.most_common(3))
        what = f"{about}none of the {counted(len(counts), 'word')} of the training data ({examples}) is in it"
        fix = "Word vectors are of words separated by spaces, in one language: give those for the language of the data."
        raise DataError(what, where=found.name, fix=fix)
    warning = "warning: " if share < FEW else ""
    emit(Note(f"{warning}{about}vectors: {many} are in {found.name}, {counted(found.size, 'dimension')}"))


def say_kept(table: WordTable, beside: int, options: VectorOptions, emit: Emit, about: str) -> None:
    """Says what is kept for texts to come, and what that takes."""
    size = table.vectors.nbytes / MEGABYTE
    change = "those of the training data are fine-tuned" if options.tuned else "all vectors are frozen"
    emit(
        Note(
            f"{about}vectors: {beside:,} more word{'s' * (beside != 1)} of the file {is_or_are(beside)} known to "
            "the model (vectors.words), "
            f"{size:,.1f} MB in all; {change}"
        )
    )


def words_only(units: str, setting: str, emit: Emit, about: str = "") -> None:
    """Refuses units that have no vectors.

    Args:
        units: that are asked for; "auto" is words, which is said.
        setting: that names them.

    Raises:
        UsageError: they are no words.
    """
    if units == "auto":
        emit(Note(f"{about}units: words, because vectors are of words"))
    elif units != "words":
        fix = f"Leave out {setting}, or --vectors."
        raise UsageError(f"vectors are of words, and {setting} is {units}", where="--vectors", fix=fix)


def table_mapping(shape: TableShape) -> dict[str, int]:
    """What a model folder says of it; how many words there are, its vocabulary says."""
    return {"trained": shape.trained, "size": shape.size}


def stored_table(mapping: Mapping[str, object], vocabulary: int) -> TableShape:
    """The shape that `table_mapping` wrote.

    Args:
        vocabulary: V.

    Raises:
        ModelError: it cannot be one.
    """
    trained, size = stored(mapping, "trained", int), stored(mapping, "size", int)
    if not len(SPECIAL_TOKENS) <= trained <= vocabulary or not 1 <= size <= MOST_NUMBERS:
        raise damaged(
            f"{trained:,} of {counted(vocabulary, 'vector')} of {counted(size, 'number')} {is_or_are(trained)} trained"
        )
    return TableShape(trained, vocabulary, size)
