"""The answer to the most similar training input; or, of texts, the input itself where that is nearer to the answers.

Texts are similar by the cosine of their n-grams' TF-IDF, vectors by their distance in standard form. The training
examples are kept as they are, so that this is no part of a model that is handed on.

N training examples, B inputs, D numbers of a vector.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from torch import Tensor

from recurra.baselines.readers import NumberReader, Reader, TextReader
from recurra.baselines.sparse import Matrix
from recurra.baselines.stored import Array, Stored
from recurra.lists import floats, integers
from recurra.narrowing import are_texts, is_list
from recurra.strict_json import parse_json
from recurra.text.counted import counted

MOST_NGRAMS = 60_000  # of words, and of characters
HELD_OUT, TRIED = 5, 200  # of so many examples one is held out, and so many at most, to choose whether to copy
CHUNK = 64  # inputs that are looked for at once
MOST_SIDE = 16  # pixels; larger images are compared in so many parts
Vectors = NDArray[np.float64]


@dataclass(frozen=True)
class NearestBaseline:
    """The training examples.

    Args:
        sources: texts, or vectors [N, D].
        copies: the answer is the input itself.
    """

    sources: Sequence[str] | Vectors
    answers: Sequence[str]
    copies: bool = False
    quotes: bool = True
    reader: Reader = field(init=False)
    known: Matrix = field(init=False)  # [N, F]

    def __post_init__(self) -> None:
        if isinstance(self.sources, np.ndarray):
            reader = NumberReader.learn(self.sources)
            known = reader.read(self.sources)
        else:
            reader, known = TextReader.learn(self.sources, MOST_NGRAMS, 1)
        object.__setattr__(self, "reader", reader)
        object.__setattr__(self, "known", known)

    @property
    def name(self) -> str:
        """What it does."""
        if self.copies:
            return "the source as it is"
        return "the answer to the nearest training input"

    @classmethod
    def of_texts(cls, sources: Sequence[str], answers: Sequence[str], *, may_copy: bool) -> NearestBaseline:
        """The nearest source's answer, or the source itself: what is nearer to the answers of held-out examples."""
        held = range(HELD_OUT - 1, len(sources), HELD_OUT)
        if not may_copy or not held:
            return cls(sources, answers)
        tried = held[:: -(-len(held) // TRIED)]
        kept = [k for k in range(len(sources)) if k not in held]
        trial = cls([sources[k] for k in kept], [answers[k] for k in kept])
        found = trial.answer([sources[k] for k in tried])
        copied, nearest = (
            sum(Levenshtein.normalized_distance(one, answers[k]) for one, k in zip(some, tried, strict=True))
            for some in ([sources[k] for k in tried], found)
        )
        return cls(sources, answers, copied < nearest)

    @classmethod
    def from_stored(cls, stored: Stored) -> NearestBaseline:
        """The same again.

        Raises:
            ValueError, KeyError: it is damaged.
        """
        answers = texts_in(stored, "answers")
        sources = (
            stored.array("vectors", "<f8", (None, None)) if "vectors" in stored.arrays else texts_in(stored, "sources")
        )
        if len(sources) != len(answers) or not answers:
            raise ValueError(f"{counted(len(sources), 'source')} and {counted(len(answers), 'answer')}")
        return cls(sources, answers, stored.facts["copies"] is True)

    def stored(self) -> Stored:
        """All of it."""
        arrays: dict[str, Array] = {"answers": as_bytes(self.answers)}
        if isinstance(self.sources, np.ndarray):
            arrays["vectors"] = self.sources
        else:
            arrays["sources"] = as_bytes(self.sources)
        return Stored("nearest", {"copies": self.copies}, arrays)

    def answer(self, inputs: Sequence[str] | Vectors) -> list[str]:
        """The answer to each."""
        if self.copies:
            return [str(one) for one in inputs]
        found: list[str] = []
        for start in range(0, len(inputs), CHUNK):
            wanted = self.reader.read(inputs[start : start + CHUNK])
            scores = self._scores(wanted.transposed_times(torch.eye(wanted.shape[0])))
            found += [self.answers[k] for k in integers(scores.argmax(0))]
        return found

    def fit_of(self, inputs: Sequence[str], answers: Sequence[Sequence[str]]) -> list[list[float]]:
        """How well each of some answers fits to a text: its likeness to a training answer, times that of the inputs.

        The training example for which this is highest counts; likeness is the cosine of n-grams of words, plus that of
        characters.
        """
        reader, known = self._answers_read
        found: list[list[float]] = []
        for start in range(0, len(inputs), CHUNK):
            some = answers[start : start + CHUNK]
            wanted = self.reader.read(inputs[start : start + CHUNK])
            near = self.known.times(wanted.transposed_times(torch.eye(wanted.shape[0])))  # [N, B]
            for b, replies in enumerate(some):
                read = reader.read(replies)
                like = known.times(read.transposed_times(torch.eye(read.shape[0])))  # [N, answers]
                found.append(floats((like * near[:, b : b + 1]).amax(0)))
        return found

    @cached_property
    def _answers_read(self) -> tuple[TextReader, Matrix]:
        return TextReader.learn(self.answers, MOST_NGRAMS, 1)

    def _scores(self, wanted: Tensor) -> Tensor:
        """How similar the training inputs are [N, B] to inputs [F, B]; of vectors all but what no choice depends on."""
        similar = self.known.times(wanted)
        if isinstance(self.reader, TextReader):
            return similar
        whole = self.known.times(torch.eye(self.known.shape[1]))
        return similar - (whole**2).sum(1, keepdim=True) / 2


def as_bytes(texts: Sequence[str]) -> NDArray[np.uint8]:
    """Texts as an array."""
    return np.frombuffer(json.dumps(list(texts)).encode(), np.uint8)


def texts_in(stored: Stored, name: str) -> list[str]:
    """The same again.

    Raises:
        ValueError: something else stands there.
    """
    found = parse_json(stored.array(name, "|u1", (None,)).tobytes())
    if not is_list(found) or not are_texts(found):
        raise ValueError(f"{name}: expected texts")
    return list(found)


def small_images(images: NDArray[np.uint8]) -> Vectors:
    """Images [N, rows, columns, C] as vectors: the means of parts."""
    values = torch.from_numpy(images).permute(0, 3, 1, 2).float()
    sides = min(MOST_SIDE, values.shape[2]), min(MOST_SIDE, values.shape[3])
    return torch.nn.functional.adaptive_avg_pool2d(values, sides).flatten(1).double().numpy()
